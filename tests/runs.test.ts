import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { generateFashionSketch } from "../packages/core/dist/data/index.js";
import { isOneLine, readJson, Workspace } from "./cli.js";
import { writeCorners } from "./idx-folder.js";

describe("a finished run", () => {
  const work = new Workspace();
  let run: string;
  beforeAll(async () => {
    const { code, stderr } = await work.heddle([
      "train",
      "--data",
      "clothes",
      "--epochs",
      "3",
      "--batch-size",
      "32",
    ]);
    expect(code, stderr).toBe(0);
    run = `runs/${basename(work.runs()[0]!)}`;
  });
  const metrics = () => readJson(work.path, run, "metrics.json");

  describe("heddle evaluate", () => {
    it.each(["path", "id", "name latest"])(
      "reproduces the accuracy of a run named by its %s, to the last digit",
      async (way) => {
        const name = { path: run, id: basename(run), "name latest": "latest" }[way]!;
        const { code, stdout } = await work.heddle(["evaluate", name, "--json"]);
        expect(code).toBe(0);
        const { interval: _, chance: __, ...test } = metrics().test;
        expect(JSON.parse(stdout)).toMatchObject({
          run,
          dataset: { name: "clothes" },
          test: { ...test, images: 200 },
        });
      },
    );

    it("prints its figures in a readable form", async () => {
      const { code, stdout, stderr } = await work.heddle(["evaluate", run, "--threads", "1"]);
      expect([code, stderr]).toEqual([0, ""]);
      const { accuracy, loss } = metrics().test;
      const right = `${(accuracy * 100).toFixed(2)}%, ${Math.round(accuracy * 200)} of 200; 95% interval `;
      expect(stdout).toMatch(/^2\S+-clothes on clothes, test images: 200\n/);
      expect(stdout).toContain(`\nAccuracy           ${right}`);
      expect(stdout).toContain(`${loss.toFixed(4)} with the loss it was trained with\n`);
    });

    it("measures on different data", async () => {
      const { code, stdout, stderr } = await work.heddle(["evaluate", run, "--data", "fashion-sketch"]);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(
        /^\S+-clothes on fashion-sketch \(generated\), test images: 2,000\nAccuracy +\d\d\.\d\d%, /,
      );
    });

    it("refuses images of a different size", async () => {
      writeCorners(work.file("corners"));
      const { code, stdout, stderr } = await work.heddle(["evaluate", run, "--data", "corners"]);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toBe(
        'heddle: Model "study_cnn": expected images of 28×28×1, as its input layer says, received those of corners, which are 20×20×1. Change the input layer, or set --data to a different dataset.\n',
      );
    });

    it("warns if the data has changed since training", async () => {
      cpSync(work.file("clothes"), work.file("moved", "clothes"), { recursive: true });
      cpSync(work.file(run), work.file("moved", "run"), { recursive: true });
      const record = readJson(work.file("moved", "run", "run.json"));
      record.dataset.source.path = work.file("moved", "clothes");
      record.dataset.source.files[2].sha256 = "0".repeat(64);
      writeFileSync(work.file("moved", "run", "run.json"), JSON.stringify(record));
      const { code, stderr } = await work.heddle(["evaluate", "moved/run"]);
      expect(code).toBe(0);
      expect(stderr).toBe(
        "warning: t10k-images-idx3-ubyte.gz is not the one that the run was trained with.\n",
      );
    });

    it.each([
      [
        "no such run",
        ["evaluate", "nowhere"],
        "Run nowhere: expected a run folder or the id of a run in runs",
      ],
      ["a folder that is not a run", ["evaluate", "clothes"], "a folder without run.json"],
      [
        "no runs at all",
        ["evaluate", "latest", "--run-dir", "home"],
        "expected at least one run, received none",
      ],
      [
        "data that is gone",
        ["evaluate", "latest", "--data", "gone"],
        "received no file or folder of that name",
      ],
    ])("refuses %s", async (_, args, text) => {
      const { code, stdout, stderr } = await work.heddle(args);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toContain(text);
      expect(isOneLine(stderr), stderr).toBe(true);
    });

    it.each([
      ["run.json", "{ cut of", "JSON"],
      ["run.json", "", "an empty file"],
      ["model/config.json", "[]", 'class_name "Sequential"'],
      ["model/weights.safetensors", "short", "weights.safetensors"],
    ])("names the damaged file: %s (%#)", async (file, content, text) => {
      const damaged = work.file("damaged");
      cpSync(work.file(run), damaged, { recursive: true });
      writeFileSync(join(damaged, file), content);
      const { code, stderr } = await work.heddle(["evaluate", "damaged"]);
      expect(code, stderr).toBe(2);
      expect(stderr).toContain(file);
      expect(stderr).toContain(text);
      expect(isOneLine(stderr), stderr).toBe(true);
    });
  });

  describe("heddle predict", () => {
    const { test, classNames } = generateFashionSketch({ train: 10, test: 40 });
    /** A trouser, which the model knows well, as people photograph it: large, in another format, on white. */
    const trouser = test.labels.indexOf(classNames.indexOf("Trouser"));
    beforeAll(async () => {
      const pixels = Buffer.from(test.images.subarray(trouser * 784, (trouser + 1) * 784) as Uint8Array);
      const large = sharp(pixels, { raw: { width: 28, height: 28, channels: 1 } }).resize(280, 280, {
        kernel: "nearest",
      });
      await large.clone().png().toFile(work.file("on black.png"));
      await large
        .clone()
        .negate()
        .toColourspace("srgb")
        .jpeg({ quality: 95 })
        .toFile(work.file("on-white.jpg"));
    });

    it("prints the three most probable classes of each picture", async () => {
      const { code, stdout, stderr } = await work.heddle(["predict", run, "on black.png", "on-white.jpg"]);
      expect([code, stderr]).toEqual([0, ""]);
      // In such folders classes are numbers; 1 is a trouser.
      const row = String.raw`1 +\d+\.\d\d%  \d \d+\.\d\d%, \d \d+\.\d\d%`;
      expect(stdout).toMatch(
        new RegExp(
          `^Image .*\non black\\.png +${row}\non-white\\.jpg +${row} +inverted: its background is light\n$`,
        ),
      );
    });

    it("says which pictures are empty, and goes on past those that cannot be read", async () => {
      const raw = { width: 8, height: 8, channels: 4 as const };
      await sharp(new Uint8Array(256), { raw }).png().toFile(work.file("empty.png"));
      const { code, stdout, stderr } = await work.heddle([
        ...["predict", run, "empty.png", "gone.png", "on black.png", "--as-is"],
      ]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/\nempty\.png .* {2}empty: all its pixels are the same\non black\.png {2}1 /);
      expect(stderr).toBe(
        "warning: gone.png: expected a picture, a folder, a table or an array, received no file or folder of that name. Correct the path.\n",
      );
    });

    it("answers a table row by row for Kaggle, and never replaces what it did not write", async () => {
      const rows = [0, 1, 2].map((at) => [...test.images.subarray(at * 784, (at + 1) * 784)].join(","));
      const header = Array.from({ length: 784 }, (_, at) => `pixel${at}`).join(",");
      writeFileSync(work.file("test.csv"), `${[header, ...rows].join("\n")}\n`);
      const args = ["predict", run, "test.csv", "--out"];
      const { code, stdout } = await work.heddle([...args, "answers.csv"]);
      expect([code, stdout]).toEqual([0, "answers.csv: 3 predictions\n"]);
      const lines = readFileSync(work.file("answers.csv"), "utf8").split("\n");
      expect(lines[0]).toMatch(/^ImageId,Label,/);
      expect(lines.slice(1, 4).map((line) => line.split(",")[0])).toEqual(["1", "2", "3"]);
      const refused = await work.heddle([...args, "test.csv"]);
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("something else")]);
    });

    it("knows the classes and the rule for light backgrounds of a run's model that was copied elsewhere", async () => {
      cpSync(join(work.file(run), "model"), work.file("copied"), { recursive: true });
      const { stdout } = await work.heddle(["predict", "copied", "on-white.jpg"]);
      expect(stdout).toMatch(/\non-white\.jpg {2}1 .*inverted/);
      const json = JSON.parse(readFileSync(work.file("copied/config.json"), "utf8"));
      json.heddle.pictures.invert_light = false;
      json.heddle.classes[1] = "trousers";
      writeFileSync(work.file("copied/config.json"), JSON.stringify(json));
      const changed = await work.heddle(["predict", "copied", "on-white.jpg", "--json"]);
      const [{ inverted, top }] = JSON.parse(changed.stdout).predictions;
      expect(inverted).toBe(false);
      expect(top.map(({ name }: { name: string }) => name)).not.toContain("1");
    });

    it("prints the same classes as JSON, most probable first", async () => {
      const { code, stdout } = await work.heddle([
        "predict",
        "latest",
        "on-white.jpg",
        "on black.png",
        "--json",
      ]);
      expect(code).toBe(0);
      const { predictions } = JSON.parse(stdout);
      expect(
        predictions.map(({ image, inverted }: { image: string; inverted: boolean }) => [image, inverted]),
      ).toEqual([
        ["on-white.jpg", true],
        ["on black.png", false],
      ]);
      for (const { top } of predictions) {
        expect(top).toHaveLength(3);
        expect(top[0]).toMatchObject({ label: 1, name: "1" });
        const probabilities: number[] = top.map(({ probability }: { probability: number }) => probability);
        expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
        expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeLessThanOrEqual(1.000001);
        expect(probabilities[0]).toBeGreaterThan(1 / 10);
      }
      // The same trouser twice, apart from JPEG's losses.
      expect(predictions[0].top[0].probability).toBeCloseTo(predictions[1].top[0].probability, 1);
    });

    it.each([
      ["a missing file", "gone.png", undefined],
      ["an empty file", "empty.png", ""],
      ["text that calls itself PNG", "text.png", "I am a picture, trust me.\nReally.\n"],
      ["half a picture", "half.png", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"],
    ])("refuses %s in one line", async (_, file, content) => {
      if (content !== undefined) writeFileSync(work.file(file), content, "latin1");
      const { code, stdout, stderr } = await work.heddle(["predict", run, file]);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toContain(file);
      expect(isOneLine(stderr), stderr).toBe(true);
    });
  });

  describe("heddle plan", () => {
    it("shows the kernel calls for the run's own batch size", async () => {
      const { code, stdout, stderr } = await work.heddle(["plan", run]);
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(
        /^strict kernels on vectors of (128|256) bits\n\nPlan of training: batch of 32 in \d+ shards of \d+, [\d.]+ MiB of memory\n\n/,
      );
      for (const word of ["conv2d", "dense", "forward", "backward", "gradient", "update", "adam"]) {
        expect(stdout).toContain(word);
      }
    });

    it("prints the kernel calls as JSON, for any batch size", async () => {
      const { code, stdout } = await work.heddle(["plan", run, "--batch-size", "8", "--json"]);
      expect(code).toBe(0);
      const plan = JSON.parse(stdout);
      expect(plan.batchSize).toBe(8);
      expect(plan.memoryBytes).toBeGreaterThan(4 * 50_890);
      const macs = plan.steps
        .filter(({ pass }: { pass: string }) => pass === "forward")
        .reduce((sum: number, step: { macs: number }) => sum + step.macs, 0);
      // The two convolutions and the dense layer, as the summary counts them.
      expect(macs).toBe(8 * (97_344 + 2_654_208 + 46_080));
    });

    it("measures each kernel with --profile", async () => {
      const { code, stdout, stderr } = await work.heddle([
        "plan",
        run,
        "--profile",
        "--threads",
        "2",
        "--json",
      ]);
      expect([code, stderr]).toEqual([0, ""]);
      const { batchSize, profile, steps } = JSON.parse(stdout);
      expect(profile).toMatchObject({ threads: 2, steps: expect.any(Number), seconds: expect.any(Number) });
      const microseconds = steps.map((step: { microseconds: number }) => step.microseconds);
      for (const value of microseconds) expect(value).toEqual(expect.any(Number));
      // Threads cannot spend more time in kernels than passed.
      const spent = microseconds.reduce((sum: number, value: number) => sum + value, 0) * profile.steps;
      expect(spent).toBeGreaterThan(0);
      expect(spent).toBeLessThanOrEqual(2e6 * profile.seconds);
      const [heaviest] = [...steps].sort((a, b) => b.microseconds - a.microseconds);
      expect(heaviest.owner).toContain("conv2d_1");

      const text = await work.heddle(["plan", run, "--profile"]);
      expect(text.stdout).toMatch(/Kernel +Calls +MACs an image +µs an image +GMAC\/s +Share\n/);
      expect(text.stdout).toMatch(
        /\n[\d,]+ images\/s over \d+ steps on \d+ threads?; the kernels took [\d.]+% of/,
      );
      expect(batchSize).toBe(32);
    });
  });
});
