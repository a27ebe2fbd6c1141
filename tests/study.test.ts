import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { NEEDS_DATA, realFashionMnist } from "../packages/heddle/dist/datasets/real-data.testing.js";
import { type Finished, readJson, Workspace } from "./cli.js";

const STUDY = ["study", "fashion-mnist", "--limit", "600"] as const;
const NO_NETWORK = ["--require", fileURLToPath(new URL("no-network.cjs", import.meta.url))];

describe("heddle study fashion-mnist without data and network", () => {
  const work = new Workspace();
  let offline: Finished;
  let run: string;
  beforeAll(async () => {
    offline = await work.heddle([...STUDY, "--offline", "--epochs", "2", "--seed", "5"]);
    run = work.runs()[0] ?? "";
  });

  it("trains on fashion-sketch and says on both streams that this is not Fashion-MNIST", () => {
    expect(offline.code, offline.stderr).toBe(0);
    expect(offline.stderr).toMatch(
      /^warning: Dataset "fashion-mnist": .*downloads are off.*set --data to the folder that holds the files\.\n$/,
    );
    expect(offline.stdout).toMatch(/^This run is NOT on Fashion-MNIST: it trains on fashion-sketch/);
    expect(offline.stdout).toMatch(/^Dataset +fashion-sketch \(generated\), NOT Fashion-MNIST$/m);
  });

  it("never presents the result as one on Fashion-MNIST", () => {
    for (const line of offline.stdout.split("\n").filter((line) => line.includes("Fashion-MNIST"))) {
      expect(line).toContain("NOT");
    }
    const { dataset } = readJson(run, "run.json");
    expect(dataset).toMatchObject({
      ...{ name: "fashion-sketch", title: "fashion-sketch (generated)" },
      standInFor: { title: "Fashion-MNIST" },
    });
    expect(dataset.source).toEqual({ kind: "generated", seed: 7, files: [] });
    expect(readJson(run, "metrics.json").dataset).toEqual({ name: "fashion-sketch" });
    expect(run).toMatch(/-fashion-sketch$/);
  });

  it("writes a report with the notice and without a comparison to the published result", () => {
    const html = readFileSync(join(run, "report.html"), "utf8");
    expect(html).toMatch(/<title>[^<]*fashion-sketch[^<]*<\/title>/);
    expect(html).toMatch(/<h1[^>]*>[^<]*fashion-sketch[^<]*<\/h1>/);
    expect(html).toContain("This is not a Fashion-MNIST result");
    expect(html).not.toContain("92.70%");
    const words = html.replace(/<(style|svg|script)\b.*?<\/\1>/gs, "").replace(/<[^>]+>/g, "\n");
    for (const line of words.split("\n").filter((text) => text.includes("Fashion-MNIST"))) {
      expect(line).toMatch(/not|nothing/i);
    }
  });

  it("keeps all files of the run in its folder", () => {
    expect(readdirSync(run).sort()).toEqual([
      "checkpoints",
      "dataset.json",
      "evaluation.json",
      "figures",
      "history.csv",
      "metrics.json",
      "model",
      "report.html",
      "run.json",
      "test-looks.jsonl",
    ]);
    const record = readJson(run, "run.json");
    expect(record).toMatchObject({
      status: "finished",
      command: "heddle study fashion-mnist --limit 600 --offline --epochs 2 --seed 5",
      recipe: { epochs: 2, limit: 600, seed: 5, model: "study", learningRate: 0.003 },
      versions: { node: process.versions.node },
    });
    expect(record.versions.heddle).toBe(
      readJson(fileURLToPath(new URL("../packages/heddle/package.json", import.meta.url))).version,
    );
    expect(Date.parse(record.finishedAt)).toBeGreaterThan(Date.parse(record.startedAt));

    const [head, ...rows] = readFileSync(join(run, "history.csv"), "utf8").trimEnd().split("\n");
    expect(head).toBe("epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds,images_per_second");
    expect(rows.map((row) => row.split(",")[0])).toEqual(["1", "2"]);

    expect(readJson(run, "model", "config.json").class_name).toBe("Sequential");
    // 50,890 weights of 4 bytes and a header.
    expect(readFileSync(join(run, "model", "weights.safetensors")).length).toBeGreaterThan(4 * 50_890);

    const figures = [
      "accuracy-by-coverage",
      "accuracy-by-epoch",
      "confusion-matrix",
      "confusion-matrix-counts",
      "first-images",
      "loss-by-epoch",
      "most-confused-pairs",
      "one-of-each-class",
      "reliability-diagram",
      "scores-by-class",
      "top-losses",
    ];
    expect(readdirSync(join(run, "figures")).sort()).toEqual(
      [
        ...figures.flatMap((name) => [`${name}.png`, `${name}.svg`]),
        // What a report needs to redraw the grids without the images.
        ...["first-images", "most-confused-pairs", "one-of-each-class", "top-losses"].map(
          (name) => `${name}.json`,
        ),
      ].sort(),
    );
    for (const name of figures) {
      expect(readFileSync(join(run, "figures", `${name}.svg`), "utf8")).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
      const png = readFileSync(join(run, "figures", `${name}.png`));
      expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
      expect(png.subarray(-8, -4).toString("latin1")).toBe("IEND");
    }
  });

  it("writes metrics that agree with each other", () => {
    const metrics = readJson(run, "metrics.json");
    for (const split of [metrics.train, metrics.test]) {
      expect(split.accuracy).toBeGreaterThan(0.3);
      expect(split.accuracy).toBeLessThanOrEqual(1);
      expect(split.loss).toBeGreaterThan(0);
      expect(split.loss).toBeLessThan(2.3);
    }
    const lastRow = readFileSync(join(run, "history.csv"), "utf8").trimEnd().split("\n").at(-1)!.split(",");
    expect(metrics.train.runningAccuracy).toBe(Number(lastRow[2]));
    expect(metrics.test.accuracy).toBe(Number(lastRow[4]));
    // Accuracies are counts of images.
    expect(Number.isInteger(Math.round(metrics.test.accuracy * 2000 * 1e6) / 1e6)).toBe(true);
    expect(metrics.throughput.trainImagesPerSecond).toBeGreaterThan(0);
    expect(metrics.throughput.predictImagesPerSecond).toBeGreaterThan(0);
    expect(metrics.timeSeconds.total).toBeGreaterThan(0);
    expect(metrics.timeSeconds.total).toBeLessThanOrEqual(offline.seconds);
    expect(metrics.weights.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(metrics.weights.sha256).toBe(readJson(run, "run.json").weightsSha256);
    expect(metrics.engine.variant).toBe("strict");
    expect(metrics.engine.threads).toBeGreaterThanOrEqual(1);
    expect(offline.stdout).toContain(metrics.weights.sha256);
  });

  it("writes a self-contained report", () => {
    const html = readFileSync(join(run, "report.html"), "utf8");
    expect(html).toMatch(/^<!doctype html>/i);
    expect(html.trimEnd()).toMatch(/<\/html>$/);
    // Namespaces are names, not addresses; everything that a browser would fetch is a data: URL or a fragment.
    const fetched = [...html.matchAll(/(?:\s(?:src|href|xlink:href)\s*=\s*|url\()["']?([^"')\s>]+)/g)];
    expect(fetched.map(([, address]) => address).filter((address) => !/^(data:|#)/.test(address!))).toEqual(
      [],
    );
    expect(html).not.toMatch(/@import|<script|<link|<iframe/);
    expect(html).toContain("heddle study fashion-mnist --limit 600 --offline --epochs 2 --seed 5");
  });

  it("writes nothing outside the run folder", () => {
    expect(readdirSync(work.path).sort()).toEqual(["clothes", "home", "runs"]);
    expect(readdirSync(work.file("home"))).toEqual([]);
  });
});

describe("without a working network", () => {
  const work = new Workspace();

  it.each(["broken", "silent"])(
    "heddle study fashion-mnist falls back to drawings instead of waiting for the network (%s)",
    async (network) => {
      const started = performance.now();
      const running = work.start([...STUDY, "--epochs", "1"], {
        node: NO_NETWORK,
        env: { HEDDLE_TEST_NETWORK: network },
      });
      await running.printed("This run is NOT on Fashion-MNIST");
      // Time-outs of 2.5 seconds a host, and a start that a busy machine slows; without them the system waits minutes.
      expect(performance.now() - started).toBeLessThan(40_000);
      // From here on, the same as with --offline.
      running.child.kill("SIGKILL");
      const { stderr } = await running.finished;
      expect(stderr).toContain('warning: Dataset "fashion-mnist" is not on disk and cannot be downloaded.');
    },
  );

  it("heddle data fails, because nothing can replace the files there", async () => {
    const { code, stdout, stderr } = await work.heddle(["data"], { node: NO_NETWORK });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(
      /^heddle: Dataset "fashion-mnist" is not on disk and cannot be downloaded\. [^\n]+\n$/m,
    );
  });
});

describe("heddle study fashion-mnist on the real data", () => {
  const work = new Workspace();

  it.skipIf(!realFashionMnist)(`learns Fashion-MNIST and says so ${NEEDS_DATA}`, async () => {
    const { code, stdout, stderr } = await work.heddle(
      ["study", "fashion-mnist", "--offline", "--limit", "3000", "--epochs", "1"],
      { env: { HEDDLE_DATA: join(realFashionMnist!, "..") } },
    );
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Dataset +Fashion-MNIST$/m);
    expect(stdout).not.toMatch(/sketch/i);
    const run = work.runs()[0]!;
    const metrics = readJson(run, "metrics.json");
    expect(metrics.dataset).toEqual({ name: "fashion-mnist" });
    expect(metrics.test.accuracy).toBeGreaterThan(0.6);
    const { files } = readJson(run, "run.json").dataset.source;
    expect(files).toHaveLength(4);
    for (const { sha256 } of files) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(readFileSync(join(run, "report.html"), "utf8")).toMatch(/<h1[^>]*>Fashion-MNIST<\/h1>/);
    expect(existsSync(work.file("home", "cache"))).toBe(false);
  });
});
