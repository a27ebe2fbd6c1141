import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type PictureInputs, type RowInputs, readInputs } from "./prediction-inputs.js";
import { temporaryFolder } from "./tiny-dataset.testing.js";

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

function file(path: string, content: string | Uint8Array = ""): string {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), content);
  return join(folder, path);
}

async function read(path: string) {
  const warnings: string[] = [];
  const inputs = await readInputs(path, { onWarning: (message) => warnings.push(message) });
  return { inputs, warnings };
}

/** A NumPy array of bytes, `[2, 2, 2]`. */
function npy(): Uint8Array {
  const header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 2), }".padEnd(117).concat("\n");
  const bytes = Uint8Array.of(0x93, ...Buffer.from("NUMPY"), 1, 0, header.length, 0);
  return Buffer.concat([bytes, Buffer.from(header), Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)]);
}

describe("what is to be predicted", () => {
  it("counts the damaged rows of a table without labels, so that answers have their numbers", async () => {
    const path = file("rows.csv", "pixel0,pixel1,pixel2,pixel3\n1,2,3,255\n1,oops,3,4\n9,8,7,6\n");
    const { inputs, warnings } = await read(path);
    const [rows] = inputs as RowInputs[];
    expect([rows!.rows, rows!.labels, rows!.images.count]).toEqual([[1, 3], undefined, 2]);
    expect(warnings.join()).toContain("1 of 3 rows");
  });

  it("keeps the labels of a table that has some", async () => {
    const path = file("labelled.csv", "label,pixel0,pixel1,pixel2,pixel3\nb,1,2,3,255\na,9,8,7,6\n");
    const [rows] = (await read(path)).inputs as RowInputs[];
    expect(rows!.labels).toEqual(["b", "a"]);
  });

  it("may be a single array", async () => {
    const [rows] = (await read(file("x.npy", npy()))).inputs as RowInputs[];
    expect([rows!.images.shape, rows!.rows]).toEqual([
      [2, 2, 1],
      [1, 2],
    ]);
  });

  it("are all pictures below a folder, with the folder of each, and those that a pattern matches", async () => {
    for (const path of ["set/cat/1.png", "set/dog/deep/2.jpg", "set/3.png", "set/notes.txt"]) file(path);
    const [pictures] = (await read(join(folder, "set"))).inputs as PictureInputs[];
    expect(pictures!.pictures).toEqual([
      { path: "3.png", folder: "set" },
      { path: "cat/1.png", folder: "cat" },
      { path: "dog/deep/2.jpg", folder: "deep" },
    ]);
    const [matched] = (await read(join(folder, "set/*/*.png"))).inputs as PictureInputs[];
    expect(matched!.pictures.map(({ folder }) => folder)).toEqual(["cat"]);
  });

  it("names what is missing", async () => {
    file("rows.csv");
    await expect(read(join(folder, "set/*.gif"))).rejects.toThrow("a pattern that matches nothing");
    await expect(read(join(folder, "row.csv"))).rejects.toThrow(`Did you mean ${join(folder, "rows.csv")}?`);
    await expect(read(file("photo.heic", "x"))).rejects.toThrow("convert them to JPEG");
  });
});
