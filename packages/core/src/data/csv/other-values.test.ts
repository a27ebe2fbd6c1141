import { describe, expect, it } from "vitest";
import { HeddleError } from "../../base/errors.js";
import { formatLeftOut } from "../reading.js";
import { readCsv } from "./read.js";

const read = (text: string) => readCsv(new TextEncoder().encode(text), { name: "a.csv" });
const lines = (...rows: readonly string[]) => rows.join("\n");

/** Rows of a label and 25 pixels that are written as `write` says. */
function pixelsAs(write: (value: number) => string): string {
  const names = Array.from({ length: 25 }, (_, index) => `pixel${index}`);
  const row = (label: number) => [label, ...names.map((_, index) => write((7 * index + 90 * label) % 256))];
  return lines(...[["label", ...names], row(0), row(1), row(2)].map((cells) => cells.join(",")));
}

const hex = (value: number) => value.toString(16).padStart(2, "0");

describe("a table of other values than decimal numbers is refused with what they are:", () => {
  it.each([
    [
      "prefixed hexadecimal",
      pixelsAs((value) => `0x${hex(value)}`),
      'numbers in hexadecimal, such as "0x00". Write',
    ],
    ["bare hexadecimal", pixelsAs(hex), 'numbers in hexadecimal, such as "5a". Write'],
    [
      "lists in hexadecimal",
      lines("label,pixels", "1,0a ff 1b 2c", "0,0b ff 1b 2c"),
      'numbers in hexadecimal, such as "0a ff 1b 2c". Write',
    ],
    [
      "truth values",
      pixelsAs((value) => (value > 99 ? "True" : "False")),
      'truth values, such as "False". Write',
    ],
    [
      "bytes",
      lines("label,image", `cat,${"0aff".repeat(20)}`, `dog,${"0bff".repeat(20)}`),
      'bytes in hexadecimal, such as "0aff0aff0aff0aff0aff0aff…". Write',
    ],
    [
      "pictures",
      lines("label,image", "cat,iVBORw0KGgoAAAANSUhEUgAA", "dog,/9j/4AAQSkZJRgABAQAAAQAB"),
      'pictures as base64, such as "iVBORw0KGgoAAAANSUhEUgAA". Save each as a file, in a folder for each class, or next to a table of file names',
    ],
    [
      "decimal commas, beside labels that look like hexadecimal",
      lines("label,p0,p1,p2,p3", 'a,"0,5","0,25","0,125","1,0"', 'b,"0,75","0,5","0,25","0,0"'),
      'numbers with a comma, such as "0,5". Write',
    ],
    [
      "separated thousands",
      lines("label,p0,p1,p2,p3", 'a,"1,000","2,040","3,100","1,020"', 'b,"1,280","5,160","1,200","9,000"'),
      'numbers with a comma, such as "1,000". Write',
    ],
    [
      "names of pictures",
      lines("path,label", "a/1.png,3", "a/2.JPG,4"),
      'names of pictures, such as "a/1.png". Choose',
    ],
    ["other words", pixelsAs((value) => `v${value}`), 'text, such as "v0". Write'],
  ])("%s", async (_, text, message) => {
    const error = await read(text).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HeddleError);
    expect((error as Error).message).toContain(
      `a.csv: expected pixels as decimal numbers, received ${message}`,
    );
  });

  it("one-hot labels", async () => {
    const text = lines("p0,p1,p2,p3,is_a,is_b", "5,6,7,8,0,1", "9,6,7,8,1,0");
    await expect(read(text)).rejects.toThrow(
      "received is_a, is_b, of 0 and 1: one-hot labels. Make one column of them",
    );
  });
});

describe("what is before a table", () => {
  it.each([
    ["comments", lines("# made by hand", "", "# two rows", "label,p0,p1,p2,p3"), 3],
    ["Excel's separator", lines("sep=,", "label,p0,p1,p2,p3"), 1],
    ["NumPy's mark of a header", "# label,p0,p1,p2,p3", 0],
  ])("does not count as rows: %s", async (_, header, lines) => {
    const { images, leftOut = [] } = await read(`${header}\n7,40,41,42,43\n3,44,45,46,47`);
    expect([images.count, [...images.images]]).toEqual([2, [40, 41, 42, 43, 44, 45, 46, 47]]);
    expect(leftOut.map(formatLeftOut)).toEqual(
      lines === 0 ? [] : [`${lines} ${lines === 1 ? "line" : "lines"}: no part of the table`],
    );
  });

  it("is not a label that begins as a comment does", async () => {
    expect((await read(lines("#,9,2,3,4", "#,5,6,7,8", "%,5,6,7,8", "%,5,6,7,8"))).images.labelTexts).toEqual(
      ["#", "%"],
    );
  });
});

it("cells may be separated by vertical bars", async () => {
  const { images } = await read(lines("label|p0|p1|p2|p3", "7|0,5|41|42|43", "3|44|45|46|47"));
  expect([...images.images]).toEqual([0.5, 41, 42, 43, 44, 45, 46, 47]);
});
