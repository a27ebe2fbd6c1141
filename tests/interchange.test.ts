import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { writeNpy } from "@heddle/core/internal/formats/npy.js";
import { loadModel } from "heddle";
import { beforeAll, describe, expect, it } from "vitest";
import { writeZip } from "../packages/interchange/dist/containers/zip.js";
import { readJson, Workspace } from "./cli.js";

describe("models of other programs", () => {
  const work = new Workspace();
  let run: string;
  const heddle = async (...args: string[]) => {
    const { code, stdout, stderr } = await work.heddle(args);
    return { code, stdout, stderr: stderr.trim() };
  };
  beforeAll(async () => {
    const options = ["--data", "clothes", "--epochs", "1", "--batch-size", "50", "--seed", "1"];
    const { code, stderr } = await heddle("train", ...options, "--no-wide");
    expect(code, stderr).toBe(0);
    run = `runs/${basename(work.runs()[0]!)}`;
    expect(await heddle("export", run, "--to", "keras", "--out", "clothes")).toEqual({
      code: 0,
      stdout: "clothes.keras\n",
      stderr: expect.stringMatching(
        /^warning: Keras has no OneCycle: .* ends, [\d.e-]+\.\nwarning: Keras has no label smoothing for class numbers: /,
      ),
    });
  });

  it("answer the same wherever a run or a model's folder is taken", async () => {
    const measured = async (model: string) => {
      const { stdout, stderr, code } = await heddle("evaluate", model, "--data", "clothes", "--json");
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout).evaluation;
    };
    expect(await measured("clothes.keras")).toEqual(readJson(work.path, run, "evaluation.json").evaluation);
    const { code, stdout } = await heddle("plan", "clothes.keras", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ batchSize: 32 });
  });

  it("become a folder, with the same weights and classes", async () => {
    const { stdout } = await heddle("import", "clothes.keras", "--out", "imported", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ folder: "imported" });
    const [folder, file] = await Promise.all(
      ["imported", "clothes.keras"].map((path) => loadModel(work.file(path))),
    );
    expect(folder!.getWeights()).toEqual(file!.getWeights());
    expect(folder!.classes).toEqual(file!.classes);
    expect(file!.classes?.length).toBeGreaterThan(1);
    // As the run trained it.
    expect(file!.training.optimizer.className).toBe("Adam");
  });

  it("of TensorFlow.js have a folder, which stands for the file in it", async () => {
    expect(await heddle("export", run, "--to", "tfjs", "--out", "shop")).toMatchObject({
      code: 0,
      stdout: "shop/model.json\nshop/model.weights.bin\n",
    });
    const models = await Promise.all(["shop", "shop/model.json"].map((path) => loadModel(work.file(path))));
    const own = await loadModel(work.file(`${run}/model`));
    for (const model of models) {
      expect(await model.weightsSha256()).toBe(await own.weightsSha256());
      expect(model.classes).toEqual(own.classes);
    }
    copyFileSync(work.file("clothes.keras"), work.file("shop/clothes.keras"));
    await expect(loadModel(work.file("shop"))).rejects.toThrow(
      /shop: expected a folder with one model, received 2: clothes\.keras, model\.json\. Pass the file that you mean, /,
    );
    rmSync(work.file("shop/clothes.keras"));
  });

  it("still answer as the run did, which verify-export checks, and not with other weights", async () => {
    expect(await heddle("export", "clothes.keras", "--to", "h5", "--out", "alone")).toMatchObject({
      stdout: "alone.weights.h5\n",
    });
    for (const file of ["clothes.keras", "shop", "alone.weights.h5"]) {
      const { code, stdout, stderr } = await heddle("verify-export", file);
      expect(code, stderr).toBe(0);
      expect(stdout).toMatch(
        new RegExp(`^${file} answers as Heddle did: largest difference .* \\(computed by Heddle itself; `),
      );
    }
    const weights = readFileSync(work.file("shop/model.weights.bin"));
    weights[weights.length - 1]! ^= 1;
    writeFileSync(work.file("shop/model.weights.bin"), weights);
    const { code, stdout } = await heddle("verify-export", "shop", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      passed: false,
      reason: "the weights are not those that were exported",
    });
    expect(await heddle("predict", "shop", "none.png")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^heddle: .*: expected the weights that were exported, /),
    });
  });

  it("are compared with known answers when they are imported, whichever axis the channels are", async () => {
    const model = await loadModel(work.file("clothes.keras"));
    const images = Float32Array.from({ length: 2 * 28 * 28 }, (_, at) => (at * 37) % 256);
    const outputs = await model.predict({ images, count: 2, shape: [28, 28, 1] });
    model.dispose();
    const npz = (answers: Float32Array, shape: readonly number[]) =>
      writeZip("batch.npz", {
        "inputs.npy": writeNpy(shape, images),
        "outputs.npy": writeNpy([2, 10], answers),
      });
    writeFileSync(work.file("batch.npz"), npz(outputs, [2, 1, 28, 28]));
    const same = await heddle("import", "clothes.keras", "--out", "checked", "--check", "batch.npz");
    expect(same.stdout).toMatch(
      /^checked: \d+ layers, [\d,]+ parameters; answers 2 samples as batch\.npz: largest difference 0/,
    );
    writeFileSync(work.file("other.npz"), npz(outputs.toReversed(), [2, 28, 28, 1]));
    const other = await heddle("import", "clothes.keras", "--out", "unchecked", "--check", "other.npz");
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^heddle: other\.npz: expected answers that differ by at most 0\.00010, received a difference of .* in sample \d: /,
      ),
    });
    expect(existsSync(work.file("unchecked"))).toBe(false);
  });

  it.each([
    [
      ["export", "clothes.keras", "--to", "keras", "--out", "clothes.keras"],
      "heddle: clothes.keras: expected a path that does not exist yet, received a file. Choose another, or replace it with --force.",
    ],
    [
      ["import", "clothes.keras", "--out", "runs/RUN/model"],
      "heddle: runs/RUN/model: expected a folder without a model, received one with a config.json. Choose another with --out, or replace it with --force.",
    ],
    [
      ["import", "none.keras"],
      "heddle: File none.keras: expected a file that can be read, received no such file or folder. Check the path.",
    ],
  ])("are refused: heddle %s", async (args, message) => {
    const { code, stderr } = await heddle(...args.map((arg) => arg.replace("runs/RUN", run)));
    expect(stderr.replaceAll(run, "runs/RUN")).toBe(message);
    expect(code).toBe(2);
    expect(existsSync(work.file("none"))).toBe(false);
  });
});
