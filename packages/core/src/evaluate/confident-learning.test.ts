import { describe, expect, it } from "vitest";
import { readGolden } from "../base/golden.testing.js";
import { confidentLearning } from "./confident-learning.js";

interface Case {
  readonly name: string;
  readonly classes: number;
  readonly labels: readonly number[];
  readonly probabilities: readonly number[];
  readonly thresholds: readonly (number | null)[];
  readonly confidentJoint: readonly (readonly number[])[];
  readonly joint: readonly (readonly number[])[];
  readonly estimatedErrors: number;
  readonly suspects: readonly number[];
  readonly suggested: readonly number[];
  readonly margins: readonly number[];
}

const { cases } = readGolden<{ cases: readonly Case[] }>("confident-learning");

describe("confidentLearning", () => {
  it.each(cases)("agrees with NumPy on $name", (golden) => {
    const { classes, labels, probabilities } = golden;
    const found = confidentLearning(Float64Array.from(probabilities), Int32Array.from(labels), classes);
    found.thresholds.forEach((threshold, label) => {
      const expected = golden.thresholds[label]!;
      if (expected === null) expect(threshold).toBeNull();
      else expect(threshold).toBeCloseTo(expected, 12);
    });
    expect(found.confidentJoint).toEqual(golden.confidentJoint);
    found.joint.forEach((row, label) => {
      row.forEach((share, other) => {
        expect(share).toBeCloseTo(golden.joint[label]![other]!, 12);
      });
    });
    expect(found.estimatedErrors).toBeCloseTo(golden.estimatedErrors, 9);
    expect(golden.suspects.length).toBeGreaterThan(5);
    expect(found.suspects.map(({ index }) => index)).toEqual(golden.suspects);
    expect(found.suspects.map(({ suggested }) => suggested)).toEqual(golden.suggested);
    found.suspects.forEach(({ index, label, selfConfidence, margin }, rank) => {
      expect(label).toBe(labels[index]);
      expect(selfConfidence).toBe(probabilities[index * classes + label]);
      expect(margin).toBeCloseTo(golden.margins[rank]!, 12);
    });
  });

  it("suspects no label if every prediction is right", () => {
    const probabilities = Float32Array.of(0.9, 0.1, 0.2, 0.8, 0.7, 0.3);
    const { suspects, estimatedErrors } = confidentLearning(probabilities, Uint8Array.of(0, 1, 0), 2);
    expect([suspects, estimatedErrors]).toEqual([[], 0]);
  });

  it("finds the one label that is wrong", () => {
    const probabilities = Float32Array.of(0.9, 0.1, 0.8, 0.2, 0.1, 0.9, 0.05, 0.95, 0.9, 0.1);
    const { suspects } = confidentLearning(probabilities, Uint8Array.of(0, 0, 1, 1, 1), 2);
    expect(suspects).toHaveLength(1);
    expect(suspects[0]).toMatchObject({ index: 4, label: 1, suggested: 0 });
    expect(suspects[0]!.margin).toBeCloseTo(-0.8, 6);
  });

  it("suspects no label of a single class", () => {
    const { joint, suspects } = confidentLearning(Float32Array.of(1, 1), Uint8Array.of(0, 0), 1);
    expect([joint, suspects]).toEqual([[[1]], []]);
  });

  it("refuses probabilities and labels that do not match", () => {
    const refusal = (probabilities: number[], labels: number[], classes = 2) => {
      try {
        confidentLearning(Float32Array.from(probabilities), Int32Array.from(labels), classes);
      } catch (thrown) {
        return (thrown as Error).message;
      }
      return "";
    };
    expect(refusal([0.5, 0.5, 1], [0])).toBe(
      "Confident learning: expected a probability of each of 2 classes for each of at least one image, received 3 probabilities and 1 labels. Pass the result of model.predict for these images, and their labels.",
    );
    expect(refusal([], [])).toContain("at least one image");
    expect(refusal([0.5, 0.5], [2])).toContain("expected labels from 0 to 1, received 2.");
    expect(refusal([0.5, Number.NaN], [0])).toContain("expected probabilities from 0 to 1, received NaN.");
  });
});
