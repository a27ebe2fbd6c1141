import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { isOneLine, readJson, TINY, Workspace } from "./cli.js";
import { writeClothes } from "./idx-folder.js";

const { version } = readJson(fileURLToPath(new URL("../packages/heddle/package.json", import.meta.url)));
const OTHER = "0123456789abcdef".repeat(4);

describe("heddle verify", () => {
  const work = new Workspace();
  let run: string;
  let sha256: string;
  beforeAll(async () => {
    const { code, stderr } = await work.heddle([...TINY, "--epochs", "2", "--limit", "300", "--quiet"]);
    expect(code, stderr).toBe(0);
    run = work.runs()[0]!;
    sha256 = readJson(run, "run.json").weightsSha256;
  });

  let copies = 0;
  /** A copy of the run with some of its files changed; returns its name. */
  // biome-ignore lint/suspicious/noExplicitAny: tests change any field
  function tampered(changeRecord: (record: any) => void, changeFiles: (folder: string) => void = () => {}) {
    const name = `copy-${++copies}`;
    cpSync(run, work.file(name), { recursive: true });
    const record = readJson(work.file(name), "run.json");
    changeRecord(record);
    writeFileSync(work.file(name, "run.json"), JSON.stringify(record));
    changeFiles(work.file(name));
    return name;
  }

  /** Changes the last bit of the last weight. */
  function flipBit(folder: string): void {
    const path = join(folder, "model", "weights.safetensors");
    const bytes = readFileSync(path);
    bytes[bytes.length - 4]! ^= 1;
    writeFileSync(path, bytes);
  }

  async function verification(name: string, ...options: readonly string[]) {
    const finished = await work.heddle(["verify", name, "--json", "--quiet", ...options]);
    expect(finished.stderr).toBe("");
    return { code: finished.code, ...JSON.parse(finished.stdout) };
  }

  async function expectRefusal(name: string, text: string, ...options: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await work.heddle(["verify", name, ...options]);
    // Nothing was trained.
    expect([code, stdout], stderr).toEqual([2, ""]);
    expect(stderr).toContain(text);
    expect(isOneLine(stderr), stderr).toBe(true);
  }

  it("trains the run again, says that the weights are the same, and writes nothing", async () => {
    const times = () =>
      readdirSync(work.path, { recursive: true, encoding: "utf8" }).map((file) => {
        const { mtimeMs, size } = statSync(work.file(file));
        return `${file} ${mtimeMs} ${size}`;
      });
    const before = times();
    const { code, stdout, stderr } = await work.heddle(["verify", "latest", "--threads", "2"]);
    expect([code, stderr]).toEqual([0, ""]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toBe("Training for 2 epochs on 2 threads, strict kernels");
    expect(lines[1]).toMatch(/^Epoch 1\/2 .* loss \d\.\d{4} {2}accuracy 0\.\d{4}$/);
    expect(lines.slice(-3)).toEqual([
      `Recorded           ${sha256}`,
      `Trained again      ${sha256}`,
      `Verified: runs/${run.split("/").at(-1)} trained again gives the same weights to the last bit.`,
    ]);
    expect(times()).toEqual(before);
  });

  it("accepts a different number of threads, and the same data in a different folder", async () => {
    cpSync(work.file("clothes"), work.file("elsewhere", "clothes"), { recursive: true });
    expect(await verification(run, "--threads", "3", "--data", "elsewhere/clothes")).toEqual({
      code: 0,
      run,
      verified: true,
      dataset: { name: "clothes" },
      weights: { recorded: sha256, trained: sha256, saved: sha256 },
      engine: { variant: "strict", threads: 3, width: expect.any(Number) },
      differences: [],
      findings: [],
    });
  });

  it("trains a --fast run on the fma kernels, and refuses without them", async () => {
    const { code, stderr } = await work.heddle([...TINY, "--fast", "--quiet", "--run-dir", "fast"]);
    expect(code, stderr).toBe(0);
    expect(await verification("latest", "--run-dir", "fast")).toMatchObject({
      code: 0,
      verified: true,
      engine: { variant: "fma" },
    });
    const without = fileURLToPath(new URL("no-relaxed-simd.cjs", import.meta.url));
    const refused = await work.heddle(["verify", "latest", "--run-dir", "fast"], {
      node: ["--require", without],
    });
    expect([refused.code, refused.stdout]).toEqual([2, ""]);
    expect(refused.stderr).toContain(
      "expected WebAssembly relaxed SIMD, because it was trained with `fast: true` (fma kernels), received a JavaScript engine without it.",
    );
    expect(isOneLine(refused.stderr), refused.stderr).toBe(true);
  });

  it("repeats a run on drawn images", async () => {
    const words = ["train", "--data", "fashion-sketch", "--epochs", "1", "--limit", "50", "--quiet"];
    const { code, stderr } = await work.heddle([...words, "--run-dir", "drawn"]);
    expect(code, stderr).toBe(0);
    expect(await verification("latest", "--run-dir", "drawn")).toMatchObject({ code: 0, verified: true });
    const drawn = work.runs("drawn")[0]!;
    await expectRefusal(
      drawn,
      "expected its own data, fashion-sketch (generated), seed 7, received clothes from files.",
      ...["--data", "clothes"],
    );
  });

  describe("when the weights differ", () => {
    it("says that run.json was changed if the saved weights are those trained now", async () => {
      const name = tampered((record) => {
        record.weightsSha256 = OTHER;
        record.versions.heddle = "0.0.1";
      });
      const { code, stdout, stderr } = await work.heddle(["verify", name, "--quiet"]);
      expect([code, stderr]).toEqual([1, ""]);
      expect(stdout.split("\n")).toEqual([
        `Recorded           ${OTHER}`,
        `Trained again      ${sha256}`,
        `Weights file       ${sha256}`,
        `Not verified: ${name} trained again gives weights that differ from those it recorded.`,
        "  The run's weights file agrees with this training: the hash in run.json was changed.",
        "",
      ]);
    });

    it("names the versions that differ, and the first epoch whose losses differ", async () => {
      const name = tampered((record) => {
        record.recipe.seed++;
        record.versions = { heddle: "0.0.1", node: "18.0.0" };
        record.machine.cpu = "Abacus";
      });
      const { code, verified, weights, differences, findings } = await verification(name);
      expect([code, verified]).toEqual([1, false]);
      expect(weights).toMatchObject({ recorded: sha256, saved: sha256 });
      expect(weights.trained).not.toBe(sha256);
      expect(differences).toMatchObject([
        { what: "Heddle", recorded: "0.0.1", now: version },
        { what: "Node", recorded: "18.0.0", now: process.versions.node, meaning: "Should not matter." },
        { what: "Processor", meaning: "Should not matter." },
      ]);
      expect(findings.slice(0, 3)).toEqual([
        "Loss and accuracy differ from history.csv from epoch 1 on.",
        `Heddle was 0.0.1 and is now ${version}. The same weights are promised within one version only.`,
        `Node was 18.0.0 and is now ${process.versions.node}. Should not matter.`,
      ]);
    });

    it("says so if nothing on record explains the difference", async () => {
      const name = tampered((record) => {
        record.recipe.learningRate = 0.002;
      });
      const { code, findings } = await verification(name);
      expect(code).toBe(1);
      expect(findings.at(-1)).toContain(
        "either a setting in run.json was changed, or this is a bug in Heddle",
      );
    });
  });

  it("mentions a different version, but does not fail, if the weights are the same", async () => {
    const name = tampered((record) => {
      record.versions.heddle = "0.0.1";
    });
    expect(await verification(name)).toMatchObject({
      code: 0,
      verified: true,
      differences: [{ what: "Heddle", recorded: "0.0.1", now: version }],
      findings: [],
    });
  });

  it("distinguishes an edited weights file from a training that differs", async () => {
    const name = tampered(() => {}, flipBit);
    const { code, stdout, stderr } = await work.heddle(["verify", name, "--quiet"]);
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toMatch(/^Weights file {7}[0-9a-f]{64}$/m);
    expect(stdout).toContain(
      `Trained again, ${name} gives the recorded weights, but its folder does not hold them.\n` +
        "  The run's weights file was damaged or changed after training.\n",
    );
  });

  it("says that a damaged weights file cannot be read", async () => {
    const name = tampered(
      () => {},
      (folder) => writeFileSync(join(folder, "model", "weights.safetensors"), "short"),
    );
    const { code, weights, findings } = await verification(name);
    expect([code, weights]).toEqual([1, { recorded: sha256, trained: sha256, saved: null }]);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(/^The run's weights file cannot be read: .*weights\.safetensors/);
  });

  describe("refuses, before it trains,", () => {
    it("different data, with both checksums", async () => {
      const now = readJson(run, "run.json").dataset.source.files[1];
      const name = tampered((record) => {
        record.dataset.source.files[1].sha256 = OTHER;
      });
      await expectRefusal(
        name,
        `expected its own data, ${now.name} with SHA-256 ${OTHER}, received SHA-256 ${now.sha256}. Set --data to the folder of the run's own data.`,
      );
      writeClothes(work.file("others"), { train: 40, test: 20 });
      await expectRefusal(name, ", and 3 more files that differ. Set", "--data", "others");
    });

    it("missing data", async () => {
      const name = tampered((record) => {
        record.dataset.source.path = work.file("gone");
      });
      await expectRefusal(name, "received no such folder. Set --data to its folder.");
    });

    it.each([
      ["running", "one that is still training or was killed"],
      ["stopped", "one that was stopped"],
      ["failed", "one that failed"],
    ])("a run that is %s", async (status, received) => {
      const name = tampered((record) => {
        record.status = status;
        delete record.weightsSha256;
      });
      await expectRefusal(
        name,
        `Run ${name}: expected a finished run, whose run.json has the SHA-256 of its weights, received ${received}.`,
      );
    });

    it.each([
      ["epochs", undefined, '"epochs": expected a whole number of at least 1, received nothing'],
      ["batchSize", "64", '"batchSize": expected a whole number from 1 to 65536, received "64"'],
      ["limit", 0, '"limit": expected a whole number of at least 1'],
      ["fast", "yes", '"fast": expected true or false'],
      ["optimizer", "lion", '"optimizer": expected one of sgd, adam, adamw, rmsprop, muon, received "lion"'],
    ])("a recipe whose %s cannot be read (%#)", async (field, value, text) => {
      const name = tampered((record) => {
        record.recipe[field] = value;
      });
      await expectRefusal(name, `run.json, "recipe", ${text}`);
    });

    it("a model that cannot be read", async () => {
      const name = tampered((record) => {
        record.model = { class_name: "Sequence" };
      });
      await expectRefusal(name, 'run.json, "model": expected class_name "Sequential"');
    });

    it("a model that does not fit its data", async () => {
      const name = tampered((record) => {
        record.model.config.layers[0].config.batch_shape = [null, 20, 20, 1];
      });
      await expectRefusal(name, "expected images of 20×20×1, as its input layer says");
    });
  });

  it.skipIf(process.platform === "win32")("stops on Ctrl-C, and says that nothing was compared", async () => {
    const name = tampered((record) => {
      record.recipe.epochs = 5000;
    });
    const running = work.start(["verify", name]);
    await running.printed("Epoch    2/5000");
    running.child.kill("SIGINT");
    const { code, stderr } = await running.finished;
    expect(code).toBe(130);
    expect(stderr).toMatch(/heddle: Stopped before the end of training: nothing was compared\.\n$/);
  });
});
