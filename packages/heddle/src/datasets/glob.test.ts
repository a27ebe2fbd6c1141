import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { expandGlob, isGlob } from "./glob.js";
import { temporaryFolder } from "./tiny-dataset.testing.js";

describe("patterns of paths", () => {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
    for (const file of ["a.png", "b.jpg", "c.txt", ".hidden.png", "deep/d.png", "deep/down/e1.png"]) {
      mkdirSync(join(folder, file, ".."), { recursive: true });
      writeFileSync(join(folder, file), "");
    }
  });

  it.each([
    ["*.png", ["a.png"]],
    ["*.{png,jpg}", ["a.png", "b.jpg"]],
    ["[ab].*", ["a.png", "b.jpg"]],
    ["[!a].???", ["b.jpg", "c.txt"]],
    ["**/*.png", ["a.png", "deep/d.png", "deep/down/e1.png"]],
    ["*/down/e?.png", ["deep/down/e1.png"]],
    ["*.gif", []],
  ])("%s matches names, folders and nothing hidden", async (pattern, expected) => {
    const paths = await expandGlob(join(folder, pattern));
    expect(paths.map((path) => relative(folder, path).replaceAll("\\", "/"))).toEqual(expected);
  });

  it("are told from plain paths", () => {
    expect(["a.png", "a*.png", "a?.png"].map(isGlob)).toEqual([false, true, true]);
  });
});
