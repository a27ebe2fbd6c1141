import { describe, expect, it } from "vitest";
import { HeddleError } from "../../base/errors.js";
import { formatLeftOut } from "../reading.js";
import { type CsvOptions, type ReadTable, readColumns, readCsv } from "./read.js";

const read = (text: string, options: CsvOptions = {}) =>
  readCsv(new TextEncoder().encode(text), { name: "a.csv", ...options });
const table = (rows: readonly (readonly unknown[])[]) => rows.map((row) => row.join()).join("\n");
const labelsOf = ({ images }: ReadTable) => [...images.labels].map((label) => images.labelTexts[label]);
const saying = ({ choices = [] }: ReadTable) => choices.map(({ about, choice }) => `${about}: ${choice}`);
const refuses = async (text: string, message: string, options?: CsvOptions) => {
  const error = await read(text, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HeddleError);
  expect((error as Error).message).toContain(message);
};

/** Rows of a label and the pixels 40, 41, 42, 43. */
const rows = [
  [7, 40, 41, 42, 43],
  [3, 44, 45, 46, 47],
];
const pixels = [40, 41, 42, 43, 44, 45, 46, 47];

describe("the first line of a table", () => {
  it.each([
    ["counts from 0", "0,1,2,3,4"],
    ["counts from 1", "1,2,3,4,5"],
    ["counts in decimals", "0.0,1.0,2.0,3.0,4.0"],
    ["is a word and then a count", "y,0,1,2,3"],
    ["is a word and then a count from 1", "digit,1,2,3,4"],
    ["has the numbers that pandas gives to repeated values", "0,0.1,0.2,0.3,0.4"],
    ["is a row of values of which pandas has numbered the repeated ones", "5,0,0.1,0.2,0.3"],
    ["names pixels from 0", "label,pixel0,pixel1,pixel2,pixel3"],
    ["names rows and columns", "what,1x1,1x2,2x1,2x2"],
  ])("is a header if it %s", async (_, header) => {
    const result = await read(`${header}\n${table(rows)}`);
    expect(labelsOf(result)).toEqual(["7", "3"]);
    expect([...result.images.images]).toEqual(pixels);
  });

  it.each([
    ["counts like the next one", "0,1,2,3,4\n1,2,3,4,5\n0,1,2,3,4"],
    ["is a label and fractions", "0,0.1,0.2,0.7,0.4\n1,0.3,0.2,0.1,0.9\n0,0.5,0.5,0.5,0.5"],
    ["is a word and pixels", "cat,3,1,2,3\ndog,5,6,7,8\ncat,9,9,9,9"],
  ])("is an image if it %s", async (_, text) => {
    expect((await read(text)).images.count).toBe(3);
  });

  it("is said to be a header if it has no words", async () => {
    expect(saying(await read(`0,1,2,3,4\n${table(rows)}`))).toContain("header: the first line, which counts");
  });
});

