import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../datasets/tiny-dataset.testing.js";
import type { Prediction } from "./predict-inputs.js";
import { checkPredictionsPath, predictionsCsv, writePredictions } from "./predictions-csv.js";

const prediction: Prediction = {
  ...{ id: 7, image: "a,b.csv", row: 7, inverted: false, empty: false, truth: "cat" },
  top: [
    { label: 0, name: 'a "cat"', probability: 0.75 },
    { label: 1, name: "dog", probability: 0.25 },
  ],
};

describe("predictions as CSV", () => {
  it("have Kaggle's columns, quotes where they are needed, and empty cells for classes that are not there", () => {
    expect(predictionsCsv([prediction])).toBe(
      "ImageId,Label,Probability,Second,SecondProbability,Third,ThirdProbability,File,Row,Truth\n" +
        '7,"a ""cat""",0.750000,dog,0.250000,,,"a,b.csv",7,cat\n',
    );
  });

  it("replace predictions, those of others only by force, and no other file", async () => {
    const path = join(temporaryFolder(), "answers.csv");
    await writePredictions(path, [prediction], { force: false });
    await writePredictions(path, [], { force: false });
    expect(readFileSync(path, "utf8")).toMatch(/^ImageId,Label,.*\n$/);
    for (const [content, forces] of [
      ["label,pixel0\n1,2\n", [false, true]],
      ["ImageId,Label\n1,0\n", [false]],
    ] as const) {
      writeFileSync(path, content);
      for (const force of forces) {
        await expect(writePredictions(path, [], { force })).rejects.toThrow("received something else");
      }
      expect(readFileSync(path, "utf8")).toBe(content);
    }
    await writePredictions(path, [prediction], { force: true });
    await expect(checkPredictionsPath(join(path, ".."), true)).rejects.toThrow("received a folder");
  });
});
