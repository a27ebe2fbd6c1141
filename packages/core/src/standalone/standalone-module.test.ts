import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toHalf } from "../base/half.js";
import { halvesToFloats } from "../formats/npy-elements.js";
import type { Model } from "../model/model.js";
import { studyModel } from "../recipes/study-recipe.js";
import { encodeWeights, type WeightPrecision } from "./encode-weights.js";
import { decodeWeights } from "./runtime/decode-weights.js";
import { sampleInput } from "./runtime/sample-inputs.js";
import { sha256 } from "./runtime/sha256.js";
import { standaloneModule } from "./standalone-module.js";
import { standaloneOf } from "./standalone-of.js";

const SHAPE = [28, 28, 1] as const;

/** What a written module exports. */
interface Written {
  readonly classes: readonly string[];
  classify(pixels: ArrayLike<number>): { label: string; probability: number }[];
  classifyBatch(pixels: ArrayLike<number>): readonly unknown[];
  classifyImageData(image: object): { label: string; probability: number }[];
  selfTest(): { passed: boolean; largestDifference: number; tolerance: number; reason?: string };
}

describe("standaloneModule", () => {
  let model: Model;
  const folder = mkdtempSync(join(tmpdir(), "heddle-standalone-"));
  beforeAll(() => {
    model = studyModel({ input: SHAPE, classes: 10, seed: 4 });
    model.classes = Array.from({ length: 10 }, (_, label) => `class "${label}" </script>\u2028`);
    model.pictures = { range: [0, 255], grey: "rec601", invertLight: true };
  });
  afterAll(() => {
    model.dispose();
    rmSync(folder, { recursive: true });
  });

  /** Writes text as a module and imports it. */
  async function imported(name: string, text: string): Promise<Written> {
    const path = join(folder, `${name}.mjs`);
    writeFileSync(path, text);
    return import(pathToFileURL(path).href);
  }

  it.each<[WeightPrecision, number]>([
    ["f32", 2e-6],
    ["f16", 2e-3],
    ["int8", 5e-2],
  ])("answers as the model does, with weights of %s", async (weights, within) => {
    const written = await imported(weights, standaloneModule(await standaloneOf(model, { weights })).mjs);
    expect(written.classes).toEqual(model.classes);
    const { passed, largestDifference, tolerance } = written.selfTest();
    expect({ passed, reason: undefined }).toEqual({ passed: true, reason: undefined });
    expect(largestDifference).toBeLessThan(within);
    expect(tolerance).toBeLessThan(2 * within + 2e-5);
    const pixels = sampleInput(5, SHAPE);
    const expected = await model.classify({ data: pixels, width: 28, height: 28 });
    const answer = written.classifyImageData({ data: pixels, width: 28, height: 28 });
    for (const { label, probability } of answer) {
      expect(Math.abs(expected.find((one) => one.label === label)!.probability - probability)).toBeLessThan(
        within,
      );
    }
    expect(answer).toEqual([...answer].sort((a, b) => b.probability - a.probability));
  });

  it("finds out by itself that its weights were changed", async () => {
    const standalone = await standaloneOf(model);
    const weights = standalone.weights.slice();
    weights[100]! ^= 1;
    const written = await imported("changed", standaloneModule({ ...standalone, weights }).mjs);
    const { passed, reason } = written.selfTest();
    expect({ passed, reason }).toEqual({
      passed: false,
      reason: "the weights are not those that were exported",
    });
  });

  it("classifies several images as it does each", async () => {
    const own = await imported("several", standaloneModule(await standaloneOf(model)).mjs);
    const images = [sampleInput(1, SHAPE), sampleInput(2, SHAPE)];
    const all = images.flatMap((image) => [...image]);
    expect(own.classifyBatch(all)).toEqual(images.map((image) => own.classify(image)));
  });

  it("refuses pixels of another size", async () => {
    const written = await imported("sizes", standaloneModule(await standaloneOf(model)).mjs);
    expect(() => written.classify(new Uint8Array(783))).toThrow("expected 784 values, 28×28×1, received 783");
    expect(() => written.classify(undefined as never)).toThrow("received undefined");
  });
});

describe("sha256", () => {
  it("is SHA-256, whatever the length", () => {
    for (let length = 0; length < 200; length += 7) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 31) & 255);
      expect(sha256(bytes)).toBe(createHash("sha256").update(bytes).digest("hex"));
    }
  });
});

describe("encodeWeights", () => {
  const values = Float32Array.of(
    0,
    -0,
    1,
    -1.5,
    0.1,
    65504,
    6e-8,
    2 ** -14,
    1.00048828125,
    1.0005,
    -3e-8,
    1 / 3,
  );

  it("keeps 32 bits, and the nearest halves", () => {
    const tensors = [{ values, outputChannels: 0 }];
    const decoded = (precision: WeightPrecision) => {
      const encoded = encodeWeights(tensors, precision);
      return decodeWeights(encoded.tensors, encoded.bytes);
    };
    expect([...decoded("f32")]).toEqual([...values]);
    decoded("f16").forEach((value, at) => {
      const unit = Math.max(2 ** -24, 2 ** (Math.floor(Math.log2(Math.abs(values[at]!) || 2 ** -30)) - 10));
      expect(Math.abs(value - values[at]!)).toBeLessThanOrEqual(unit / 2);
    });
  });

  it("encodes every half as itself", () => {
    const halves = Uint16Array.from({ length: 0x7c00 }, (_, bits) => bits);
    expect([...halvesToFloats(halves)].every((value, bits) => toHalf(value) === bits)).toBe(true);
  });

  it("rounds a kernel to within half a step of each output channel", () => {
    const kernel = Float32Array.from({ length: 300 }, (_, at) => Math.sin(at) * (1 + (at % 3) * 10));
    const { tensors, bytes } = encodeWeights([{ values: kernel, outputChannels: 3 }], "int8");
    expect(bytes.length).toBe(300 + 3 * 4);
    const decoded = decodeWeights(tensors, bytes);
    kernel.forEach((value, at) => {
      expect(Math.abs(decoded[at]! - value)).toBeLessThan(((1 + (at % 3) * 10) / 127) * 0.51);
    });
  });

  it("refuses what cannot be kept", () => {
    const of = (value: number) => [{ values: Float32Array.of(value), outputChannels: 0 }];
    expect(() => encodeWeights(of(Number.NaN), "f32")).toThrow("expected numbers, received NaN");
    expect(() => encodeWeights(of(70000), "f16")).toThrow("at most 65,504");
  });
});
