import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AbortedError } from "@heddle/core/internal/base/errors.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GENERATOR } from "./render-page.js";
import { checkPagePath, writePage } from "./write-page.js";

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
    await writePage(join(folder, "a.html"), GENERATOR, [figure]);
    await writePage(join(folder, "a.html"), `${GENERATOR}again`, [figure]);
    expect(readFileSync(join(folder, "a.html"), "utf8")).toBe(`${GENERATOR}again`);
    expect(readdirSync(join(folder, "a-figures")).sort()).toEqual(["curve.png", "curve.svg", "mine.txt"]);
    expect(readdirSync(folder).sort()).toEqual(["a-figures", "a.html"]);
  });

  it("replaces no figures that belong to no page", async () => {
    mkdirSync(join(folder, "f-figures"));
    writeFileSync(join(folder, "f-figures", "curve.png"), "mine");
    await expect(writePage(join(folder, "f.html"), GENERATOR, [figure])).rejects.toThrow(
      `Folder ${join(folder, "f-figures")}: expected no figures, because there is no page that they belong to, received curve.png.`,
    );
    expect(readFileSync(join(folder, "f-figures", "curve.png"), "utf8")).toBe("mine");
  });

  it("leaves no files if it cannot write, and keeps the earlier page", async () => {
    writeFileSync(join(folder, "b-figures"), "a file");
    writeFileSync(join(folder, "b.html"), GENERATOR);
    const names = readdirSync(folder);
    await expect(writePage(join(folder, "b.html"), "<p>", [figure])).rejects.toThrow("b.html: expected");
    expect(readFileSync(join(folder, "b.html"), "utf8")).toBe(GENERATOR);
    expect(readdirSync(folder)).toEqual(names);
  });

  it("leaves no files if a signal stops it, and keeps the earlier page", async () => {
    await writePage(join(folder, "s.html"), GENERATOR, []);
    const names = readdirSync(folder);
    const stopped = writePage(join(folder, "s.html"), `${GENERATOR}new`, [figure], AbortSignal.abort());
    await expect(stopped).rejects.toThrow(AbortedError);
    expect(readFileSync(join(folder, "s.html"), "utf8")).toBe(GENERATOR);
    expect(readdirSync(folder)).toEqual(names);
  });

  it("replaces nothing but a page of Heddle's, and follows no link", async () => {
    writeFileSync(join(folder, "c.html"), "<p>my own");
    await expect(writePage(join(folder, "c.html"), GENERATOR, [figure])).rejects.toThrow(
      `File ${join(folder, "c.html")}: expected a page of Heddle's, which is replaced, or no file, received something else.`,
    );
    expect(readFileSync(join(folder, "c.html"), "utf8")).toBe("<p>my own");
    await expect(checkPagePath("")).rejects.toThrow("Page: expected a path");
    if (process.platform === "win32") return;
    mkdirSync(join(folder, "elsewhere"));
    symlinkSync(join(folder, "elsewhere"), join(folder, "d-figures"));
    await expect(writePage(join(folder, "d.html"), GENERATOR, [figure])).rejects.toThrow("received a link");
    expect(readdirSync(join(folder, "elsewhere"))).toEqual([]);
  });

  it("refuses a path below a file, and leaves the file alone", async () => {
    const file = join(folder, "keep");
    writeFileSync(file, "precious");
    for (const path of [join(file, "index.html"), join(file, "deep", "index.html")]) {
      await expect(checkPagePath(path)).rejects.toThrow(
        `File ${path}: expected a folder above it, received the file ${file}. Choose another folder.`,
      );
    }
    expect(readFileSync(file, "utf8")).toBe("precious");
  });

  it("refuses a folder, and suggests a file in it", async () => {
    await expect(checkPagePath(folder)).rejects.toThrow(
      `File ${folder}: expected a file for the page, received a folder. Name a file in it: ${join(folder, "report.html")}.`,
    );
    await checkPagePath(join(folder, "new.html"));
  });
});
