import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeddleError } from "../../base/errors.js";
import { summarizeDropped } from "../dropped-rows.js";
import type { ReadImages } from "../labelled-images.js";
import { damagedCsv } from "./damaged.testing.js";
import { type CsvOptions, CsvReader, readCsv } from "./read.js";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const read = (text: string, options: CsvOptions = {}) =>
  readCsv(bytesOf(text), { name: "a.csv", ...options });
const labelsOf = ({ images }: ReadImages) => [...images.labels].map((label) => images.labelTexts[label]);
const refuses = async (text: string | Uint8Array, message: string, options: CsvOptions = {}) => {
  const bytes = typeof text === "string" ? bytesOf(text) : text;
  const error = await readCsv(bytes, { name: "a.csv", ...options }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HeddleError);
  expect((error as Error).message).toContain(message);
};

const header = "label,pixel1,pixel2,pixel3,pixel4";

describe("readCsv on tables of every layout", () => {
  const expected = { images: [0, 1, 2, 255, 10, 11, 12, 13], labels: ["7", "3"], shape: [2, 2, 1] };
  const contents = async (text: string, options?: CsvOptions) => {
    const result = await read(text, options);
    expect(result.dropped.rows).toEqual([]);
    const { images, shape } = result.images;
    return { images: [...images], labels: labelsOf(result), shape: [...shape] };
  };

  it.each([
    ["with a header", `${header}\n7,0,1,2,255\n3,10,11,12,13\n`],
    ["without a header", "7,0,1,2,255\n3,10,11,12,13\n"],
    ["without a line end at the end", `${header}\n7,0,1,2,255\n3,10,11,12,13`],
    ["with the label in the last column", "p0,p1,p2,p3,class\n0,1,2,255,7\n10,11,12,13,3\n"],
    ["with a capitalised label in the middle", "a,b,Target,c,d\n0,1,7,2,255\n10,11,3,12,13\n"],
    ["with numbers as names of columns", "label,0,1,2,3\n7,0,1,2,255\n3,10,11,12,13\n"],
    ["with a column of row numbers", `,${header}\n0,7,0,1,2,255\n1,3,10,11,12,13\n`],
    ["of floats", "7.0,0.0,1.0,2.,255.0\n3.0,1e1,11.0,12.0,1.3E+1\n"],
    ["with semicolons", `${header.replaceAll(",", ";")}\n7;0;1;2;255\n3;10;11;12;13\n`],
    ["with decimal commas", "7;0,0;1,0;2,0;255,0\n3;10,0;11,0;12,0;13,0\n"],
    ["with tabs", `${header.replaceAll(",", "\t")}\n7\t0\t1\t2\t255\n3\t10\t11\t12\t13\n`],
    ["with CRLF", `${header}\r\n7,0,1,2,255\r\n3,10,11,12,13\r\n`],
    ["with lone carriage returns", `${header}\r7,0,1,2,255\r3,10,11,12,13\r`],
    ["with a byte order mark", `\u{feff}${header}\n7,0,1,2,255\n3,10,11,12,13\n`],
    [
      "with quotes",
      `"label","pixel1","pixel2","pixel3","pixel4"\n"7","0","1","2","255"\n"3",10,"11",12,13\n`,
    ],
    ["with spaces and empty lines", `${header}\n\n 7, 0 ,1,2 , 255 \n   \n3,10,11,12,13\n\n`],
  ])("reads a table %s", async (_, text) => {
    expect(await contents(text)).toEqual(expected);
  });

  it("recognises gzip by its bytes", async () => {
    const packed = gzipSync(`${header}\n7,0,1,2,255\n`);
    expect([...(await readCsv(packed)).images.images]).toEqual([0, 1, 2, 255]);
  });

  it("gets the shape from the header or from `shape`", async () => {
    const wide = await read("label,1x1,1x2,1x3,2x1,2x2,2x3\n1,1,2,3,4,5,6\n");
    expect(wide.images.shape).toEqual([2, 3, 1]);
    const fromZero = await read("label,0x0x0,0x0x1,0x1x0,0x1x1\n1,1,2,3,4\n");
    expect(fromZero.images.shape).toEqual([1, 2, 2]);
    const declared = await read("1,1,2,3,4,5,6\n", { shape: [3, 2, 1] });
    expect(declared.images.shape).toEqual([3, 2, 1]);
    const coloured = await read(`1,${Array(12).fill(9).join()}\n`);
    expect(coloured.images.shape).toEqual([2, 2, 3]);
  });

  it("accepts any name as `labelColumn`", async () => {
    const named = await read("kind,a,b,c,d\ncat,1,2,3,4\n", { labelColumn: "kind" });
    expect(labelsOf(named)).toEqual(["cat"]);
  });

  it("refuses files that are not tables of images, naming them", async () => {
    await refuses("", "a.csv: expected rows of label and pixels, received an empty file.");
    await refuses("label\n1\n2\n", "received rows of 1 cell");
    await refuses("1,2,3\n", "expected square images, or a shape, received 2 values per image");
    await refuses("1,2,3,4,5\n", "expected 6 values per image for the shape 2 × 3 × 1, received 4", {
      shape: [2, 3, 1],
    });
    await refuses(
      "pixel0,pixel1\n1,2\n",
      "a column named label, class or target, received a header that starts with pixel0",
    );
    await refuses(
      `${header}\n1,2,3\n1,2,3\n`,
      "expected rows of 5 cells, like the header, received rows of 3",
    );
    await refuses(Uint8Array.of(0xff, 0xfe, 65, 0, 44, 0), "received UTF-16");
    await refuses(Uint8Array.of(1, 0, 44, 50, 10), "received bytes that are not text");
    await refuses(`${header}\n`, "received a table without rows");
    await refuses(
      `${header}\n1,,,,\n`,
      "received 1 damaged ones, the first in line 2: column 2 (pixel1) is empty",
    );
    await refuses(gzipSync("1,2,3,4,5\n".repeat(1000)).subarray(0, 30), "expected a whole gzip stream");
  });
});

