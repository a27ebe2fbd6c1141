import { readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { isOneLine, readJson, TINY, Workspace } from "./cli.js";
import { writeCorners } from "./idx-folder.js";

interface Layer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

const layer = (class_name: string, config: Layer["config"] = {}): Layer => ({ class_name, config });

/** LeNet as Keras writes it, with a few of the fields that Keras adds and Heddle ignores. */
function lenet(size: number, units: number, more: readonly Layer[] = []): string {
  const layers = [
    layer("InputLayer", { batch_shape: [null, size, size, 1], dtype: "float32", name: "pixels" }),
    layer("Rescaling", { scale: 1 / 255, offset: 0 }),
    layer("Conv2D", { name: "c1", filters: 6, kernel_size: [5, 5], padding: "same", activation: "relu" }),
    layer("MaxPooling2D", { name: "s2", pool_size: [2, 2] }),
    layer("Conv2D", { name: "c3", filters: 16, kernel_size: [5, 5], activation: "relu" }),
    layer("MaxPooling2D", { pool_size: [2, 2] }),
    ...more,
    layer("Flatten"),
    layer("Dense", { name: "f6", units: 32, activation: "relu" }),
    layer("Dense", { units, activation: "softmax" }),
  ];
  return JSON.stringify({ class_name: "Sequential", config: { name: "lenet", layers } });
}

describe("heddle train", () => {
  const work = new Workspace();
  beforeAll(() => writeCorners(work.file("corners")));

  it("trains the model of a Keras JSON file", async () => {
    writeFileSync(work.file("lenet.json"), lenet(20, 4));
    const { code, stdout, stderr } = await work.heddle([
      ...[
        "train",
        "lenet.json",
        "--data",
        "corners",
        "--epochs",
        "4",
        "--batch-size",
        "20",
        "--run-dir",
        "lenet",
      ],
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Model: "lenet"$/m);
    expect(stdout).toMatch(/^c1 \(Conv2D\) +\[batch, 20, 20, 6\] +156 /m);
    expect(stdout).toMatch(/^c3 \(Conv2D\) +\[batch, 6, 6, 16\] +2,416 /m);
    const run = work.runs("lenet")[0]!;
    expect(readJson(run, "metrics.json").test.accuracy).toBeGreaterThan(0.9);

    // The saved model is a model file too, and gives the same weights.
    const again = await work.heddle([
      ...[
        "train",
        join(run, "model", "config.json"),
        "--data",
        "corners",
        "--epochs",
        "4",
        "--batch-size",
        "20",
      ],
      ...["--json", "--quiet"],
    ]);
    expect(again.code, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout).metrics.weights).toEqual(readJson(run, "metrics.json").weights);
  });

  it("adapts the study's network to a folder of images of any size", async () => {
    const { code, stdout, stderr } = await work.heddle([
      ...["train", "--data", "corners", "--epochs", "3", "--batch-size", "20", "--run-dir", "corner-runs"],
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^height × width × channels +20 × 20 × 1 +20 × 20 × 1$/m);
    expect(stdout).toMatch(/^max_pooling2d \(MaxPooling2D\) +\[batch, 8, 8, 32\]/m);
    expect(stdout).toMatch(/^dense \(Dense\) +\[batch, 4\]/m);
    const run = work.runs("corner-runs")[0]!;
    expect(run).toMatch(/-corners$/);
    expect(readJson(run, "metrics.json").test.accuracy).toBeGreaterThan(0.9);
    expect(readJson(run, "run.json").dataset.classNames).toHaveLength(4);
    expect(readFileSync(join(run, "report.html"), "utf8")).not.toContain("Fashion-MNIST");
  });

  const broken: readonly (readonly [fault: string, json: string, message: string])[] = [
    [
      "images of a different size",
      lenet(28, 4),
      'Model "lenet": expected images of 28×28×1, as its input layer says, received those of corners, which are 20×20×1.',
    ],
    [
      "too few units in the last layer",
      lenet(20, 3),
      'Model "lenet": expected at most 3 classes, because its last layer has 3 units, received corners, which has 4.',
    ],
    ["a class that Heddle does not know", lenet(20, 4, [layer("LSTM", { units: 8 })]), "LSTM"],
    [
      "a kernel that is larger than its input",
      lenet(20, 4, [layer("Conv2D", { filters: 2, kernel_size: 9 })]),
      "Conv2D",
    ],
    ["a field of the wrong type", lenet(20, 4, [layer("Dropout", { rate: "much" })]), "rate"],
    ["a layer that is not an object", lenet(20, 4, ["Flatten" as unknown as Layer]), "model.json"],
    [
      "an unknown kind of model",
      '{"class_name":"Ensemble","config":{}}',
      'expected class_name "Sequential" or "Functional"',
    ],
    ["something that is not JSON", "{\n  'class_name':\n", "model.json: expected JSON"],
    ["an empty file", "", "model.json: expected JSON"],
  ];
  it.each(broken)("refuses a model file with %s", async (_, json, message) => {
    writeFileSync(work.file("model.json"), json);
    const { code, stdout, stderr } = await work.heddle([
      "train",
      "model.json",
      "--data",
      "corners",
      "--run-dir",
      "none",
    ]);
    expect([code, stdout], stderr).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(isOneLine(stderr), stderr).toBe(true);
    // A run that never began leaves no folder.
    expect(work.runs("none")).toEqual([]);
  });

  it("shows where an error came from only with --verbose", async () => {
    const short = await work.heddle(["train", "gone.json", "--data", "corners"]);
    expect([short.code, isOneLine(short.stderr)]).toEqual([2, true]);
    expect(short.stderr).toContain(
      "File gone.json: expected a file that can be read, received no such file or folder.",
    );
    for (const words of [
      ["--verbose", "train", "gone.json", "--data", "corners"],
      ["train", "gone.json", "--data", "corners", "--verbose"],
    ]) {
      const { code, stderr } = await work.heddle(words);
      expect(code).toBe(2);
      expect(stderr.startsWith(short.stderr)).toBe(true);
      expect(stderr).toMatch(/\n {4}at .*\.js:\d+/);
    }
  });

  it("refuses a run folder that cannot be created", async () => {
    writeFileSync(work.file("file.txt"), "in the way");
    for (const folder of ["file.txt", "file.txt/runs"]) {
      const { code, stderr } = await work.heddle([...TINY, "--quiet", "--run-dir", folder]);
      expect(code).toBe(2);
      expect(stderr).toContain(`File ${folder}: expected a folder in which runs can be made`);
      expect(isOneLine(stderr), stderr).toBe(true);
    }
  });

  it("accepts --limit and --batch-size beyond the number of images", async () => {
    const { code, stderr } = await work.heddle([
      ...[
        "train",
        "--data",
        "corners",
        "--epochs",
        "1",
        "--limit",
        "99999",
        "--batch-size",
        "5000",
        "--quiet",
      ],
    ]);
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("draws a share of each class, and says so, if --limit would leave only one class", async () => {
    const rows = [0, 1, 2].flatMap((label) =>
      Array.from({ length: 40 }, (_, row) => [
        label,
        ...Array.from({ length: 36 }, (_, at) => (row * at) % 256),
      ]),
    );
    writeFileSync(work.file("sorted.csv"), rows.map((row) => `${row.join(",")}\n`).join(""));
    const words = ["train", "--data", "sorted.csv", "--epochs", "1", "--limit", "30", "--quiet", "--json"];
    const { code, stdout, stderr } = await work.heddle(words);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(
      "warning: The first 30 training images hold 1 of 3 classes: as many are drawn from all classes instead",
    );
    const { run, metrics } = JSON.parse(stdout);
    expect(readJson(work.file(run), "dataset.json").train.perClass).toEqual([10, 10, 10]);
    const again = JSON.parse((await work.heddle(words)).stdout);
    expect(again.metrics.weights).toEqual(metrics.weights);
  });

  it("trains on a single image", async () => {
    const { code, stderr } = await work.heddle([
      "train",
      "--data",
      "corners",
      "--epochs",
      "1",
      "--limit",
      "1",
      "--quiet",
    ]);
    expect([code, stderr]).toEqual([0, ""]);
  });
});

describe("heddle data", () => {
  const work = new Workspace();
  beforeAll(() => writeCorners(work.file("corners")));

  it("describes a folder", async () => {
    const { code, stdout, stderr } = await work.heddle(["data", "corners"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^images +400 +80$/m);
    expect(stdout).toContain(work.file("corners"));
  });

  it("describes a folder as JSON", async () => {
    for (const words of [["corners"], ["--data", "corners"]]) {
      const { code, stdout, stderr } = await work.heddle(["data", ...words, "--json"]);
      expect([code, stderr]).toEqual([0, ""]);
      expect(JSON.parse(stdout)).toMatchObject({
        name: "corners",
        foundBy: "path",
        train: { images: 400, shape: [20, 20, 1], perClass: [100, 100, 100, 100] },
        test: { images: 80, perClass: [20, 20, 20, 20] },
      });
    }
  });

  it("draws fashion-sketch without files or network", async () => {
    const { code, stdout, stderr } = await work.heddle(["data", "fashion-sketch", "--json"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({
      name: "fashion-sketch",
      foundBy: "generated",
      train: { images: 12_000 },
    });
  });

  it.each([
    ["an unknown name", ["data", "fashion-minst"], 'Dataset "fashion-minst"'],
    [
      "a folder that does not exist",
      ["data", "--data", "gone"],
      "gone: expected a folder or file with data, received no file or folder of that name. Correct the path.",
    ],
    [
      "a folder without the files",
      ["train", "--data", "home"],
      "home: expected a folder with train-images-idx3-ubyte[.gz]",
    ],
    [
      "a folder for the drawn images",
      ["data", "fashion-sketch", "--data", "corners"],
      "expected no folder, because it is drawn by code",
    ],
    [
      "the drawn images in a folder of the study",
      ["study", "fashion-mnist", "--data", "home"],
      "home: expected a folder",
    ],
  ])("refuses %s", async (_, args, message) => {
    const { code, stdout, stderr } = await work.heddle(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(isOneLine(stderr), stderr).toBe(true);
    expect(work.runs()).toEqual([]);
  });

  it.each(["train-images", "train-labels", "t10k-images", "t10k-labels"])(
    "refuses broken %s",
    async (part) => {
      for (const [damage, harm] of [
        ["cut off", (path: string) => truncateSync(path, 60)],
        ["not gzip", (path: string) => writeFileSync(path, "not gzip")],
      ] as const) {
        const folder = work.file(`${damage} ${part}`);
        writeCorners(folder);
        const file = readdirSync(folder).find((name) => name.startsWith(part))!;
        harm(join(folder, file));
        const { code, stdout, stderr } = await work.heddle(["train", "--data", folder]);
        expect([code, stdout], stderr).toEqual([2, ""]);
        expect(stderr).toContain(file);
        expect(isOneLine(stderr), stderr).toBe(true);
      }
    },
  );
});
