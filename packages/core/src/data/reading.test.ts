import { expect, it } from "vitest";
import { type ClassOptions, toClasses } from "./assemble.js";
import { formatReading, leftOut } from "./reading.js";

it("how data was read is a short block: splits, choices with their options, and what was left out", () => {
  const warnings: string[] = [];
  const pixels = { shape: [1, 1, 1], count: 2, labelTexts: ["a", "b"], labels: Int32Array.of(0, 1) } as const;
  const { reading } = toClasses(
    {
      train: { ...pixels, name: "folder/one.npz, x_train", images: Uint8Array.of(0, 255) },
      test: { ...pixels, name: "folder/one.npz, x_test", images: Float32Array.of(0, 1) },
      choices: [
        { about: "label", choice: "the last column", option: "labelColumn", warn: true },
        { about: "size", choice: "28 × 28" },
      ],
      leftOut: [leftOut("picture", "Heddle does not read .svg", ["1.svg", "2.svg", "3.svg", "4.svg"])],
    },
    { onWarning: (line) => warnings.push(line) },
  );
  expect(formatReading(reading)).toBe(
    [
      "How it was read",
      "  training     one.npz, x_train: 2 images, whole numbers from 0 to 255",
      "  test         one.npz, x_test: 2 images, floats from 0 to 1, multiplied by 255",
      "  channels     1, grey (`channels`)",
      "  classes      2: a, b",
      "  orientation  as stored",
      "  label        the last column (`labelColumn`)",
      "  size         28 × 28",
      "  left out     4 pictures: Heddle does not read .svg (1.svg, 2.svg, 3.svg, …)",
    ].join("\n"),
  );
  expect(warnings.slice(0, 2)).toEqual([
    "Label: the last column (`labelColumn`).",
    "Left out: 4 pictures: Heddle does not read .svg (1.svg, 2.svg, 3.svg, …).",
  ]);
});

it("the order of classes is shown by the first names and the last, with its option where text would order them otherwise", () => {
  const set = (count: number) => ({
    name: "table.csv",
    images: new Uint8Array(count),
    shape: [1, 1, 1] as const,
    count,
    labelTexts: Array.from({ length: count }, (_, label) => String(label)),
    labels: Int32Array.from({ length: count }, (_, label) => label),
  });
  const classesOf = (count: number, options: ClassOptions = {}) =>
    toClasses({ train: set(count) }, options).reading.choices.find(({ about }) => about === "classes");
  expect(classesOf(3)).toEqual({ about: "classes", choice: "3: 0, 1, 2" });
  const many = "1,200: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …, 1199";
  expect(classesOf(1200)).toEqual({ about: "classes", choice: many, option: "classOrder" });
  const byText = "12: 0, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9";
  expect(classesOf(12, { classOrder: "text" })).toMatchObject({ choice: byText, option: "classOrder" });
});
