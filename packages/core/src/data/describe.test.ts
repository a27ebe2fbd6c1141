import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Dataset, ImageSet } from "./dataset.js";
import { describeDataset, formatDescription } from "./describe.js";

/** Images of 1×2 pixels. */
const set = (images: number[][], labels: number[]): ImageSet => ({
  images: Uint8Array.from(images.flat()),
  labels: Uint8Array.from(labels),
  count: images.length,
  shape: [1, images[0]!.length, 1],
});

const dataset = (train: ImageSet, test: ImageSet): Dataset => ({
  name: "mine",
  title: "Mine",
  classNames: ["cat", "dog", "gnu"],
  train,
  test,
  source: { kind: "files", path: "somewhere/mine", files: [] },
});

const [a, b, c, d] = [
  [0, 1],
  [1, 0],
  [10, 200],
  [4, 4],
];
const mixed = dataset(set([a!, b!, a!, c!, a!, b!], [0, 1, 0, 2, 1, 1]), set([c!, d!, d!, a!], [0, 1, 1, 0]));

describe("describeDataset", () => {
  it("counts images, measures pixel values and finds duplicates", () => {
    const { train, test, duplicates, classNames } = describeDataset(mixed);
    expect(classNames).toEqual(["cat", "dog", "gnu"]);
    expect(train).toMatchObject({
      images: 6,
      shape: [1, 2, 1],
      elementType: "uint8",
      minimum: 0,
      maximum: 200,
    });
    expect(train.perClass).toEqual([2, 3, 1]);
    expect(test.perClass).toEqual([2, 2, 0]);
    expect(train.mean).toBe(215 / 12);
    const squares = 5 * 1 + 10 ** 2 + 200 ** 2;
    expect(train.standardDeviation).toBeCloseTo(Math.sqrt(squares / 12 - (215 / 12) ** 2), 10);
    expect(duplicates).toEqual({
      withinTrain: {
        count: 3,
        conflicting: 1,
        examples: [
          [0, 2],
          [0, 4],
          [1, 5],
        ],
      },
      withinTest: { count: 1, conflicting: 0, examples: [[1, 2]] },
      betweenSplits: {
        count: 2,
        conflicting: 1,
        examples: [
          [3, 0],
          [0, 3],
        ],
      },
    });
  });

  it("counts every byte, whatever its alignment in memory", () => {
    const cases = fc.record({
      offset: fc.nat(3),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 30 }),
      zeros: fc.nat(9),
    });
    fc.assert(
      fc.property(cases, ({ offset, bytes, zeros }) => {
        const values = [...new Uint8Array(zeros), ...bytes];
        const images = Uint8Array.from([...new Uint8Array(offset), ...values]).subarray(offset);
        const train = { images, labels: new Uint8Array(1), count: 1, shape: [1, images.length, 1] } as const;
        const split = describeDataset(dataset(train, train)).train;
        expect(split.minimum).toBe(Math.min(...values));
        expect(split.maximum).toBe(Math.max(...values));
        expect(split.mean).toBe(values.reduce((sum, value) => sum + value, 0) / values.length);
      }),
    );
  });

  it("measures floats", () => {
    const images = Float32Array.of(-1.5, 0, 2.5, 3);
    const floats: ImageSet = { images, labels: Uint8Array.of(0, 1), count: 2, shape: [1, 2, 1] };
    const { train } = describeDataset(dataset(floats, floats));
    expect(train).toMatchObject({ elementType: "float32", minimum: -1.5, maximum: 3, mean: 1 });
    expect(train.standardDeviation).toBeCloseTo(Math.sqrt((6.25 + 1 + 2.25 + 4) / 4), 12);
  });

  it("returns plain data that survives JSON", () => {
    const description = describeDataset(mixed);
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
  });
});

describe("formatDescription", () => {
  it("shows the whole description", () => {
    expect(formatDescription(describeDataset(mixed))).toBe(mixedAsText);
  });

  it("lists the largest and the smallest of many classes, and says so", () => {
    const description = describeDataset(mixed);
    const perClass = Array.from({ length: 300 }, (_, label) => 1000 + ((label * 7) % 300));
    const split = { ...description.train, perClass };
    const classNames = perClass.map((_, label) => `class ${label}`);
    const text = formatDescription({ ...description, classNames, train: split, test: split });
    const rows = text.split("\n").filter((line) => line.includes(" class "));
    expect(rows.map((row) => row.trim().split(/\s+/)[3]).slice(9, 13)).toEqual([
      "1,291",
      "1,290",
      "1,009",
      "1,008",
    ]);
    expect(text).toContain(
      "\nThe 10 classes with the most and the 10 with the fewest training images, of 300\n",
    );
  });

  it("says that a generated dataset was drawn by code", () => {
    const text = formatDescription(
      describeDataset({ ...mixed, source: { kind: "generated", seed: 4, files: [] } }),
    );
    expect(text.split("\n")[0]).toBe("Mine, drawn by code from seed 4");
    expect(text).not.toContain("somewhere");
  });
});

const mixedAsText = `Mine, from somewhere/mine

                            training       test
images                             6          4
height × width × channels  1 × 2 × 1  1 × 2 × 1
type                           uint8      uint8
values                      0 to 200   0 to 200
mean                           17.92      28.38
standard deviation             54.96      64.93

label  class  training         test
    0  cat           2  33.3%     2  50.0%
    1  dog           3  50.0%     2  50.0%
    2  gnu           1  16.7%     0   0.0%

Exact duplicates
  within training: 3, 1 with a different label (0 = 2, 0 = 4, 1 = 5)
  within test: 1, all with the same label (1 = 2)
  test images also in training: 2, 1 with a different label (3 = 0, 0 = 3)`;