describe("the label's column", () => {
  it.each([
    ["has a name that says so", "id,p1,p2,p3,p4,Emotion", 5],
    ["is the only one that is not numbered", "p1,p2,p3,p4,garment", 4],
  ])("is the one that %s", async (_, header, at) => {
    const cells = rows.map(([label, ...rest]) => (at === 4 ? [...rest, label] : [1, ...rest, label]));
    const result = await read(`${header}\n${table(cells)}`);
    expect([labelsOf(result), [...result.images.images]]).toEqual([["7", "3"], pixels]);
  });

  it("is the only one of text, wherever it is", async () => {
    const result = await read("9,2,3,4,cat\n5,6,7,8,dog\n9,9,9,9,cat");
    expect(labelsOf(result)).toEqual(["cat", "dog", "cat"]);
  });

  it("is the last one if the first holds one value, or fractions, and the last a few that return", async () => {
    const last = (first: (row: number) => number) =>
      table(Array.from({ length: 60 }, (_, row) => [first(row), 5, row % 17, 7, row % 10]));
    for (const first of [() => 0, (row: number) => row / 64]) {
      const result = await read(last(first));
      expect(labelsOf(result).slice(8, 12)).toEqual(["8", "9", "0", "1"]);
      expect([...result.images.images.slice(4, 8)]).toEqual([first(1), 5, 1, 7]);
      expect(saying(result)).toEqual([expect.stringContaining("label: the last column")]);
    }
  });

  it("may be `?` or `none`, which are classes where they return, with a warning, and missing where they do not", async () => {
    const rows = (count: number) =>
      table(Array.from({ length: 12 }, (_, row) => [row < count ? "?" : row % 3, 1, 2, 3, row % 10]));
    const often = await read(`label,a,b,c,d\n${rows(4)}`);
    expect(labelsOf(often).slice(2, 6)).toEqual(["?", "?", "1", "2"]);
    expect(saying(often)).toContain('labels: "?", which 4 rows have, is a class');
    const once = await read(`label,a,b,c,d\n${rows(1)}`);
    expect(once.dropped.rows).toEqual([expect.objectContaining({ line: 2, reason: "missing label" })]);
  });

  it("is the first one otherwise", async () => {
    const text = table(Array.from({ length: 60 }, (_, row) => [row % 10, 5, row % 17, 7, row % 9 ? 0 : 16]));
    const result = await read(text);
    expect(labelsOf(result).slice(8, 12)).toEqual(["8", "9", "0", "1"]);
    expect(saying(result)).toEqual(["label: the first column"]);
  });

  it("is the last one also if damaged rows came first, whose reasons then are those of pixels", async () => {
    const good = Array.from({ length: 30 }, (_, row) => [0, 5, row % 17, 7, row % 3]);
    const text = `,1,2,3,1\n0,1,2,3,\n${table(good)}`;
    const { dropped, images } = await read(text, { missing: "zero" });
    expect(images.count).toBe(30);
    expect(dropped.rows.map(({ line, reason }) => [line, reason])).toEqual([
      [1, "missing value"],
      [2, "missing label"],
    ]);
  });

  it.each([
    ["last", ["43", "47"]],
    [5, ["43", "47"]],
    ["2", ["40", "44"]],
  ])("is the one at `labelColumn: %j`", async (labelColumn, labels) => {
    const result = await read(table(rows), { labelColumn });
    expect(labelsOf(result)).toEqual(labels);
    // A position makes no header of a row that holds its number.
    const numbers = await read("9,2,5,4,1\n8,3,6,2,7\n", { labelColumn });
    expect(numbers.images.count).toBe(2);
  });

  it("is asked for if several could be it, and refused if there is no such column", async () => {
    await refuses(
      "age,gender,p1,p2,p3,p4\n30,1,1,2,3,4\n",
      "expected one column that can be the label, received age, gender. Set `labelColumn` to one of them.",
    );
    await refuses(
      "label,p1,p2,p3,p4\n30,1,2,3,4\n",
      "expected a column named kind, or a position from 1 to 5, received a header that starts with label, p1, p2. " +
        "Correct `labelColumn`.",
      { labelColumn: "kind" },
    );
    await refuses("1,2,3,4,5\n", "or a position from 1 to 5, received no header.", { labelColumn: 6 });
  });
});

