import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeAside } from "./write-aside.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-swap-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const writeFolder = async (aside: string) => {
  mkdirSync(aside);
  writeFileSync(join(aside, "new"), "new");
};

describe("writeAside", () => {
  it("replaces a folder, and leaves nothing next to it", async () => {
    const target = join(folder, "photos");
    mkdirSync(target);
    writeFileSync(join(target, "old"), "old");
    await writeAside(target, writeFolder, { check: async () => {} });
    expect(readdirSync(folder)).toEqual(["photos"]);
    expect(readdirSync(target)).toEqual(["new"]);
  });

  it("puts the old folder back where the new one does not arrive", async () => {
    const target = join(folder, "photos");
    mkdirSync(target);
    writeFileSync(join(target, "old"), "old");
    let aside = "";
    const write = async (path: string) => {
      aside = path;
      await writeFolder(path);
    };
    // Something takes the new folder away in the last moment, so that the second of two renames fails.
    const check = async () => rmSync(aside, { recursive: true });
    await expect(writeAside(target, write, { check })).rejects.toThrow("received no such file or folder");
    expect(readdirSync(folder)).toEqual(["photos"]);
    expect(readFileSync(join(target, "old"), "utf8")).toBe("old");
  });

  it("checks once more, when everything is written, whether the target may be replaced", async () => {
    const check = async () => {
      throw new Error("somebody put a file there");
    };
    await expect(writeAside(join(folder, "photos"), writeFolder, { check })).rejects.toThrow(
      "somebody put a file",
    );
    expect(readdirSync(folder)).toEqual([]);
  });
});