describe("readCsv on values", () => {
  it("keeps bytes, and makes floats of anything else", async () => {
    const floats = (text: string) => read(`1,0,1,2,3\n2,${text},1,2,3\n`);
    expect((await floats("255")).images.images).toBeInstanceOf(Uint8Array);
    for (const text of ["256", "-1", "0.5", "1e3"]) {
      const { images } = (await floats(text)).images;
      expect(images).toBeInstanceOf(Float32Array);
      expect([...images]).toEqual([0, 1, 2, 3, Number(text), 1, 2, 3]);
    }
  });

  it("parses numbers as Number() does, rounded to 32 bits", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ noNaN: true, min: -1e30, max: 1e30 }), { minLength: 4, maxLength: 4 }),
        async (values) => {
          const { images } = await read(`1,${values.join()}\n`);
          expect([...images.images].map((value) => value + 0)).toEqual(
            values.map((value) => Math.fround(value) + 0),
          );
        },
      ),
    );
    const digits = [
      "0.1",
      "123456789.123456",
      "0.000000000000001",
      "12345678901234567890",
      "1.7976931348623157",
    ];
    const { images } = await read(`1,${digits.slice(0, 4).join()}\n`);
    expect([...images.images]).toEqual(digits.slice(0, 4).map((text) => Math.fround(Number(text))));
  });

  it("keeps bytes if only a dropped row holds a float", async () => {
    const { images } = await read("1,1,2,3,4\n1,0.5,x,3,4\n");
    expect(images.images).toBeInstanceOf(Uint8Array);
  });
});

