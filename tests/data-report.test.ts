import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { generateFashionSketch, type ImageSet } from "../packages/core/dist/data/index.js";
import { isOneLine, readJson, Workspace } from "./cli.js";
import { writeIdxFolder } from "./idx-folder.js";

/** The first image of `from`, a little darker, in place of the image at `position` of `to`. */
function plant(from: ImageSet, to: ImageSet, position: number): void {
  for (let at = 0; at < 784; at++) to.images[position * 784 + at] = Math.round(from.images[at]! * 0.9);
}

describe("heddle data --report", () => {
  const work = new Workspace();
  beforeAll(() => {
    const { train, test } = generateFashionSketch({ train: 300, test: 60 });
    plant(train, test, 17);
    test.labels[17] = (train.labels[0]! + 1) % 10;
    writeIdxFolder(work.file("leaky"), { train, t10k: test });
    const single = generateFashionSketch({ train: 30, test: 10 });
    single.train.labels.fill(0);
    single.test.labels.fill(0);
    writeIdxFolder(work.file("single"), { train: single.train, t10k: single.test });
  });

  it("writes a page, its figures and its findings", { timeout: 120_000 }, async () => {
    const words = ["data", "leaky", "--report", "looks", "--epochs", "16", "--json"];
    const { code, stdout, stderr } = await work.heddle(words);
    expect(code, stderr).toBe(0);
    const answer = JSON.parse(stdout);
    const { nearDuplicates, labelErrors, figures } = answer.findings;
    expect(answer.train.images).toBe(300);
    const pair = nearDuplicates.pairs.find((one: { second: unknown }) =>
      JSON.stringify(one.second).includes('"index":17'),
    );
    expect(pair).toMatchObject({ first: { split: "train", index: 0 }, second: { split: "test", index: 17 } });
    expect(nearDuplicates.betweenSplits.otherLabel).toBeGreaterThan(0);
    expect([labelErrors.folds, labelErrors.epochs]).toEqual([4, 16]);
    expect(labelErrors.train.thresholds).toHaveLength(10);

    const page = readFileSync(work.file("looks", "report.html"), "utf8");
    expect(page).toMatch(/<\/html>\n$/);
    expect(page).not.toMatch(/\b(NaN|undefined|\[object)/);
    for (const id of ["summary", "balance", "classes", "means", "pixels", "near-duplicates", "label-errors"])
      expect(page).toContain(`id="${id}"`);
    // The page needs no other file, and runs no script.
    expect(page).not.toMatch(/<script|<link|src="|url\(http/);
    const files = readdirSync(work.file("looks", "figures")).sort();
    expect(files).toEqual(figures.flatMap((name: string) => [`${name}.png`, `${name}.svg`]).sort());
    expect(files).toContain("near-duplicates-between.svg");
    const kept = readJson(work.file("looks"), "findings.json");
    expect(kept.nearDuplicates).toEqual(nearDuplicates);
    expect(kept.labelErrors).toEqual(labelErrors);
    expect(stderr).toContain("Suspected label errors, for you to check");

    // Again, into the same folder: what is no longer drawn is removed.
    const again = await work.heddle(["data", "leaky", "--report", "looks", "--no-label-errors"]);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toContain("Omitted: Suspected label errors: switched off");
    expect(readdirSync(work.file("looks", "figures")).some((name) => name.startsWith("label-"))).toBe(false);
    expect(readJson(work.file("looks"), "findings.json").nearDuplicates).toEqual(nearDuplicates);
  });

  it("names what it omits for a dataset of one class", { timeout: 60_000 }, async () => {
    const { code, stdout, stderr } = await work.heddle(["data", "single", "--report"]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(
      "Omitted: Suspected label errors: there are fewer than two classes to tell apart.",
    );
    const [name] = readdirSync(work.file("data-reports"));
    expect(existsSync(work.file("data-reports", name!, "report.html"))).toBe(true);
  });

  it("refuses options without an effect, and folders that hold something else", async () => {
    mkdirSync(work.file("mine"));
    writeFileSync(work.file("mine", "thesis.txt"), "");
    const refusals: readonly (readonly [readonly string[], string])[] = [
      [["--report", "fashion-sketch"], "Write the name first: heddle data fashion-sketch --report."],
      [["leaky", "--epochs", "2"], "Option --epochs: expected --report as well, received none."],
      [["leaky", "--no-label-errors"], "Option --no-label-errors: expected --report as well"],
      [["leaky", "--report", "x", "--no-label-errors", "--epochs", "2"], "received --no-label-errors"],
      [["leaky", "--report", "mine"], "Folder mine: expected a new or empty folder"],
      [["leaky", "--report", "mine/thesis.txt"], "File mine/thesis.txt: expected a folder for the report"],
    ];
    for (const [words, text] of refusals) {
      const { code, stderr } = await work.heddle(["data", ...words]);
      expect([code, stderr.includes(text)], `${words.join(" ")}: ${stderr}`).toEqual([2, true]);
      expect(isOneLine(stderr)).toBe(true);
    }
    expect(readdirSync(work.file("mine"))).toEqual(["thesis.txt"]);
  });

  it("leaves no file when it is stopped", { timeout: 60_000 }, async () => {
    const running = work.start(["data", "leaky", "--report", "stopped", "--epochs", "200"]);
    await running.printed("Training 4 models");
    running.child.kill("SIGINT");
    const { code, stderr } = await running.finished;
    expect(code, stderr).toBe(130);
    expect(existsSync(work.file("stopped"))).toBe(false);
  });
});
