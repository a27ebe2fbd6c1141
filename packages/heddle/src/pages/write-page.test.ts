import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { refuseFolder, writePage } from "./write-page.js";

const figure: Figure = {
  name: "curve",
  title: "Curve",
  alt: "A curve",
  svg: '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
  darkSvg: '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
};

describe("writePage", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "heddle-page-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("writes the page and its figures, and leaves other files alone", async () => {
    mkdirSync(join(folder, "a-figures"));
    writeFileSync(join(folder, "a-figures", "mine.txt"), "mine");
    await writePage(join(folder, "a.html"), "<p>", [figure]);
    await writePage(join(folder, "a.html"), "<p>again", [figure]);
    expect(readFileSync(join(folder, "a.html"), "utf8")).toBe("<p>again");
    expect(readdirSync(join(folder, "a-figures")).sort()).toEqual(["curve.png", "curve.svg", "mine.txt"]);
    expect(readdirSync(folder).sort()).toEqual(["a-figures", "a.html"]);
  });

  it("leaves no files if it cannot write, and keeps the earlier page", async () => {
    writeFileSync(join(folder, "b-figures"), "a file");
    writeFileSync(join(folder, "b.html"), "before");
    const names = readdirSync(folder);
    await expect(writePage(join(folder, "b.html"), "<p>", [figure])).rejects.toThrow("b.html: expected");
    expect(readFileSync(join(folder, "b.html"), "utf8")).toBe("before");
    expect(readdirSync(folder)).toEqual(names);
  });

  it("refuses a folder, and suggests a file in it", async () => {
    await expect(refuseFolder(folder)).rejects.toThrow(
      `File ${folder}: expected a file for the page, received a folder. Name a file in it: ${join(folder, "report.html")}.`,
    );
    await refuseFolder(join(folder, "new.html"));
  });
});
