import { Conv2D, Dense, Flatten, Input, modelFromJson, Rescaling, Sequential } from "@heddle/core";
import { zipFiles } from "@heddle/core/internal/formats/zip.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeZip } from "../containers/zip.js";
import { exportModel } from "../export-model.js";
import { importModel } from "../import-model.js";
import { importWeights } from "../import-weights.js";
import { compareAnswers } from "./compare.js";
import { openExport } from "./open-export.js";
import { receiptInputs } from "./samples.js";

type Files = Record<string, Uint8Array>;

const FORMATS = ["keras", "onnx", "tfjs", "weights.h5"] as const;
const model = new Sequential(
  [
    new Input([5, 4, 1]),
    new Rescaling(1 / 255),
    new Conv2D(2, 3),
    new Flatten(),
    new Dense(3, { activation: "softmax" }),
  ],
  { name: "boots", classes: ["a", "b", "c"], seed: 2 },
);
const exported = new Map<string, Files>();
beforeAll(async () => {
  model.compile({ threads: 1 });
  for (const format of FORMATS) exported.set(format, { ...(await exportModel(model, format)) });
});
afterAll(() => model.dispose());

/** Exchanges the first 32-bit float of the weights for another. */
async function altered(format: string): Promise<Files> {
  const files = exported.get(format)!;
  const kernel = new Uint8Array(model.weights[0]!.read().slice(0, 1).buffer);
  const change = (bytes: Uint8Array) => {
    const copy = bytes.slice();
    const at = copy.findIndex((_, start) => kernel.every((byte, index) => copy[start + index] === byte));
    expect(at).toBeGreaterThan(-1);
    copy[at + 2]! ^= 0x40;
    return copy;
  };
  const [name, bytes] = Object.entries(files).at(-1)!;
  if (format !== "keras") return { ...files, [name]: change(bytes) };
  const entries = zipFiles(bytes, name);
  const contents = await Promise.all(
    entries.map(async (entry) => {
      const content = await entry.read();
      return [entry.name, entry.name === "model.weights.h5" ? change(content) : content] as const;
    }),
  );
  return { [name]: writeZip(name, Object.fromEntries(contents)) };
}

/** The model that files are loaded into, or as. */
async function loaded(format: string, files: Files) {
  if (format !== "weights.h5") return importModel(files);
  const own = modelFromJson("a", model.toJson());
  own.classes = ["a", "b", "c"];
  await importWeights(own, files);
  return own;
}

describe.each(FORMATS)("the receipt of %s", (format) => {
  it("holds 32 samples, the answers, the weights' checksum, and passes", async () => {
    const opened = await openExport(exported.get(format)!);
    const { receipt, isIntact } = opened;
    expect(opened.format).toBe(format);
    expect(receipt).toMatchObject({ inputShape: [5, 4, 1], range: [0, 255], tolerance: 1e-5 });
    expect(receipt.samples).toHaveLength(32);
    expect(receipt.answers.map((answers) => answers.length)).toEqual(Array(32).fill(3));
    expect(receipt.weightsSha256).toBe(await model.weightsSha256());
    const own = await opened.model();
    own.compile({ threads: 1 });
    const outputs = await own.predict({ images: receiptInputs(receipt), count: 32, shape: [5, 4, 1] });
    expect(compareAnswers(receipt, outputs, isIntact)).toMatchObject({ passed: true });
    expect(own.classes).toEqual(["a", "b", "c"]);
    outputs[95] = Number.NaN;
    expect(compareAnswers(receipt, outputs, isIntact)).toMatchObject({
      passed: false,
      reason: "the answers are not Heddle's",
    });
    own.dispose();
  });

  it("is checked when the model is loaded", async () => {
    const files = await altered(format);
    expect((await openExport(files)).isIntact).toBe(false);
    await expect(loaded(format, files)).rejects.toThrow(
      /^[\w.]+: expected the weights that were exported, [0-9a-f]{12}…, received others, [0-9a-f]{12}…\. The file is damaged or was changed: /,
    );
  });

  it("can be omitted", async () => {
    const files = await exportModel(model, format, { receipt: false });
    await expect(openExport(files)).rejects.toThrow(
      "expected a model that heddle export wrote, with its receipt, received",
    );
    expect((await loaded(format, files)).classes).toEqual(["a", "b", "c"]);
  });
});

describe("receipts", () => {
  const text = (files: Files) => new TextDecoder().decode(files["model.json"]);
  const withJson = (json: string): Files => ({
    ...exported.get("tfjs")!,
    "model.json": new TextEncoder().encode(json),
  });

  it("are not those of a program that has saved the model again", async () => {
    const json = text(exported.get("tfjs")!).replace(/"Heddle [^"]*"/, '"TensorFlow.js tfjs-layers v4.22.0"');
    await expect(openExport(withJson(json))).rejects.toThrow("without a receipt");
    expect((await importModel({ ...(await altered("tfjs")), ...withJson(json) })).name).toBe("boots");
  });

  it("are refused when they are damaged", async () => {
    const json = text(exported.get("tfjs")!).replace(/"samples":\[0,/, '"samples":[-1,');
    await expect(openExport(withJson(json))).rejects.toThrow(
      "model.json: expected a receipt as heddle export writes it, received",
    );
  });

  it.each([
    ["mjs", "int8"],
    ["safetensors", "f16"],
  ] as const)(
    "say how many answers rounding changes, and refuse too many: %s in %s",
    async (format, weights) => {
      const close = new Sequential([new Input([4, 4, 1]), new Flatten(), new Dense(2, { useBias: false })]);
      close.compile({ threads: 1 });
      // Classes that differ by less than the rounding.
      close.weights[0]!.assign(
        Float32Array.from(
          { length: 32 },
          (_, at) => ((at >> 1) % 5) / 7 - 0.3 + (((at * 7) % 11) - 5) * 2e-6,
        ),
      );
      const images = receiptInputs({
        inputShape: [4, 4, 1],
        range: [0, 255],
        samples: [...Array(50).keys()],
      });
      const measured: { answers: number; images: number }[] = [];
      const changes = {
        images: { images, count: 50, shape: [4, 4, 1] },
        onMeasured: (changed: { answers: number; images: number }) => measured.push(changed),
      };
      const files = await exportModel(close, format, { name: "a", weights, changes });
      const { answers } = measured[0]!;
      expect(answers).toBeGreaterThan(0);
      expect(answers).toBeLessThanOrEqual(50);
      const text = new TextDecoder().decode(Object.values(files)[0]);
      expect(text.replaceAll("\\", "")).toContain(`"changed":{"answers":${answers},"images":50}`);
      const strict = { ...changes, maxChanged: answers - 1 };
      await expect(exportModel(close, format, { weights, changes: strict })).rejects.toThrow(
        `Model "sequential": expected weights in ${weights} that change at most ${answers - 1} of 50 answers, received ${answers} that change. Keep more bits with \`weights\`, or allow more with \`maxChanged\`.`,
      );
      await exportModel(close, format, { weights, changes: { ...changes, maxChanged: answers } });
      close.dispose();
    },
  );

  it("draw samples of any shape and range", () => {
    const numbers = receiptInputs({ inputShape: [6], range: [-1, 1], samples: [1, 2] });
    expect(numbers).toHaveLength(12);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(1);
    expect(new Set(numbers).size).toBeGreaterThan(3);
  });
});
