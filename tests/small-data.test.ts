// Few images: cross-validation, and fine-tuning.
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import {
  Conv2D,
  Dense,
  Flatten,
  Input,
  MaxPooling2D,
  Rescaling,
  Sequential,
} from "../packages/core/dist/index.js";
import { readJson, Workspace } from "./cli.js";
import { writeClothes } from "./idx-folder.js";
import { rewrite } from "./two-runs.js";

const work = new Workspace();

it("a run with folds judges every training image, resumes after the last whole fold, and is deleted whole", {
  timeout: 180_000,
}, async () => {
  writeClothes(work.file("few"), { train: 60, test: 20 });
  const trained = await work.heddle([
    "train",
    "--data",
    "few",
    "--epochs",
    "2",
    "--folds",
    "3",
    "--seed",
    "1",
  ]);
  expect(trained.code, trained.stderr).toBe(0);
  expect(trained.stdout).toMatch(/^Fold 3\/3 .* trained on 4\d {2}judged by (19|20|21) {2}accuracy /m);
  expect(trained.stdout).toMatch(
    /^Cross-validation {3}\d+\.\d\d% of 60 training images, in 3 folds; 95% interval /m,
  );
  const run = work.runs()[0]!;
  const { crossValidation } = readJson(run, "metrics.json");
  expect(crossValidation).toMatchObject({ folds: 3, images: 60 });
  const before = readJson(run, "cross-validation.json");
  expect(before.evaluation.accuracy.value).toBe(crossValidation.accuracy);
  const { folds } = before;
  expect(folds.reduce((sum: number, fold: { heldOutImages: number }) => sum + fold.heldOutImages, 0)).toBe(
    60,
  );
  const report = readFileSync(join(run, "report.html"), "utf8");
  expect(report).toContain('id="cross-validation"');
  expect(report).toContain("Cross-validated accuracy");

  // As a kill in the third fold leaves it.
  const finished = ["metrics.json", "evaluation.json", "cross-validation.json", "report.html"];
  for (const file of [...finished, "folds/fold-03.safetensors"]) rmSync(join(run, file));
  rewrite(run, { status: "running", finishedAt: undefined, weightsSha256: undefined });
  const kept = statSync(join(run, "folds/fold-01.safetensors")).mtimeMs;
  const resumed = await work.heddle(["train", "--resume", run]);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(resumed.stdout).not.toMatch(/^Fold [12]\/3/m);
  expect(statSync(join(run, "folds/fold-01.safetensors")).mtimeMs).toBe(kept);
  const after = readJson(run, "cross-validation.json");
  expect(after.evaluation).toEqual(before.evaluation);
  expect(after.folds.slice(0, 2)).toEqual(before.folds.slice(0, 2));

  const listed = await work.heddle(["runs"]);
  expect(listed.stdout).toMatch(/Test +Interval +Folds +Interval/);
  const deleted = await work.heddle(["runs", "delete", run, "--yes"]);
  expect([deleted.code, work.runs()], deleted.stderr).toEqual([0, []]);
});

it("a model is fine-tuned on other classes, and verified from what its folder holds", {
  timeout: 180_000,
}, async () => {
  const shape = [28, 28, 1] as const;
  const base = new Sequential(
    [
      new Input(shape),
      new Rescaling(1 / 255),
      new Conv2D(4, 3, { activation: "relu" }),
      new MaxPooling2D(4),
      new Flatten(),
      new Dense(3, { activation: "softmax" }),
    ],
    { seed: 5 },
  );
  await base.save(work.file("base"));
  writeClothes(work.file("few"), { train: 60, test: 20 });
  const words = ["train", "--from", "base", "--data", "few", "--epochs", "2", "--frozen-epochs", "1"];
  const trained = await work.heddle(words);
  expect(trained.code, trained.stderr).toBe(0);
  const run = work.runs()[0]!;
  const { from, recipe } = readJson(run, "run.json");
  expect(from).toMatchObject({ path: work.file("base"), weightsSha256: await base.weightsSha256() });
  expect(recipe).toMatchObject({ from: work.file("base"), frozenEpochs: 1 });
  expect(readFileSync(join(run, "report.html"), "utf8")).toContain("Fine-tuned from");
  rmSync(work.file("base"), { recursive: true });
  const verified = await work.heddle(["verify", run]);
  expect(verified.code, verified.stdout + verified.stderr).toBe(0);
  const refused = await work.heddle(["train", "quick", "--frozen-epochs", "1"]);
  expect(refused.stderr).toContain("--frozen-epochs: expected --from, which names a trained model");
});
