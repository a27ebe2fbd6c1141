import { expect, it } from "vitest";
import { toClasses } from "./assemble.js";
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
      "  channels     1, grey",
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
