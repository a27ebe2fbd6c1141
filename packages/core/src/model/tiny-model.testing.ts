import { Random } from "../base/random.js";
import { Conv2D, Dense, Dropout, Flatten, MaxPooling2D, Rescaling } from "../layers/index.js";
import { Input } from "../network/input.js";
import type { ModelOptions } from "../network/network.js";
import type { LabelledSamples } from "../training/samples.js";
import { Sequential } from "./sequential.js";

/** Images of 8×8 with noise and a bright bar, whose place is the class: one of three. */
export function tinyImages(count: number, seed = 1): LabelledSamples & { readonly images: Uint8Array } {
  const random = new Random(seed, "split");
  const images = new Uint8Array(count * 64);
  const labels = new Uint8Array(count);
  for (let n = 0; n < count; n++) {
    const label = random.below(3);
    labels[n] = label;
    for (let pixel = 0; pixel < 64; pixel++) {
      const bright = Math.floor((pixel % 8) / 3) === label;
      images[n * 64 + pixel] = random.below(80) + (bright ? 120 : 0);
    }
  }
  return { images, labels, count, shape: [8, 8, 1] };
}

/** The same images as floats. */
export function asFloats(samples: LabelledSamples): LabelledSamples & { readonly images: Float32Array } {
  return { ...samples, images: Float32Array.from(samples.images) };
}

/** A small relative of the study's CNN, with each kind of layer it has, for 8×8 images and three classes. */
export function tinyCnn(options: ModelOptions & { readonly rate?: number } = {}): Sequential {
  const { rate = 0.4, ...rest } = options;
  return new Sequential(
    [
      new Input([8, 8, 1]),
      new Rescaling(1 / 255),
      new Conv2D(8, 3, { activation: "relu" }),
      new Conv2D(10, 3, { activation: "relu" }),
      new MaxPooling2D(2),
      new Dropout(rate),
      new Flatten(),
      new Dense(3, { activation: "softmax" }),
    ],
    rest,
  );
}

/** The study's CNN. */
export function studyCnn(): Sequential {
  return new Sequential([
    new Input([28, 28, 1]),
    new Rescaling(1 / 255),
    new Conv2D(16, 3, { activation: "relu" }),
    new Conv2D(32, 3, { activation: "relu" }),
    new MaxPooling2D(2),
    new Dropout(0.4),
    new Flatten(),
    new Dense(10, { activation: "softmax" }),
  ]);
}
