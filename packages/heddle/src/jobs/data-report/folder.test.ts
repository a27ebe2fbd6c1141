import {
  existsSync,
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
import { leftoverOf } from "@heddle/core/internal/base/aside.testing.js";
import { AbortedError } from "@heddle/core/internal/base/errors.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DataFindings } from "./findings.js";
import { ReportFolder } from "./folder.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-report-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>';
const figure = (name: string): Figure => ({ name, title: name, alt: name, svg, darkSvg: svg });
const findings = { heddle: "0.1.0", nearDuplicates: {}, figures: ["a"] } as unknown as DataFindings;

describe("the folder of a data report", () => {
  it("is known again where its figures were not all written, as after a kill or on a full disk", async () => {
    const path = join(folder, "report");
    const first = await ReportFolder.open(path);
    await first.write("page", findings, [figure("a")]);
    rmSync(first.pagePath);
    rmSync(join(path, "figures", "a.png"));
    writeFileSync(await leftoverOf(join(path, "figures", "c.svg"), "tmp"), "<svg");
    const again = await ReportFolder.open(path);
    await again.write("page", { ...findings, figures: ["c"] }, [figure("c")]);
    expect(readdirSync(path).sort()).toEqual(["figures", "findings.json", "report.html"]);
    expect(readdirSync(join(path, "figures")).sort()).toEqual(["c.png", "c.svg"]);
  });

  it("stays as it was if a signal stops the writing, and is removed if it was new", async () => {
    const path = join(folder, "stopped");
    const signal = AbortSignal.abort();
    const first = await ReportFolder.open(path);
    await expect(first.write("page", findings, [figure("a")], signal)).rejects.toThrow(AbortedError);
    expect(readdirSync(path)).toEqual([]);
    await first.abandon();
    expect(existsSync(path)).toBe(false);
    await (await ReportFolder.open(path)).write("page", findings, [figure("a")]);
    const again = await ReportFolder.open(path);
    const changed = { ...findings, figures: ["b"] };
    await expect(again.write("new", changed, [figure("b")], signal)).rejects.toThrow(AbortedError);
    expect(readFileSync(join(path, "findings.json"), "utf8")).toBe(`${JSON.stringify(findings)}\n`);
    expect(readdirSync(join(path, "figures")).sort()).toEqual(["a.png", "a.svg"]);
  });

  it("is empty again where a kill left nothing but temporary files", async () => {
    writeFileSync(await leftoverOf(join(folder, "findings.json"), "tmp"), "{");
    await ReportFolder.open(folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    [["thesis.docx"], "a folder with other files"],
    [["report.html"], "a folder with other files"],
    [["findings.json", "notes.md"], "a report's folder that also holds notes.md"],
    [["findings.json", "figures/photo.jpg"], "a report's folder that also holds figures/photo.jpg"],
    [["findings.json", "figures/holiday.png"], "a report's folder that also holds figures/holiday.png"],
    [["findings.json"], "something else"],
  ])("is not one with %j", async (names, received) => {
    for (const name of names) {
      mkdirSync(join(folder, name, ".."), { recursive: true });
      writeFileSync(
        join(folder, name),
        name === "findings.json" && names.length > 1 ? JSON.stringify(findings) : "{}",
      );
    }
    await expect(ReportFolder.open(folder)).rejects.toThrow(received);
  });

  it.skipIf(process.platform === "win32")("holds no link", async () => {
    await (await ReportFolder.open(folder)).write("page", findings, []);
    mkdirSync(join(folder, "elsewhere"));
    rmSync(join(folder, "figures"), { recursive: true, force: true });
    symlinkSync(tmpdir(), join(folder, "figures"));
    await expect(ReportFolder.open(folder)).rejects.toThrow("also holds");
  });

  it("has a path", async () => {
    await expect(ReportFolder.open("")).rejects.toThrow("Report: expected a path");
  });
});
