import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assemble, toClasses } from "./assemble.js";
import { classesOf, withClasses } from "./classes.js";
import type { Dataset } from "./dataset.js";
import { holdOut } from "./hold-out.js";
import type { LabelledImages } from "./labelled-images.js";

const labelled = (texts: readonly string[], images?: LabelledImages["images"]): LabelledImages => {
  const labelTexts = [...new Set(texts)];
  const labels = Int32Array.from(texts, (text) => labelTexts.indexOf(text));
  const pixels = images ?? Uint8Array.from({ length: texts.length }, (_, index) => index + 100);
  return { name: "mine", images: pixels, shape: [1, 1, 1], count: texts.length, labelTexts, labels };
};
const named = (set: { readonly labels: ArrayLike<number> }, names: readonly string[]) =>
  Array.from(set.labels, (label) => names[label]);

describe("classesOf", () => {
  it.each([
    [
      ["2", "0", "1"],
      ["0", "1", "2"],
    ],
    [
      ["1", "3", "2"],
      ["1", "2", "3"],
    ],
    [
      ["10", "9", "7"],
      ["7", "8", "9", "10"],
    ],
    [
      ["0", "3"],
      ["0", "1", "2", "3"],
    ],
    [
      ["5", "1000", "70"],
      ["5", "70", "1000"],
    ],
    [
      ["dog", "Cat", "ant"],
      ["Cat", "ant", "dog"],
    ],
    [
      ["10", "9", "dog"],
      ["10", "9", "dog"],
    ],
    [
      ["002", "001"],
      ["001", "002"],
    ],
    [["4"], ["4"]],
    [
      ["10", "-1", "2"],
      ["-1", "2", "10"],
    ],
    [
      ["2.5", "10.5", "1.5"],
      ["1.5", "2.5", "10.5"],
    ],
  ])("turns the labels %j into the classes %j", (texts, classes) => {
    expect(classesOf(texts, "mine")).toEqual(classes);
  });

  it("orders classes as text or by number on request", () => {
    expect(classesOf(["10", "9", "7"], "mine", "text")).toEqual(["10", "7", "9"]);
    expect(classesOf(["b", "10", "a", "9"], "mine", "number")).toEqual(["9", "10", "a", "b"]);
    const { classNames } = toClasses({ train: labelled(["10", "9"]) }, { classOrder: "text" });
    expect(classNames).toEqual(["10", "9"]);
  });

  it("refuses more classes than any dataset has", () => {
    const numbers = Array.from({ length: 70_000 }, (_, index) => String(index));
    expect(() => classesOf(numbers, "mine")).toThrow("expected at most 65536 classes, received 70000");
  });
});

