// `heddle convert` and the forms of data, on the command line.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { damagedCsv } from "../packages/core/dist/data/csv/damaged.testing.js";
import { isOneLine, readJson, Workspace } from "./cli.js";

const work = new Workspace();
const lastLine = (text: string) => JSON.parse(text.trim().split("\n").at(-1)!);

describe("heddle convert", () => {
  it("converts images through every form and back without changing them", async () => {
    const steps = [
      ["clothes", "one.npz"],
      ["one.npz", "tables", "--to", "csv"],
      ["tables", "pictures", "--to", "images"],
      ["pictures", "back", "--to", "idx"],
    ];
    for (const step of steps) {
      const { code, stdout, stderr } = await work.heddle(["convert", ...step]);
      expect([step, code, stderr]).toEqual([step, 0, ""]);
      expect(stdout).toContain(
        `${step[1]}: 600 training and 200 test images of 28 × 28 × 1 in 10 classes, as `,
      );
    }
    const described = async (path: string) => {
      const { train, test } = lastLine((await work.heddle(["data", path, "--json"])).stdout);
      return { train, test };
    };
    const first = await described("clothes");
    for (const path of ["one.npz", "tables", "pictures", "back"])
      expect(await described(path)).toEqual(first);
    expect(readFileSync(work.file("tables", "train.csv"), "utf8").slice(0, 20)).toBe("label,pixel1,pixel2,");
    expect(readdirSync(work.file("pictures", "test"))).toHaveLength(10);
  });

  it("refuses to overwrite, says so in one line, and leaves no file", async () => {
    writeFileSync(work.file("there.csv"), "mine");
    mkdirSync(work.file("letters"));
    writeFileSync(work.file("letters", "letter.txt"), "dear");
    const before = readdirSync(work.path).sort();
    const attempts: [string[], string][] = [
      [["clothes", "there.csv"], "replace it with --force"],
      [["clothes", "letters", "--to", "images", "--force"], "a folder that does not hold a dataset"],
      [["clothes", "folder"], "or --to: idx, csv, npz or images"],
      [["clothes", "a.npz", "--to", "csv"], "received one that ends in .npz"],
      [["none.csv", "a.npz"], "which is none of these"],
      [["clothes", "a.npz", "--size", "28"], "Expected a height and a width"],
    ];
    for (const [args, message] of attempts) {
      const { code, stderr } = await work.heddle(["convert", ...args]);
      expect([code, isOneLine(stderr), stderr]).toEqual([2, true, expect.stringContaining(message)]);
    }
    expect(readdirSync(work.path).sort()).toEqual(before);
    expect(readFileSync(work.file("there.csv"), "utf8")).toBe("mine");
    expect((await work.heddle(["convert", "clothes", "there.csv", "--force"])).code).toBe(0);
    expect(readFileSync(work.file("there.csv"), "utf8")).toMatch(/^label,/);
  });
});

describe("a damaged table", () => {
  it("is reported in a few lines, and in full as JSON", async () => {
    const { text, expected } = damagedCsv();
    writeFileSync(work.file("damaged.csv"), text);
    const { stdout, stderr } = await work.heddle(["data", "damaged.csv", "--json"]);
    const { dropped, source } = lastLine(stdout);
    expect(dropped.rows.map(({ line }: { line: number }) => line)).toEqual(expected.lines);
    expect(source.dropped).toMatchObject({ read: 1000, dropped: 100, byReason: expected.byReason });
    expect(stderr).toContain("100 of 1,000 rows were dropped.");
    expect(stderr).toContain('damaged.csv:15  missing value     column 784 (pixel783) is "NaN"');
    expect(stderr).toContain("… and 90 more");
    const { code, stderr: refused } = await work.heddle(["data", "damaged.csv", "--missing", "error"]);
    expect([code, isOneLine(refused)]).toEqual([2, true]);
    expect(refused).toContain("damaged.csv, line 5: expected a whole row");
  });

  it("is read and split in the same way whenever its run is evaluated or verified", async () => {
    const { text } = damagedCsv();
    writeFileSync(work.file("table.csv"), text);
    const train = ["train", "--data", "table.csv", "--missing", "zero", "--epochs", "1", "--quiet"];
    expect((await work.heddle(train)).code).toBe(0);
    const run = work.runs().at(-1)!;
    expect(readJson(run, "run.json").dataset.source).toMatchObject({
      form: "csv",
      options: { missing: "zero" },
      split: { fraction: 1 / 6, seed: 42 },
      dropped: { read: 1000, zeroed: 30, dropped: 70 },
    });
    expect(existsSync(`${run}/report.html`)).toBe(true);
    const images = async (path: string) => {
      const { stdout } = await work.heddle(["evaluate", "latest", "--data", path, "--json"]);
      return lastLine(stdout).test.images;
    };
    expect(await images("table.csv")).toBe(154);
    expect((await work.heddle(["convert", "clothes", "other.csv"])).code).toBe(0);
    expect((await work.heddle(["evaluate", "latest", "--data", "other.csv"])).stderr).toContain(
      "expected the model's classes: 0, 1, 2, 3, 4, 5, 6, received the class 7",
    );
    const rows = text.split("\r\n");
    writeFileSync(work.file("new.csv"), rows.slice(0, 5).concat(rows.slice(96, 104)).join("\n"));
    // Line 5 lacks a value, which is read as 0, as in the run.
    expect(await images("new.csv")).toBe(12);
    const verified = await work.heddle(["verify", "latest", "--quiet"]);
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining("Verified")]);
  });
});
