import { readFileSync } from "node:fs";
import { Concatenate, Flatten, input, type Layer, layers, Model, type Tensor } from "@heddle/core";
import { describe, expect, it } from "vitest";
import { readOnnx } from "./read/read-onnx.js";

/** An input of models, in ONNX's layout. */
interface Given {
  readonly shape: readonly number[];
  readonly type: "float32" | "uint8";
  readonly data: string;
}

/** A model that tools/golden/onnx-models.py wrote, and what ONNX Runtime computed. */
interface Case {
  readonly name: string;
  readonly file: string;
  readonly x: string;
  readonly y: { readonly shape: readonly number[]; readonly data: string };
  readonly files?: Readonly<Record<string, string>>;
}

const path = new URL("../../../../tests/golden/onnx-models.json", import.meta.url);
const { inputs, cases } = JSON.parse(readFileSync(path, "utf8")) as {
  readonly inputs: Readonly<Record<string, Given>>;
  readonly cases: readonly Case[];
};

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, "base64"));
const floatsOf = (text: string) => new Float32Array(bytesOf(text).buffer);

/** Images [N, C, H, W] with the channels last, where a model has them so. */
function asHeddle<T extends Float32Array | Uint8Array>(
  values: T,
  shape: readonly number[],
  expected: readonly number[],
): T {
  const [N = 0, C = 1, H = 1, W = 1] = shape;
  if (shape.length !== 4 || expected.join() !== [H, W, C].join()) return values;
  const result = values.slice() as T;
  for (let n = 0, at = 0; n < N; n++) {
    for (let h = 0; h < H; h++) {
      for (let w = 0; w < W; w++) {
        for (let c = 0; c < C; c++) result[at++] = values[((n * C + c) * H + h) * W + w]!;
      }
    }
  }
  return result;
}

/** The layers of a model once more, after another input. */
function again(model: Model, start: Tensor, prefix: string, made: [Layer, Layer][]): Tensor {
  const values: Tensor[] = [];
  for (const { layer, inputs: reads } of model.placed) {
    const config = { ...layer.getConfig(), name: `${prefix}-${layer.name}` };
    const copy = layers.create(prefix, layer.className, config);
    const sources = reads.map((from) => (from < 0 ? start : values[from]!));
    values.push(copy.apply(sources.length === 1 ? sources[0]! : sources));
    made.push([copy, layer]);
  }
  return values.at(-1)!;
}

/** Models of one input as one model, which starts its threads once: the outputs one after the other. */
function joined(models: readonly Model[]): Model {
  const start = input(models[0]!.inputShape);
  const made: [Layer, Layer][] = [];
  const outputs = models.map((model, index) => new Flatten().apply(again(model, start, `${index}`, made)));
  const all = outputs.length === 1 ? outputs[0]! : new Concatenate().apply(outputs);
  const model = new Model({ inputs: start, outputs: all });
  for (const [copy, layer] of made) copy.setWeights(layer.getWeights());
  return model;
}

/** What Heddle computes for each case, by its name. */
async function outputsOf(given: Given, list: readonly (readonly [Case, Model])[]) {
  const model = joined(list.map(([, one]) => one));
  const { shape, type, data } = given;
  const values = type === "uint8" ? bytesOf(data) : floatsOf(data);
  const images = asHeddle(values, shape, model.inputShape);
  model.compile({ threads: 1 });
  const all = await model.predict({ images, count: shape[0]!, shape: model.inputShape });
  model.dispose();
  const row = all.length / shape[0]!;
  let start = 0;
  return list.map(([example, { outputShape }]) => {
    const size = outputShape.reduce((product, one) => product * one, 1);
    const from = start;
    start += size;
    const rows = Array.from({ length: shape[0]! }, (_, n) => [
      ...all.subarray(n * row + from, n * row + from + size),
    ]);
    return { example, outputShape, outputs: Float32Array.from(rows.flat()) };
  });
}

describe("readOnnx, compared with ONNX Runtime", () => {
  const read = cases.map((example): readonly [Case, Model] => {
    const files = Object.entries(example.files ?? {}).map(([name, text]) => [name, bytesOf(text)] as const);
    return [example, readOnnx(example.name, bytesOf(example.file), { files: new Map(files) })];
  });
  const groups = new Map<string, (readonly [Case, Model])[]>();
  for (const one of read) {
    const key = `${one[0].x}, as ${one[1].inputShape.join("×")}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }

  it.each([...groups])("computes the same on an input of %s", async (_, list) => {
    const results = await outputsOf(inputs[list[0]![0].x]!, list);
    const wrong = results.flatMap(({ example: { name, y }, outputShape, outputs }) => {
      const expected = asHeddle(floatsOf(y.data), y.shape, outputShape);
      const largest = Math.max(1, ...expected.map(Math.abs));
      const error = Math.max(...expected.map((value, index) => Math.abs(value - outputs[index]!))) / largest;
      return outputs.length === expected.length && error < 2e-6 ? [] : [`${name}: ${error}`];
    });
    expect(wrong).toEqual([]);
  });
});
