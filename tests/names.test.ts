import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Workspace } from "./cli.js";

const SIDE = 6;
const PER_CLASS = 10;

const WORST = [
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "a\u0001b",
  "\u001b[31mred",
  "a\ufffeb\uffff",
  "line\u2028separator",
  "</script>]]><b>",
  "\"'\\`",
  "\u202egnirts",
  "first\nsecond",
];
const spare = fc.string({ unit: "binary", minLength: 1, maxLength: 12 });
const name = fc
  .oneof(fc.constantFrom(...WORST), spare)
  // A table holds neither NUL nor half a character, trims its cells, and reads numbers and empty cells as such.
  .map((text) => text.replace(/\0|\p{Cs}/gu, "x").trim())
  .filter((text) => /[^\d\s.?-]/.test(text) && !/^(na|nan|null|none|n\/a)$/i.test(text));
const names = fc.uniqueArray(name, { minLength: 3, maxLength: 4, selector: (text) => text.toLowerCase() });

function table(classNames: readonly string[]): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const rows = Array.from({ length: PER_CLASS * classNames.length }, (_, row) => {
    const label = row % classNames.length;
    const pixels = Array.from({ length: SIDE ** 2 }, (_, at) => (label * 60 + row * 7 + at * 13) % 256);
    return [quoted(classNames[label]!), ...pixels].join(",");
  });
  const head = ["label", ...Array.from({ length: SIDE ** 2 }, (_, at) => `pixel${at + 1}`)];
  return `${[head.join(","), ...rows].join("\n")}\n`;
}

const model = (classes: number) =>
  JSON.stringify({
    class_name: "Sequential",
    config: {
      layers: [
        { class_name: "InputLayer", config: { batch_shape: [null, SIDE, SIDE, 1] } },
        { class_name: "Conv2D", config: { filters: 2, kernel_size: 3 } },
        { class_name: "Flatten", config: {} },
        { class_name: "Dense", config: { units: classes, activation: "softmax" } },
      ],
    },
  });

describe("classes of any name", () => {
  const work = new Workspace();

  it("are trained, reported, evaluated, explained, compared, examined and converted", {
    timeout: 240_000,
  }, async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(names, async (classNames) => {
        const folder = `round-${++round}`;
        mkdirSync(work.file(folder));
        const [data, json, runs] = ["data.csv", "model.json", "runs"].map((file) => `${folder}/${file}`);
        writeFileSync(work.file(data!), table(classNames));
        writeFileSync(work.file(json!), model(classNames.length));
        const run = async (...words: string[]) => {
          const { code, stdout, stderr } = await work.heddle(words);
          expect(code, `${words.join(" ")}: ${stderr}`).toBe(0);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: nothing that a terminal would execute
          expect(stdout + stderr).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
        };
        const training = ["train", json!, "--data", data!, "--epochs", "1", "--run-dir", runs!];
        await run(...training);
        await run(...training);
        await run("report", "latest", "--run-dir", runs!);
        await run("evaluate", "latest", "--run-dir", runs!, "--report", `${folder}/evaluation.html`);
        await run("explain", "latest", "--run-dir", runs!);
        await run("compare", ...work.runs(runs!), "--report", `${folder}/comparison.html`);
        await run("data", data!, "--report", `${folder}/data`, "--no-label-errors");
        await run("convert", data!, `${folder}/images`, "--to", "images");
        await run("convert", data!, `${folder}/data.npz`, "--to", "npz");
        await run("data", `${folder}/images`);
        const page = readFileSync(`${work.runs(runs!).at(-1)}/report.html`, "utf8");
        expect(page.match(/<\/script>/g)?.length ?? 0).toBe(page.match(/<script/g)?.length ?? 0);
        rmSync(work.file(folder), { recursive: true });
      }),
      { numRuns: 3, examples: [[WORST.slice(0, 4)], [WORST.slice(4, 8)], [WORST.slice(8, 12)]] },
    );
  });

  it("are as many as there are: one training, its report and its data's", { timeout: 120_000 }, async () => {
    const classNames = Array.from({ length: 1200 }, (_, label) => `class ${label}`);
    writeFileSync(work.file("many.csv"), table(classNames));
    writeFileSync(work.file("many.json"), model(classNames.length));
    const trained = await work.heddle(["train", "many.json", "--data", "many.csv", "--epochs", "1"]);
    expect(trained.code, trained.stderr).toBe(0);
    const page = readFileSync(`${work.runs().at(-1)}/report.html`, "utf8");
    expect(page).toContain("A confusion matrix of 1,200 classes cannot be read, so there is none.");
    expect(page).toContain("The 100 lowest F1 of 1,200 classes");
    const examined = await work.heddle(["data", "many.csv", "--report", "many-report", "--json"]);
    expect(examined.code, examined.stderr).toBe(0);
    const { findings } = JSON.parse(examined.stdout);
    expect(findings.leftOut).toEqual([
      {
        what: "Suspected label errors",
        why: "there are 1,200 classes; at most 1,000 can be told apart",
      },
      {
        what: "Image grids and mean images of every class",
        why: "there are 1,200; those of the first 100 are shown",
      },
    ]);
  });
});