describe("toClasses", () => {
  it("gives both splits the same classes, and warns of classes without images", () => {
    const warnings: string[] = [];
    const read = { train: labelled(["b", "c", "b"]), test: labelled(["c", "a"]) };
    const { classNames, train, test } = toClasses(read, { onWarning: (line) => warnings.push(line) });
    expect(classNames).toEqual(["a", "b", "c"]);
    expect(named(train, classNames)).toEqual(["b", "c", "b"]);
    expect(named(test!, classNames)).toEqual(["c", "a"]);
    expect(warnings).toEqual(["No training image belongs to class a.", "No test image belongs to class b."]);
  });

  it("warns of a single class", () => {
    const warnings: string[] = [];
    toClasses({ train: labelled(["cat", "cat"]) }, { onWarning: (line) => warnings.push(line) });
    expect(warnings).toEqual(["All images belong to one class, cat: there is nothing to tell apart."]);
  });

  it("of digits and letters are known in a split that has only digits, and in either split", () => {
    const both = [labelled(["7", "A", "B", "A"]), labelled(["7", "7"])] as const;
    for (const [train, test] of [both, [both[1], both[0]] as const]) {
      const { classNames, ...sets } = assemble(
        { train, test },
        { name: "mine", source: { kind: "files", files: [] } },
      );
      expect(classNames).toEqual(["7", "A", "B"]);
      expect(named(sets.train, classNames)).toEqual(train === both[0] ? ["7", "A", "B", "A"] : ["7", "7"]);
    }
  });

  it("refuses splits with different kinds of labels or different shapes", () => {
    const train = labelled(["1", "2"]);
    expect(() => toClasses({ train, test: labelled(["a"]) })).toThrow(
      "mine: expected labels that are numbers as in mine, received names.",
    );
    const test: LabelledImages = { ...labelled(["1"]), images: new Uint8Array(2), shape: [1, 2, 1] };
    expect(() => toClasses({ train, test })).toThrow(
      "expected images of 1 × 1 × 1 as in mine, received 1 × 2 × 1.",
    );
  });

  it("multiplies floats from 0 to 1 by 255, and restores bytes", () => {
    const warnings: string[] = [];
    const onWarning = (line: string) => warnings.push(line);
    const texts = Array.from({ length: 256 }, (_, byte) => String(byte % 2));
    // As in a table with four decimals.
    const bytes = Float32Array.from(texts, (_, byte) => Number((byte / 255).toFixed(4)));
    const whole = toClasses({ train: labelled(texts, bytes) }, { onWarning }).train.images;
    expect(whole).toBeInstanceOf(Uint8Array);
    expect([...whole]).toEqual(Array.from({ length: 256 }, (_, byte) => byte));
    expect(warnings).toEqual(["Pixel values from 0 to 1 were multiplied by 255."]);
    const other = toClasses({ train: labelled(["0", "1"], Float32Array.of(0.3333, 0.5)) }).train.images;
    expect([...other]).toEqual([Math.fround(Math.fround(0.3333) * 255), 127.5]);
  });

  it("keeps all other floats, and warns if they are outside 0 to 255", () => {
    const warnings: string[] = [];
    const onWarning = (line: string) => warnings.push(line);
    const keep = (values: Float32Array) =>
      toClasses({ train: labelled(["0", "1"], values) }, { onWarning }).train.images;
    expect([...keep(Float32Array.of(0.5, 200))]).toEqual([0.5, 200]);
    expect(warnings).toEqual([]);
    expect([...keep(Float32Array.of(-1, 1))]).toEqual([-1, 1]);
    expect(warnings[0]).toContain("outside 0 to 255");
    expect(keep(Float32Array.of(3, 4))).toBeInstanceOf(Uint8Array);
  });
});

describe("a held-out test split", () => {
  const source = { kind: "files", files: [] } as const;

  it("holds a sixth of each class, the same every time, and is recorded", () => {
    const texts = Array.from({ length: 120 }, (_, index) => (index % 4 === 0 ? "a" : "b"));
    const warnings: string[] = [];
    const make = () =>
      assemble(
        { train: labelled(texts) },
        { name: "mine", source, onWarning: (line) => warnings.push(line) },
      );
    const dataset = make();
    expect([dataset.train.count, dataset.test.count]).toEqual([100, 20]);
    expect([...dataset.test.labels].filter((label) => label === 0)).toHaveLength(5);
    expect(dataset.source).toMatchObject({ ...source, split: { fraction: 1 / 6, seed: 42 } });
    expect(warnings[0]).toBe(
      "No test split: held out 20 of 120 images, the same share of each class (seed 42).",
    );
    expect(make().test.images).toEqual(dataset.test.images);
    const other = assemble({ train: labelled(texts) }, { name: "mine", source, holdOut: { seed: 7 } });
    expect(other.test.images).not.toEqual(dataset.test.images);
  });

  it("contains every image that the training split does not, in the same order", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(4), { minLength: 6, maxLength: 80 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (labels, fraction) => {
          const images = Uint8Array.from(labels, (_, index) => index);
          const set = {
            images,
            labels: Uint8Array.from(labels),
            count: labels.length,
            shape: [1, 1, 1] as const,
          };
          const { train, test } = holdOut("mine", set, 5, { fraction, seed: 1 });
          expect([...train.images].every((image, at, all) => at === 0 || image > all[at - 1]!)).toBe(true);
          expect([...train.images, ...test.images].sort((a, b) => a - b)).toEqual([...images]);
          for (const split of [train, test]) {
            expect([...split.labels]).toEqual([...split.images].map((image) => labels[image]));
          }
          for (const label of new Set(train.labels)) {
            const members = labels.filter((member) => member === label).length;
            expect(test.labels.includes(label)).toBe(members > 1);
          }
        },
      ),
    );
  });

  it("requires two images of a class, and a fraction below 1", () => {
    const single = { train: labelled(["a", "b"]) };
    expect(() => assemble(single, { name: "mine", source })).toThrow(
      "expected at least two images of a class",
    );
    const options = { name: "mine", source, holdOut: { fraction: 1 } };
    expect(() => assemble({ train: labelled(["a", "a"]) }, options)).toThrow(
      "a fraction above 0 and below 1",
    );
  });
});

