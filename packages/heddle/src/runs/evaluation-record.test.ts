import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { evaluateClassifier } from "@heddle/core/internal/evaluate/index.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluationJson, parseEvaluation, type RunEvaluation } from "./evaluation-record.js";

const evaluation = evaluateClassifier({
  probabilities: Float32Array.from([0.9, 0.1, 0.2, 0.8, 0.6, 0.4, 0.7, 0.3]),
  labels: Uint8Array.of(0, 1, 1, 0),
  classNames: ["cat", "dog"],
});
const kept: RunEvaluation = { dataset: { name: "pets" }, split: "test", evaluation };
const parse = (value: unknown) => parseEvaluation("evaluation.json", JSON.stringify(value));

describe("evaluation.json", () => {
  it("is read back as it was written", () => {
    const written = kept.evaluation && { ...kept, evaluation: evaluationJson(kept.evaluation) };
    expect(parse(written)).toEqual(kept);
    const none: RunEvaluation = { ...kept, evaluation: null, reason: "Outputs: expected …" };
    expect(parse(none)).toEqual(none);
  });

  it("of many classes holds only the cells of the confusion matrix that are above zero", () => {
    const classes = 201;
    const probabilities = new Float32Array(3 * classes);
    [7, 200, 7].forEach((predicted, image) => {
      probabilities[image * classes + predicted] = 1;
    });
    const classNames = Array.from({ length: classes }, (_, label) => `class ${label}`);
    const large = evaluateClassifier({ probabilities, labels: [7, 0, 7], classNames });
    const written = evaluationJson(large);
    expect(written).toMatchObject({
      confusion: {
        cells: [
          [0, 200, 1],
          [7, 7, 2],
        ],
      },
    });
    expect(parse({ ...kept, evaluation: written })).toEqual({ ...kept, evaluation: large });
    const beyond = { ...written, confusion: { cells: [[0, 201, 1]] } };
    expect(() => parse({ ...kept, evaluation: beyond })).toThrow(
      '"evaluation.confusion.cells" to be lists of a row, a column and a count',
    );
  });

  it.each([
    [{ split: "train" }, '"split" to be one of test'],
    [{ evaluation: null }, '"reason" to be a string'],
    [{ evaluation: { ...evaluation, perClass: [] } }, '"evaluation.perClass" to be a list of 2 objects'],
    [
      { evaluation: { ...evaluation, confusion: { counts: [[1, 2]], rates: [] } } },
      '"evaluation.confusion.counts" to be lists of 2 numbers',
    ],
    [
      { evaluation: { ...evaluation, confusedPairs: [{ ...evaluation.confusedPairs[0], truth: 9 }] } },
      '"evaluation.confusedPairs[0].truth" to be a whole number from 0 to 1, received 9',
    ],
  ])("is refused by field when it is damaged (%#)", (damage, text) => {
    expect(() => parse({ ...kept, ...damage })).toThrow(`evaluation.json: expected ${text}`);
  });

  it("causes no other error than a HeddleError, whatever it holds", () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (json, at) => {
        const text = JSON.stringify(kept);
        const place = at % text.length;
        for (const damaged of [json, text.slice(0, place), text.slice(0, place) + json + text.slice(place)]) {
          try {
            parseEvaluation("evaluation.json", damaged);
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(HeddleError);
          }
        }
      }),
    );
  });
});