describe("readCsv on damaged rows", () => {
  const good = "5,1,2,3,4\n6,1,2,3,4\n";

  it.each([
    ["5,1,,3,4", "missing value", "column 3 (pixel2) is empty", "5"],
    ["5,1,NA,3,4", "missing value", 'column 3 (pixel2) is "NA"', "5"],
    ["5,1,nan,3,4", "missing value", 'column 3 (pixel2) is "nan"', "5"],
    ["5,1,null,3,4", "missing value", 'column 3 (pixel2) is "null"', "5"],
    ["5,1,?,3,4", "missing value", 'column 3 (pixel2) is "?"', "5"],
    ["5,1,2x,3,4", "unreadable value", 'column 3 (pixel2) is "2x"', "5"],
    ["5,1,0x10,3,4", "unreadable value", 'column 3 (pixel2) is "0x10"', "5"],
    ["5,1,inf,3,4", "unreadable value", 'column 3 (pixel2) is "inf"', "5"],
    ["5,1,1e99,3,4", "unreadable value", 'column 3 (pixel2) is "1e99"', "5"],
    ["5,1,2,3", "too few cells", "4 cells instead of 5", "5"],
    ["5", "too few cells", "1 cell instead of 5", "5"],
    ["5,1,2,3,4,5", "too many cells", "6 cells instead of 5", "5"],
    ["5,1,2,3,4,", "too many cells", "6 cells instead of 5", "5"],
    [",1,2,3,4", "missing label", "column 1 (label) is empty", undefined],
    ["x9,1,2,3,4", "unreadable label", '"x9" among labels that are whole numbers', undefined],
    ["-1,1,2,3,4", "unreadable label", '"-1" among labels that are whole numbers', undefined],
    ['5,1,"2,3,4', "too few cells", "3 cells instead of 5", "5"],
    ['5,1,2,3,"4', "unclosed quote", "column 5 (pixel4) has an unclosed quote", "5"],
  ])("drops the row %s because of: %s", async (row, reason, detail, label) => {
    const { images, dropped } = await read(`${header}\n${good}${row}\n${good}`);
    const expected = { file: "a.csv", line: 4, reason, ...(label !== undefined && { label }), detail };
    expect(dropped).toEqual({ read: 5, zeroed: 0, rows: [expected] });
    expect([...images.images]).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
    await refuses(`${header}\n${good}${row}\n${good}`, `a.csv, line 4: expected a whole row`, {
      missing: "error",
    });
  });

  it("does not let a damaged first row decide the layout", async () => {
    const { images, dropped } = await read(`5,1,2\n${good}`);
    expect(images.count).toBe(2);
    expect(dropped.rows).toMatchObject([{ line: 1, reason: "too few cells" }]);
  });

  it('reads missing values as 0 with `missing: "zero"`', async () => {
    const { images, dropped } = await read(`${header}\n5,1,,NA,4\n6,1,2,x,4\n,1,2,3,4\n`, {
      missing: "zero",
    });
    expect([...images.images]).toEqual([1, 0, 0, 4]);
    expect(dropped.zeroed).toBe(2);
    expect(dropped.rows.map(({ line, reason }) => [line, reason])).toEqual([
      [3, "unreadable value"],
      [4, "missing label"],
    ]);
  });

  it("counts dropped rows by reason", async () => {
    const { text, expected } = damagedCsv();
    const { images, dropped } = await read(text);
    expect(images.count).toBe(expected.kept);
    expect(dropped.rows.map(({ line }) => line)).toEqual(expected.lines);
    expect(summarizeDropped(dropped)).toMatchObject({ dropped: 100, byReason: expected.byReason });
  });

  it("reads the same images from chunks of any size", async () => {
    const { text } = damagedCsv();
    const bytes = bytesOf(`\u{feff}${text.split("\r\n").slice(0, 60).join("\r\n")}`);
    const whole = await readCsv(bytes, { name: "a.csv" });
    await fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 40 }), (sizes) => {
        const reader = new CsvReader({ name: "a.csv" });
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = sizes[turn % sizes.length]!;
          reader.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(reader.finish()).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });
});

describe("readCsv on hostile tables", () => {
  it("takes time proportional to the length of a cell, not to its square", async () => {
    const { dropped } = await read(`${header}\n1,2,3,4,${"1".repeat(2_000_000)}x\n1,2,3,4,5\n`);
    expect(dropped.rows.map(({ line, reason }) => [line, reason])).toEqual([[2, "unreadable value"]]);
  });

  it("takes time proportional to the length of a line, even if it is full of carriage returns", async () => {
    // Each piece of 64 KiB holds carriage returns, which do not end lines here.
    const text = `${header}\n1,2,3,4,5\n${"\r".repeat(8 << 20)}\n2,2,3,4,5\n`;
    const { images } = await read(text);
    expect(labelsOf({ images } as ReadImages)).toEqual(["1", "2"]);
  });

  it("refuses rows with more cells than any image has", async () => {
    await refuses(`1${",".repeat(2_000_001)}\n`, "expected at most 2000000 cells in a row, received more.");
  });

  it("drops labels that are longer than any name", async () => {
    const { dropped } = await read(`${header}\n${"a".repeat(1001)},2,3,4,5\nb,2,3,4,5\n`);
    expect(dropped.rows.map(({ line, reason }) => [line, reason])).toEqual([[2, "unreadable label"]]);
  });

  it("gives up on a table of damaged rows", async () => {
    const packed = gzipSync(`${header}\n${"1,2,3,4,5\n".repeat(20)}${"x\n".repeat(1_000_001)}`);
    await refuses(packed, "expected at most 1000000 damaged rows, received more, up to line 1000022");
  });

  it("gives up on a table in which every row has its own label", async () => {
    const rows = Array.from({ length: 131_073 }, (_, row) => `n${row},0,0,0,0`);
    await refuses([header, ...rows].join("\n"), "expected at most 131072 different labels");
  });
});

describe("a line without an end", () => {
  it("is refused after 16 MiB, also below a header, whose layout is not known yet", () => {
    const reader = new CsvReader({ name: "bomb.csv" });
    reader.push(new TextEncoder().encode("label,pixel1,pixel2,pixel3,pixel4\n"));
    const piece = new Uint8Array(1 << 20).fill(0x30);
    for (let mebibytes = 0; mebibytes < 16; mebibytes++) reader.push(piece);
    expect(() => reader.push(piece)).toThrow(
      "bomb.csv: expected lines of at most 16 MiB, received a longer one at the start.",
    );
  });
});
