import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isOneLine, readJson, Workspace } from "./cli.js";

const CLOTHES = ["--data", "clothes", "--quiet"] as const;

describe("heddle train with options and recipes", () => {
  const work = new Workspace();

  async function train(words: readonly string[], root: string): Promise<string> {
    const { code, stderr } = await work.heddle(["train", ...words, ...CLOTHES, "--run-dir", root]);
    expect([code, stderr], words.join(" ")).toEqual([0, ""]);
    return work.runs(root).at(-1)!;
  }

  const EVERYTHING = [
    ...["--limit", "300"],
    ...[
      "--optimizer",
      "sgd",
      "--lr",
      "0.05",
      "--momentum",
      "0.8",
      "--weight-decay",
      "1e-4",
      "--clip-norm",
      "5",
    ],
    ...["--schedule", "cosine", "--warmup", "0.1", "--lr-end", "0.05", "--l1", "1e-6", "--l2", "1e-4"],
    ...["--dropout", "0.2", "--augment", "flip,translation=0.05", "--label-smoothing", "0.05"],
    ...["--class-weights", "balanced", "--validation-split", "0.2", "--early-stopping", "2"],
    ...["--epochs", "3", "--batch-size", "32", "--seed", "5"],
  ];

  it("records every hyper-parameter, repeats the run from its record, and verifies it", async () => {
    const run = await train([...EVERYTHING, "--save-recipe", "mine.json"], "all");
    const { recipe, model, weightsSha256 } = readJson(run, "run.json");
    expect(recipe).toEqual({
      ...readJson(work.file("mine.json")),
      heddleRecipe: 1,
      epochs: 3,
      batchSize: 32,
      limit: 300,
      validationSplit: 0.2,
      earlyStopping: 2,
      classWeights: "balanced",
      momentum: 0.8,
      weightDecay: 1e-4,
      clipNorm: 5,
      labelSmoothing: 0.05,
      optimizer: "sgd",
      schedule: "cosine",
      augment: { flip: "horizontal", translation: 0.05 },
    });
    const layers = model.config.layers.map((layer: { class_name: string }) => layer.class_name);
    expect(layers.slice(2, 4)).toEqual(["RandomFlip", "RandomTranslation"]);

    for (const recipe of [run, "mine.json", "latest"]) {
      const again = await train([recipe], "again");
      expect(readJson(again, "run.json").weightsSha256).toBe(weightsSha256);
    }
    const other = await train(["mine.json", "--seed", "6"], "again");
    expect(readJson(other, "run.json").weightsSha256).not.toBe(weightsSha256);

    const { code, stdout } = await work.heddle(["verify", run, "--run-dir", "all", "--threads", "1"]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Verified")]);
  });

  it("stops early with the best epoch's weights, which verify reproduces", async () => {
    // The learning rate is so high that the loss soon grows.
    const words = ["--optimizer", "sgd", "--lr", "2", "--schedule", "constant", "--epochs", "30"];
    const run = await train([...words, "--validation-split", "0.2", "--early-stopping", "2"], "early");
    const rows = readFileSync(join(run, "history.csv"), "utf8").trim().split("\n").slice(1);
    expect(rows.length).toBeLessThan(30);
    const { code, stdout } = await work.heddle(["verify", run, "--run-dir", "early", "--quiet"]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Verified")]);
  });

  it("averages weights with --ema, and saves the averages", async () => {
    const run = await train(["quick", "--epochs", "1", "--ema", "0.9"], "ema");
    const { code, stdout } = await work.heddle(["verify", run, "--run-dir", "ema", "--quiet"]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Verified")]);
  });

  it("trains a recipe by name, with options that override it", async () => {
    const run = await train(["augmented", "--epochs", "1", "--optimizer", "muon"], "named");
    const { recipe } = readJson(run, "run.json");
    // AdamW's learning rate and weight decay are dropped, the schedule is not.
    expect(recipe).toMatchObject({
      epochs: 1,
      validationSplit: 0.1,
      optimizer: "muon",
      schedule: "cosine",
      warmup: 0.05,
    });
    expect(recipe).not.toHaveProperty("weightDecay");
  });

  it("fits a training into a budget of time, and records the epochs", async () => {
    const { code, stdout, stderr } = await work.heddle([
      ...["train", "--data", "clothes", "--budget", "10m", "--epochs", "2"],
      ...["--run-dir", "budget"],
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /^Budget: 10m00s at [\d,]+ images\/s: 2 epochs of [\d,]+ images \(the maximum; [\d,]+ would fit\), one-cycle schedule$/m,
    );
    expect(readJson(work.runs("budget")[0]!, "run.json").recipe.epochs).toBe(2);
  });

  it("makes batches that fit few images, and says so", async () => {
    const words = ["--limit", "24", "--epochs", "1", "--run-dir", "few"];
    const { code, stdout, stderr } = await work.heddle(["train", "--data", "clothes", ...words]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(
      "24 training images: 1 epoch in batches of 8, 3 steps, because 1 in batches of 64 would be 1. --epochs and --batch-size choose them.",
    );
    // 3 steps: the interval of the accuracy is printed, and that chance explains it.
    const { test } = readJson(work.runs("few")[0]!, "metrics.json");
    expect(test.interval.low).toBeLessThan(test.accuracy);
    expect(stdout).toMatch(/^Test accuracy .*\nCertainty +95% interval \d+\.\d\d% – \d+\.\d\d%/m);
    expect(readJson(work.runs("few")[0]!, "run.json").recipe).toMatchObject({ epochs: 1, batchSize: 8 });
  });

  it("refuses a budget that is too short, with numbers", async () => {
    const { code, stdout, stderr } = await work.heddle(["train", ...CLOTHES, "--budget", "1s"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^heddle: Budget: expected at least \d+ s on this machine: [\d.]+ s have passed/);
    expect(isOneLine(stderr), stderr).toBe(true);
  });

  it.each([
    [["--optimizer", "adamm"], "Did you mean adam?"],
    [["--optimzer", "adam"], "unknown option '--optimzer' (Did you mean --optimizer?)"],
    [["--schedule", "linear"], "Choose one of constant, one-cycle,"],
    [["--augment", "flop"], "Did you mean flip?"],
    [["--dropout", "1.5"], "Expected a number from 0 to 0.99."],
    [["--size", "32x32"], "--size: expected a folder of pictures or Parquet files, received IDX files."],
    [["--augment", "zoom=big"], 'Augment: expected zoom to be a number from 0 to 0.5, received "big".'],
    [["--budget", "soon"], "Expected a time such as 90s, 10m or 1h."],
    [["--momentum", "0.9"], "--momentum: expected an optimizer with momentum"],
    [["--early-stopping", "3"], "Add --validation-split 0.1."],
    [["quik"], "Did you mean quick?"],
    [["wrong.json"], '"epoch". Did you mean epochs?'],
    [["dense.json", "--dropout", "0.5"], "--dropout: expected a model with a Dropout layer"],
  ])("refuses %j", async (words, message) => {
    writeFileSync(work.file("wrong.json"), JSON.stringify({ heddleRecipe: 1, epoch: 3 }));
    const layers = [
      { class_name: "InputLayer", config: { batch_shape: [null, 28, 28, 1] } },
      { class_name: "Flatten", config: {} },
      { class_name: "Dense", config: { units: 10, activation: "softmax" } },
    ];
    writeFileSync(
      work.file("dense.json"),
      JSON.stringify({ class_name: "Sequential", config: { name: "dense", layers } }),
    );
    const { code, stdout, stderr } = await work.heddle(["train", ...words, ...CLOTHES]);
    expect([code, stdout], stderr).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(isOneLine(stderr), stderr).toBe(true);
    expect(work.runs()).toEqual([]);
  });
});

describe("heddle lr-find", () => {
  const work = new Workspace();
  const SEARCH = ["lr-find", "quick", "--data", "clothes", "--steps", "60"] as const;

  it("writes only a figure and a JSON file, the same for the same seed", async () => {
    const before = readdirSync(work.path);
    const { code, stdout, stderr } = await work.heddle([...SEARCH, "--out", "found"]);
    expect([code, stderr]).toEqual([0, ""]);
    // Plain characters, so that the chart survives any terminal and any log.
    expect([...stdout].every((character) => character.charCodeAt(0) < 128)).toBe(true);
    expect(stdout).toMatch(/^Suggested +[\d.e-]+ +a tenth of the edge of divergence/m);
    expect(stdout).toMatch(/#+ +<- .*suggested/);
    expect(readdirSync(work.path).filter((name) => !before.includes(name))).toEqual(["found"]);
    expect(readdirSync(work.file("found")).sort()).toEqual(["lr-find.json", "lr-find.png", "lr-find.svg"]);
    const found = readJson(work.file("found"), "lr-find.json");
    expect(found.suggested).toBe(found.edge / 10);
    expect(found.points.length).toBeGreaterThan(20);

    const again = await work.heddle([...SEARCH, "--out", "again", "--json", "--quiet"]);
    expect(JSON.parse(again.stdout)).toMatchObject({ suggested: found.suggested, steepest: found.steepest });
    expect(readJson(work.file("again"), "lr-find.json").points).toEqual(found.points);
  });

  it("refuses an empty range", async () => {
    const { code, stderr } = await work.heddle([...SEARCH, "--from", "1", "--to", "0.1"]);
    expect([code, stderr]).toEqual([
      2,
      "heddle: --to: expected a rate above --from, which is 1, received 0.1. Swap them.\n",
    ]);
    expect(existsSync(work.file("lr-find"))).toBe(false);
  });
});
