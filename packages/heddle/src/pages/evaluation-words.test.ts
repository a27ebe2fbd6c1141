import { evaluateClassifier, type McNemar } from "@heddle/core/internal/evaluate/index.js";
import { describe, expect, it } from "vitest";
import { classTable, evaluationFacts, mcnemarSentence, pairsTables } from "./evaluation-words.js";

const classNames = ["cat", "dog", "bird", "eel"];
const rows = [
  [0.7, 0.1, 0.1, 0.1],
  [0.6, 0.2, 0.1, 0.1],
  [0.1, 0.1, 0.7, 0.1],
];
const evaluationOf = (labels: number[]) =>
  evaluateClassifier({ probabilities: Float32Array.from(rows.flat()), labels, classNames });

describe("an evaluation in words", () => {
  it("lists accuracy, confusions and worst classes", () => {
    const facts = new Map(evaluationFacts(evaluationOf([0, 1, 2])).map(({ label, value }) => [label, value]));
    expect(facts.get("Accuracy")).toMatch(
      /^66\.67%, 2 of 3; 95% interval \d\d\.\d\d% – \d\d\.\d\d%; at chance: the same answer for every image is right for 33\.33%$/,
    );
    expect(facts.get("Most confused")).toBe("dog → cat 1 (100.0%)");
    expect(facts.get("Worst classes")).toBe("dog (F1 0.0%), cat (F1 66.7%), bird (F1 100.0%)");
    expect(facts.get("Top-k accuracy")).toBe("top 2 100.00%, top 3 100.00%");
  });

  it("shows no calibration error of a few images", () => {
    const facts = new Map(evaluationFacts(evaluationOf([0, 1, 2])).map(({ label, value }) => [label, value]));
    expect(facts.get("Calibration error")).toBe("not shown: it needs at least 150 images");
  });

  it("says so if every answer is right", () => {
    const perfect = evaluationOf([0, 0, 2]);
    const facts = evaluationFacts(perfect).map(({ value }) => value);
    expect(facts).toContain("none: every answer is right");
    expect(pairsTables(perfect)).toEqual([]);
    expect(JSON.stringify([facts, classTable(perfect)])).not.toMatch(/NaN|null|undefined/);
  });

  it("shows a dash for a score that is undefined", () => {
    expect(classTable(evaluationOf([0, 1, 2])).rows[3]).toEqual(["eel", "0", "0", "–", "–", "–", "–"]);
  });
});

describe("mcnemarSentence", () => {
  const test: McNemar = {
    bothRight: 900,
    onlyFirstRight: 30,
    onlySecondRight: 60,
    bothWrong: 10,
    method: "chi-square with continuity correction",
    statistic: 9.34,
    pValue: 0.00224,
  };

  it("names the better model if chance would hardly explain the difference", () => {
    expect(mcnemarSentence(test, "A", "B")).toBe(
      "Of the same 1,000 images, only A gets 30 right and only B 60: B is better, which chance alone would hardly explain (p = 0.0022, McNemar's test, chi-square with continuity correction).",
    );
    expect(mcnemarSentence({ ...test, pValue: 1e-9 }, "A", "B")).toContain("(p < 0.0001,");
  });

  it("names no better model if chance could explain the difference", () => {
    expect(mcnemarSentence({ ...test, pValue: 0.2 }, "A", "B")).toContain(
      "only B 60: chance could explain the difference (p = 0.2000,",
    );
  });
});
