import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ImageSet } from "../dataset.js";
import { generateFashionSketch } from "./index.js";

const SIZE = 28;
const PIXELS = SIZE * SIZE;
const dataset = generateFashionSketch({ train: 2000, test: 500 });

/** The mean image of each class, `[10][784]`. */
function classMeans(set: ImageSet): Float64Array[] {
  const means = Array.from({ length: 10 }, () => new Float64Array(PIXELS));
  const counts = new Float64Array(10);
  for (let index = 0; index < set.count; index++) {
    const label = set.labels[index]!;
    counts[label]!++;
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      means[label]![pixel]! += set.images[index * PIXELS + pixel]!;
    }
  }
  return means.map((mean, label) => mean.map((value) => value / counts[label]!));
}

const means = classMeans(dataset.train);
const classNamed = (name: string) => means[dataset.classNames.indexOf(name)]!;

/** The mean brightness of a box in the mean image of a class, including both ends. */
function brightness(
  name: string,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
): number {
  let sum = 0;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) sum += classNamed(name)[y * SIZE + x]!;
  }
  return sum / ((bottom - top + 1) * (right - left + 1));
}

function imageHashes(set: ImageSet): string[] {
  return Array.from({ length: set.count }, (_, index) =>
    createHash("sha256")
      .update(set.images.subarray(index * PIXELS, (index + 1) * PIXELS))
      .digest("hex"),
  );
}