describe("withClasses", () => {
  const dataset = (texts: readonly string[]): Dataset => {
    const { classNames, train } = toClasses({ train: labelled(texts) });
    const source = { kind: "files", files: [] } as const;
    return { name: "mine", title: "Mine", classNames, train, test: train, source };
  };

  it("maps classes by name, and numbers by position if the model has names", () => {
    const pets = withClasses(dataset(["cat", "dog"]), ["ant", "cat", "dog"]);
    expect(pets.classNames).toEqual(["ant", "cat", "dog"]);
    expect([...pets.test.labels]).toEqual([1, 2]);
    expect([...withClasses(dataset(["1", "2"]), ["0", "1", "2"]).test.labels]).toEqual([1, 2]);
    expect([...withClasses(dataset(["1", "2"]), ["red", "green", "blue"]).test.labels]).toEqual([1, 2]);
    // A model that was trained on labels from 1 has no class 0.
    expect([...withClasses(dataset(["2", "3"]), ["1", "2", "3"]).test.labels]).toEqual([1, 2]);
  });

  it("keeps the names of as many classes if the model knows only numbers", () => {
    const pets = dataset(["cat", "dog"]);
    expect(withClasses(pets, ["0", "1"])).toBe(pets);
    expect(() => withClasses(pets, ["0", "1", "2"])).toThrow("received the class cat");
  });

  it("refuses a class that the model does not know", () => {
    expect(() => withClasses(dataset(["cat", "eel"]), ["ant", "cat"])).toThrow(
      "Mine: expected the model's classes: ant, cat, received the class eel. Choose data with the same classes.",
    );
  });
});

it("toClasses refuses labels that are not positions of the class names", () => {
  const classNames = ["bag", "shirt"];
  expect(toClasses({ train: labelled(["0", "1"]) }, { classNames }).classNames).toEqual(classNames);
  for (const label of ["", "1.0", "1e0", "0x1", "2"]) {
    expect(() => toClasses({ train: labelled(["0", label]) }, { classNames })).toThrow(
      `received label ${label}.`,
    );
  }
});

it("classes match with and without spaces around them", () => {
  const { classNames, train, test } = toClasses({
    train: labelled(["cat ", "dog"]),
    test: labelled(["dog", "cat", " cat"]),
  });
  expect([classNames, [...train.labels], [...test!.labels]]).toEqual([
    ["cat", "dog"],
    [0, 1],
    [1, 0, 0],
  ]);
});

it("classes match whichever way their accents are written", () => {
  const [composed, decomposed] = ["caf\u00e9", "cafe\u0301"];
  const { classNames, train, test } = toClasses({
    train: labelled([composed, "tea"]),
    test: labelled(["tea", decomposed]),
  });
  expect(classNames).toEqual([composed, "tea"]);
  expect([...train.labels, ...test!.labels]).toEqual([0, 1, 1, 0]);
  const other = assemble(
    { train: labelled([decomposed]), test: labelled([decomposed]) },
    { name: "other", source: { kind: "files", files: [] } },
  );
  expect([...withClasses(other, ["tea", decomposed]).test.labels]).toEqual([1]);
});
