// Where Heddle differs from Keras on purpose: what Keras does (tools/golden/differences.py), and what Heddle does.
import { expect, it } from "vitest";
import { readGolden } from "../base/golden.testing.js";
import { Flatten, GlobalMaxPooling2D, type Layer, MaxPooling2D, Resizing } from "../layers/index.js";
import { Input } from "../network/input.js";
import { modelFromJson } from "./load.js";
import { Sequential } from "./sequential.js";
import { tinyCnn, tinyImages } from "./tiny-model.testing.js";

interface Probed {
  readonly maxPooling: Readonly<Record<"one NaN" | "all NaN", readonly (number | null)[]>>;
  readonly globalMaxPooling: Readonly<Record<"one NaN", readonly (number | null)[]>>;
  readonly labelOutside: string;
}
const golden = readGolden<{
  readonly tensorflow: Probed;
  readonly torch: Probed;
  readonly padToAspectRatio: readonly (readonly number[])[];
}>("differences");

async function pooled(layer: Layer, images: readonly number[]): Promise<number> {
  const model = new Sequential([
    new Input([2, 2, 1]),
    layer,
    ...(layer instanceof MaxPooling2D ? [new Flatten()] : []),
  ]);
  const [value] = await model.predict({ images: Float32Array.from(images), count: 1, shape: [2, 2, 1] });
  model.dispose();
  return value!;
}

it("NaN is the largest of its window, as in Keras on PyTorch; on TensorFlow, MaxPooling2D drops it", async () => {
  const { tensorflow, torch } = golden;
  expect(tensorflow.maxPooling).toEqual({ "one NaN": [3], "all NaN": [expect.closeTo(-3.4e38, -37)] });
  expect(torch.maxPooling).toEqual({ "one NaN": [null], "all NaN": [null] });
  for (const { globalMaxPooling } of [tensorflow, torch]) expect(globalMaxPooling["one NaN"]).toEqual([null]);
  const values = [1, Number.NaN, 3, 2];
  expect(await pooled(new MaxPooling2D(2), values)).toBeNaN();
  expect(await pooled(new MaxPooling2D(2), values.fill(Number.NaN))).toBeNaN();
  expect(await pooled(new GlobalMaxPooling2D(), [1, Number.NaN, 3, 2])).toBeNaN();
});

it("a label outside the classes is refused, as by Keras on TensorFlow and PyTorch", async () => {
  expect([golden.tensorflow.labelOutside, golden.torch.labelOutside]).toEqual([
    "InvalidArgumentError",
    "IndexError",
  ]);
  const images = tinyImages(4);
  const model = tinyCnn();
  const labels = Uint8Array.of(0, 0, 9, 0);
  await expect(model.fit({ ...images, labels }, { epochs: 1 })).rejects.toThrow("received 9 at image 2");
});

it("pad_to_aspect_ratio, which loses a row of its padding in Keras, is refused", () => {
  // One row of nothing before the picture and one after it, where two were to be; its second row is there twice.
  const [first, ...rows] = golden.padToAspectRatio;
  expect([first, rows.at(-1)]).toEqual([Array(4).fill(0), Array(4).fill(0)]);
  expect(rows.slice(0, 3)).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [5, 6, 7, 8],
  ]);
  const { config, ...rest } = new Sequential([new Input([2, 4, 1]), new Resizing(5, 4)]).toJson();
  const json = JSON.parse(
    JSON.stringify({ ...rest, config }).replace(
      '"class_name":"Resizing","config":{',
      '"class_name":"Resizing","config":{"pad_to_aspect_ratio":true,',
    ),
  );
  expect(() => modelFromJson("a.json", json)).toThrow("pad_to_aspect_ratio");
});