describe("columns that are no pixels", () => {
  it("are left out by name, each with its reason", async () => {
    const { images, leftOut = [] } = await read(
      "font,label,quality,1,2,3,4\nSans,a,9,1,2,3,4\nSerif,b,8,5,6,7,8\n",
    );
    expect([...images.images]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(leftOut.map(formatLeftOut)).toEqual([
      "1 column: it holds text (font)",
      "1 column: its name is not numbered like those of the pixels (quality)",
    ]);
  });

  it("are those of `dropColumns`, by name or position", async () => {
    const { images, leftOut } = await read("kind,a,b,c,d,e,f\n1,2,3,4,5,6,7\n", {
      labelColumn: "kind",
      dropColumns: ["b", 7],
    });
    expect([...images.images]).toEqual([2, 4, 5, 6]);
    expect(leftOut).toMatchObject([{ reason: "`dropColumns` names it", count: 2, examples: ["b", "f"] }]);
  });

  it("may number the rows", async () => {
    const text = table(Array.from({ length: 9 }, (_, row) => [row, row % 2, 9, 9, 9, row]));
    const result = await read(text);
    expect(labelsOf(result).slice(0, 3)).toEqual(["0", "1", "0"]);
    expect(result.leftOut).toMatchObject([{ reason: "it counts the rows" }]);
  });
});

describe("the order of columns", () => {
  it.each([
    ["p10,p9,p11,p8", [2, 1, 3, 0]],
    ["2x1,1x1,2x2,1x2", [2, 0, 3, 1]],
  ])("is that of the numbers in their names: %s", async (header, order) => {
    const result = await read(`label,${header}\n1,${order.map((place) => 10 + place).join()}\n`);
    expect([...result.images.images]).toEqual([10, 11, 12, 13]);
    expect(saying(result)).toEqual(["columns: in the order of the numbers in their names"]);
  });

  it("puts the channels of a pixel next to each other", async () => {
    const names = ["r", "g", "b"].flatMap((channel) => [0, 1, 2, 3].map((pixel) => channel + pixel));
    const values = names.map((_, index) => index);
    const { images } = await read(`label,${names.join()}\n1,${values.join()}\n`);
    expect(images.shape).toEqual([2, 2, 3]);
    expect([...images.images]).toEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
  });

  it("is that of the training table in the table of test images, by name", async () => {
    const like = await readColumns(new TextEncoder().encode("label,a,b,c,d\n1,1,2,3,4\n"), { name: "b.csv" });
    const test = await read("d,c,label,A,b\n40,30,7,10,20\n", { like });
    expect([...test.images.images]).toEqual([10, 20, 30, 40]);
    expect(saying(test)).toEqual(["test columns: by their names, in the order of b.csv"]);
    await refuses(
      "label,a,b,c,e\n1,1,2,3,4\n",
      "a.csv: expected the columns of b.csv, received no d, and in addition e. Give both tables the same columns",
      { like },
    );
  });

  it("is by position if the tables count from different numbers", async () => {
    const like = { file: "b.csv", pixels: ["pixel0", "pixel1", "pixel2", "pixel3"], label: "label" };
    const test = await read("label,1x1,1x2,2x1,2x2\n7,1,2,3,4\n", { like });
    expect([...test.images.images]).toEqual([1, 2, 3, 4]);
    expect(saying(test)).toEqual([
      "test columns: by their positions, because b.csv numbers them differently",
    ]);
    await refuses("label,pixel0,pixel1,pixel2\n7,1,2,3\n", "received no pixel3.", { like });
    await refuses("label,pixel0,pixel1,pixel2,pixel3,pixel9\n7,1,2,3,4,5\n", "in addition pixel9.", { like });
  });
});

describe("a table of pixels alone", () => {
  it.each([
    ["pixel0,pixel1,pixel2,pixel3\n1,2,3,4\n5,6,7,8\n"],
    ["ImageId,pixel0,pixel1,pixel2,pixel3\n1,1,2,3,4\n2,5,6,7,8\n"],
    [`${table([Array.from({ length: 16 }, (_, pixel) => 9 * pixel)])}\n`],
  ])("is read with `unlabelled`, and refused without: %j", async (text) => {
    const { images, labelled } = await read(text, { unlabelled: true });
    expect(labelled).toBe(false);
    expect(new Set(images.labels)).toEqual(new Set([-1]));
    await refuses(text, "expected a column named label, class or target, received");
  });
});

describe("labels of a table", () => {
  const labelled = (labels: readonly string[]) => table(labels.map((label) => [label, 9, 8, 7, 6]));
  const digits = Array.from({ length: 40 }, (_, row) => String(row % 10));

  it("are classes if they return, whatever their type", async () => {
    const result = await read(labelled([...digits, "A", "A", "A", "?!", "?!", "?!", "-1", "-1", "-1"]));
    expect([...new Set(labelsOf(result))].slice(10)).toEqual(["A", "?!", "-1"]);
    expect(result.dropped.rows).toEqual([]);
    expect(saying(result)).toContain("labels: numbers and names, each a class");
  });

  it("are damage if they occur once or twice among numbers, unless `labels` says what they are", async () => {
    const text = labelled([...digits, "A", "A", "B"]);
    const result = await read(text);
    expect(result.dropped.rows.map(({ detail }) => detail)).toEqual([
      '"A" among labels that are whole numbers',
      '"A" among labels that are whole numbers',
      '"B" among labels that are whole numbers',
    ]);
    expect(saying(result)).toContain("labels: whole numbers; 2 others, which are rare, are damage");
    expect((await read(text, { labels: "names" })).images.count).toBe(43);
    const numbers = await read(labelled([...digits, "A", "A", "A"]), { labels: "numbers" });
    expect([numbers.images.count, numbers.dropped.rows.length]).toEqual([40, 3]);
  });
});

describe("pixels in a cell", () => {
  it.each([
    ["spaces", '7,"40 41 42 43"\n3,44 45 46 47\n'],
    ["commas, in brackets", '7,"[40, 41, 42, 43]"\n3,"[44,45,46,47]"\n'],
    ["commas, in rows", '7,"[[40, 41], [42, 43]]"\n3,"[[44,45],[46,47]]"\n'],
    ["several spaces and decimals", '7,"[40.  41. 42.0 43.]"\n3,"44 45 46 47 "\n'],
  ])("are read, separated by %s", async (_, text) => {
    const result = await read(`emotion,pixels\n${text}`);
    expect([labelsOf(result), result.images.shape]).toEqual([
      ["7", "3"],
      [2, 2, 1],
    ]);
    expect(result.images.images).toEqual(Uint8Array.from(pixels));
  });

  it("are damaged if there are too few, too many or others", async () => {
    const whole = Array(3).fill("1,1 2 3 4").join("\n");
    const { images, dropped } = await read(
      `emotion,pixels\n${whole}\n1,1 2 3\n1,1 2 3 4 5\n1,1 2 x 4\n1,1 nan 3 4\n`,
    );
    expect(images.count).toBe(3);
    expect(dropped.rows.map(({ reason, detail }) => `${reason}: ${detail}`)).toEqual([
      "too few values: column 2 (pixels) has 3 values instead of 4",
      "too many values: column 2 (pixels) has 5 values instead of 4",
      'unreadable value: column 2 (pixels) is "x"',
      'missing value: column 2 (pixels) is "nan"',
    ]);
  });
});

describe("a column of splits", () => {
  const text = (words: readonly string[], name = "Usage") =>
    `emotion,pixels,${name}\n${words.map((word, row) => `${row % 2},${row} 2 3 4,${word}`).join("\n")}\n`;

  it("divides the rows, and names those that are not used", async () => {
    const { images, test, leftOut, choices } = await read(
      text(["Training", "Training", "PublicTest", "PrivateTest", "PublicTest"]),
    );
    expect([...images.images]).toEqual([0, 2, 3, 4, 1, 2, 3, 4]);
    expect([...test!.images]).toEqual([3, 2, 3, 4]);
    expect(leftOut).toMatchObject([{ what: "validation row", count: 2 }]);
    expect(choices).toContainEqual({ about: "splits", choice: "Usage" });
  });

  it("has validation rows for test rows if there are no others, and damaged rows where it names no split", async () => {
    const { images, test, dropped } = await read(text(["train", "train", "val", "lost"], "split"));
    expect([images.count, test?.count]).toEqual([2, 1]);
    expect(dropped.rows).toMatchObject([{ line: 5, reason: "unreadable split" }]);
  });

  it("is next to pixels in columns too", async () => {
    const { images, test } = await read("set,label,p1,p2,p3,p4\ntest,1,1,2,3,4\ntrain,2,5,6,7,8\n");
    expect([[...images.images], [...test!.images]]).toEqual([
      [5, 6, 7, 8],
      [1, 2, 3, 4],
    ]);
  });

  it("is not a label where a float of 32 bits cannot hold it as a pixel", async () => {
    const rows = Array.from({ length: 22 }, (_, row) => `0,5,${row},9,${row % 3}`);
    const text = [`${"9".repeat(39)},5,0,9,0`, ...rows].join("\n");
    const { images, dropped } = await readCsv(new TextEncoder().encode(text), { name: "a.csv" });
    expect(dropped.rows).toMatchObject([{ line: 1, reason: "unreadable value" }]);
    expect(images.images.every(Number.isFinite)).toBe(true);
  });
});