describe("generateFashionSketch", () => {
  it("draws the same bytes in every version, on every machine and engine", () => {
    const { train, test } = generateFashionSketch({ train: 300, test: 100, seed: 7 });
    const hash = createHash("sha256");
    for (const bytes of [train.images, train.labels, test.images, test.labels]) hash.update(bytes);
    // A change here changes every recorded result on fashion-sketch: say so in the changelog.
    expect(hash.digest("hex")).toBe("a38fad9c5911c237cb23c3cc85ba2460d508684917eb616eef9c4e719b00102f");
  });

  it("calls no function whose result differs between engines", () => {
    const exact = new Set(["sqrt", "floor", "ceil", "round", "min", "max", "abs", "imul"]);
    const folder = new URL("./", import.meta.url);
    const sources = readdirSync(folder).filter((name) => /^[a-z]+\.[jt]s$/.test(name));
    expect(sources.length).toBeGreaterThan(10);
    for (const source of sources) {
      const text = readFileSync(new URL(source, folder), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
      for (const [, name] of text.matchAll(/Math\.(\w+)/g)) expect([...exact]).toContain(name);
      expect(text).not.toMatch(/Date|performance|\*\*/);
    }
  });

  it("describes itself as generated, with the classes of Fashion-MNIST", () => {
    expect(dataset.name).toBe("fashion-sketch");
    expect(dataset.title).toBe("fashion-sketch (generated)");
    expect(dataset.source).toEqual({ kind: "generated", seed: 7, files: [] });
    expect(dataset.classNames).toEqual([
      "T-shirt/top",
      "Trouser",
      "Pullover",
      "Dress",
      "Coat",
      "Sandal",
      "Shirt",
      "Sneaker",
      "Bag",
      "Ankle boot",
    ]);
    expect(dataset.train).toMatchObject({ count: 2000, shape: [28, 28, 1] });
    expect(dataset.train.images).toHaveLength(2000 * PIXELS);
    expect(dataset.train.images.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it("draws image i regardless of how many are drawn, and differently for each seed", () => {
    const few = generateFashionSketch({ train: 23, test: 1 });
    expect(few.train.images).toEqual(dataset.train.images.slice(0, 23 * PIXELS));
    expect(few.train.labels).toEqual(dataset.train.labels.slice(0, 23));
    expect(few.test.images).toEqual(dataset.test.images.slice(0, PIXELS));
    const other = generateFashionSketch({ train: 23, test: 1, seed: 8 });
    expect(other.train.images).not.toEqual(few.train.images);
    expect(other.train.labels).not.toEqual(few.train.labels);
  });

  it("draws each class once in every ten images, in varying order", () => {
    const orders = new Set<string>();
    for (let start = 0; start < dataset.train.count; start += 10) {
      const labels = [...dataset.train.labels.slice(start, start + 10)];
      orders.add(labels.join());
      expect(labels.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
    expect(orders.size).toBeGreaterThan(190);
  });

  it("repeats no image within or between the splits", () => {
    const hashes = [...imageHashes(dataset.train), ...imageHashes(dataset.test)];
    expect(new Set(hashes).size).toBe(2500);
  });

  it("draws something visible in every image, in tones from black to white on black", () => {
    const { images, count } = dataset.train;
    expect(new Set(images).size).toBe(256);
    let black = 0;
    for (const byte of images) if (byte === 0) black++;
    expect(black / images.length).toBeGreaterThan(0.4);
    expect(black / images.length).toBeLessThan(0.75);
    for (let index = 0; index < count; index++) {
      const image = images.subarray(index * PIXELS, (index + 1) * PIXELS);
      expect(image.filter((byte) => byte > 30).length, `image ${index}`).toBeGreaterThan(25);
    }
  });

  it("can be classified by nearest class means far above chance, but not perfectly", () => {
    const { test } = dataset;
    let right = 0;
    for (let index = 0; index < test.count; index++) {
      const distances = means.map((mean) =>
        mean.reduce((sum, value, pixel) => sum + (value - test.images[index * PIXELS + pixel]!) ** 2, 0),
      );
      if (distances.indexOf(Math.min(...distances)) === test.labels[index]) right++;
    }
    expect(right / test.count).toBeGreaterThan(0.4);
    expect(right / test.count).toBeLessThan(0.9);
  });
});

describe("generateFashionSketch draws silhouettes:", () => {
  it("trousers with a gap between the legs and none at the waist", () => {
    const gap = brightness("Trouser", [19, 23], [13, 14]);
    expect(gap).toBeLessThan(0.85 * brightness("Trouser", [19, 23], [10, 11]));
    expect(gap).toBeLessThan(0.85 * brightness("Trouser", [19, 23], [16, 17]));
    expect(brightness("Trouser", [4, 6], [13, 14])).toBeGreaterThan(1.6 * gap);
  });

  it("a dress that is narrower than a coat and longer than a T-shirt", () => {
    expect(brightness("Dress", [8, 20], [5, 7])).toBeLessThan(0.4 * brightness("Coat", [8, 20], [5, 7]));
    expect(brightness("Dress", [24, 25], [12, 15])).toBeGreaterThan(
      1.3 * brightness("T-shirt/top", [24, 25], [12, 15]),
    );
  });

  it("a T-shirt without the long sleeves of a pullover or coat", () => {
    for (const name of ["Pullover", "Coat"]) {
      expect(brightness(name, [16, 19], [3, 4])).toBeGreaterThan(
        3 * brightness("T-shirt/top", [16, 19], [3, 4]),
      );
    }
    expect(brightness("T-shirt/top", [7, 9], [4, 5])).toBeGreaterThan(20);
  });

  it("a coat and a shirt with details down the front that a pullover lacks", () => {
    // The front may be darker or lighter than its surroundings, so it shows in the spread and not in the mean.
    const spread = (name: string) => {
      const label = dataset.classNames.indexOf(name);
      const { images, labels, count } = dataset.train;
      let sum = 0;
      for (let index = 0; index < count; index++) {
        if (labels[index] !== label) continue;
        for (let y = 14; y <= 20; y++) {
          const row = index * PIXELS + y * SIZE;
          for (let x = 11; x <= 16; x++) sum += Math.abs(images[row + x]! - images[row + x - 1]!);
        }
      }
      return sum;
    };
    expect(spread("Coat")).toBeGreaterThan(1.5 * spread("Pullover"));
    expect(spread("Shirt")).toBeGreaterThan(1.5 * spread("Pullover"));
  });

  it("shoes with toes to the left: a boot with a shaft, a low sneaker, an open sandal", () => {
    expect(brightness("Ankle boot", [8, 10], [18, 22])).toBeGreaterThan(
      4 * brightness("Ankle boot", [8, 10], [4, 8]),
    );
    expect(brightness("Ankle boot", [6, 9], [17, 21])).toBeGreaterThan(
      3 * brightness("Sneaker", [6, 9], [17, 21]),
    );
    expect(brightness("Sneaker", [13, 18], [8, 18])).toBeGreaterThan(
      1.7 * brightness("Sandal", [13, 18], [8, 18]),
    );
  });

  it("a bag with a full body and an open handle above", () => {
    expect(brightness("Bag", [16, 20], [8, 19])).toBeGreaterThan(2 * brightness("Bag", [5, 9], [8, 19]));
    expect(brightness("Bag", [3, 4], [12, 15])).toBeGreaterThan(3 * brightness("Bag", [3, 4], [3, 5]));
  });
});

describe("generateFashionSketch on its options", () => {
  it("refuses counts and seeds that are not whole numbers in range", () => {
    expect(() => generateFashionSketch({ train: -1 })).toThrow(
      "fashion-sketch: expected train to be a whole number from 1 to 16777216, received -1. Correct train.",
    );
    expect(() => generateFashionSketch({ test: 0 })).toThrow("test to be a whole number from 1 to 16777216");
    expect(() => generateFashionSketch({ train: 1.5 })).toThrow("received 1.5");
    expect(() => generateFashionSketch({ train: Number.NaN })).toThrow("received NaN");
    expect(() => generateFashionSketch({ seed: -1 })).toThrow("seed to be a whole number of at least 0");
    expect(() => generateFashionSketch({ seed: 2 ** 53 })).toThrow("seed to be a whole number");
    expect(() => generateFashionSketch({ train: 2 ** 24 + 1 })).toThrow(
      "fashion-sketch: expected train to be a whole number from 1 to 16777216, received 16777217. Correct train.",
    );
  });

  it("accepts the largest seed", () => {
    const { train } = generateFashionSketch({ train: 10, test: 1, seed: Number.MAX_SAFE_INTEGER });
    expect(train.images).not.toEqual(dataset.train.images.slice(0, 10 * PIXELS));
  });
});
