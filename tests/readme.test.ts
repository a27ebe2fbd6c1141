import { existsSync, readFileSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { damagedCsv } from "../packages/core/dist/data/csv/damaged.testing.js";
import { readJson, Workspace } from "./cli.js";
import { codeBlocks, documents, readDocument, root } from "./documents.js";
import { writeClothes } from "./idx-folder.js";

const scripts = JSON.parse(readDocument("package.json")).scripts as Record<string, string>;
const workspace = new Workspace();

/**
 * Documents whose blocks are run, one after the other in one folder: later ones use files that the README's made. Blocks
 * in `js` are whole scripts, those in `javascript` are fragments. Those in `console` show commands that are refused, after
 * `$`, and what they print.
 */
const runnable = documents().filter(
  (path) => /^(README\.md|docs\/.*)$/.test(path) && codeBlocks(path).length > 0,
);

/** Images of the small dataset that replaces the large ones, so that the blocks end soon and need no network. */
const TRAIN = 200;
const TEST = 60;

/** What documents call the reader's own things, and what the tests use instead. */
const standIns: Readonly<Record<string, string>> = {
  "model.json": "my-model/config.json",
  RUN2: "latest",
  "boots.keras": "my-model",
  // The small dataset's classes have no names.
  Sneaker: "7",
  // Drawn by the thousand, which takes seconds for each command.
  "fashion-sketch": "datasets/mnist",
};

/**
 * Commands about stopped, foreign or deleted runs, and other programs, are not run here; nor is the study of forty
 * trainings, which tests/regularization.test.ts runs.
 */
const skipped =
  /study regularization|--resume|runs delete|runs\/2026-|~\/from-another-machine|^(node|tensorboard) /;

beforeAll(async () => {
  await mkdir(workspace.file("node_modules", "@heddle"), { recursive: true });
  await symlink(join(root, "packages/heddle"), workspace.file("node_modules", "heddle"), "junction");
  await symlink(
    join(root, "packages/interchange"),
    workspace.file("node_modules/@heddle/interchange"),
    "junction",
  );
  await symlink(join(root, "examples"), workspace.file("examples"), "junction");
  writeClothes(workspace.file("datasets", "mnist"), { train: TRAIN, test: TEST });
  const raw = { width: 40, height: 30, channels: 1 } as const;
  await sharp(Buffer.alloc(40 * 30, 200), { raw })
    .png()
    .toFile(workspace.file("boot.png"));
  await sharp(workspace.file("boot.png")).toFile(workspace.file("boot.jpg"));
  for (const words of [
    "train.csv.gz",
    "test.csv",
    "fashion-mnist_train.csv.gz",
    "photos --to images",
    "more-photos --to images",
    "other-clothes --to images",
  ]) {
    await workspace.heddle(["convert", "datasets/mnist", ...words.split(" ")]);
  }
});

describe.each(runnable)("code of %s", (path) => {
  // What `latest` means at its beginning.
  beforeAll(async () => {
    if (/\blatest\b/.test(readDocument(path))) await runCommand("heddle train");
  });

  for (const { language, line, text } of codeBlocks(path)) {
    if (language === "sh") {
      text.split("\n").forEach((command, index) => {
        if (/^(#|$)/.test(command)) return;
        const runs = it.skipIf(skipped.test(command));
        // A whole study may take minutes on a machine that others use.
        runs(`line ${line + index}: ${command}`, () => runCommand(command), 240_000);
      });
    } else if (language === "js") {
      it(`at line ${line} runs as a script`, async () => {
        const script = `line-${line}.mjs`;
        const small = `const { dataset } = await loadDataset("datasets/mnist");`;
        const own = text.replace('const { dataset } = await loadDataset("fashion-mnist");', small);
        expect(own, "a line that this test can change to load small data").not.toContain("fashion-mnist");
        await writeFile(workspace.file(script), own);
        const { code, stdout, stderr } = await workspace.spawn(process.execPath, [script]).finished;
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
        // A module, such as that of a sweep, may have nothing to say by itself.
        if (!/^export /m.test(own)) expect(stdout).not.toBe("");
      });
    } else if (language === "console") {
      for (const [index, [, command, message]] of [...text.matchAll(/^\$ heddle (.*)\n(.*)$/gm)].entries()) {
        it(`line ${line + 2 * index}: heddle ${command} is refused as shown`, async () => {
          const { code, stderr } = await workspace.heddle(command!.split(" "));
          expect(stderr.trim().split("\n").at(-1)).toBe(message);
          expect(code).toBe(2);
        });
      }
    } else {
      it(`at line ${line} is in a known language`, () => {
        expect(["text", "json", "html", "javascript", "python"]).toContain(language);
      });
    }
  }
});

describe("docs/runs.md", () => {
  /** Runs of every kind, so that each field that a run may have occurs in one of their records. */
  const kinds: readonly (readonly [words: string, status: string])[] = [
    ["train --data datasets/mnist --stream --checkpoint-every 2 --keep-checkpoints 1", "finished"],
    ["train --data datasets/mnist --from latest --folds 2", "finished"],
    ["train --data damaged.csv --missing drop", "finished"],
    ["study fashion-mnist --offline", "finished"],
    ["train --data datasets/mnist --learning-rate 1e30", "failed"],
  ];
  beforeAll(async () => {
    await writeFile(workspace.file("damaged.csv"), damagedCsv().text);
    const small = ["--limit", String(TRAIN), "--epochs", "1", "--run-dir", "kinds"];
    for (const [words] of kinds) await workspace.heddle([...words.split(" "), ...small]);
  });

  it("lists every field of a run's files, and no others", () => {
    const runs = workspace.runs("kinds");
    const records = runs.map((run) => readJson(run, "run.json"));
    expect(records.map(({ status }) => status)).toEqual(kinds.map(([, status]) => status));

    const ofData = ["source.options", "source.reading", "source.split", "source.dropped", "standInFor"];
    const whole = [
      "recipe",
      "model",
      "checkpoints",
      "from",
      "timeSeconds",
      ...ofData.map((part) => `dataset.${part}`),
    ];
    const inRecords = new Set(records.flatMap((record) => fieldsOf(record, whole)));
    expect(firstColumn("docs/runs.md", "run.json").sort()).toEqual([...inRecords].sort());

    const ended = runs.filter((_, index) => kinds[index]![1] === "finished");
    const inMetrics = new Set(ended.flatMap((run) => fieldsOf(readJson(run, "metrics.json"), [])));
    expect(firstColumn("docs/runs.md", "metrics.json").sort()).toEqual([...inMetrics].sort());

    const [header] = readFileSync(join(runs[0]!, "history.csv"), "utf8").split("\n");
    expect(firstColumn("docs/runs.md", "history.csv")).toEqual(header!.split(","));
  });
});

const withLinks = documents().filter((path) => linksOf(readDocument(path)).length > 0);
const withNames = documents().filter((path) => namesOf(readDocument(path)).length > 0);

describe("a document's links", () => {
  it.each(withLinks)("in %s lead somewhere", (path) => {
    expect(linksOf(readDocument(path)).filter((target) => !leadsSomewhere(path, target))).toEqual([]);
  });

  it("are found, and the broken ones recognised", () => {
    expect(withLinks).toEqual(
      expect.arrayContaining(["README.md", "CONTRIBUTING.md", "docs/architecture.md"]),
    );
    const text = "[a](gone.md), [b](docs/runs.md#gone), [c](https://heddle.dev), [d](docs/runs.md#compare)";
    const links = linksOf(`${text}\n\n\`\`\`js\na[0](b)\n\`\`\`\n`);
    expect(links).toEqual(["gone.md", "docs/runs.md#gone", "docs/runs.md#compare"]);
    expect(links.map((target) => leadsSomewhere("README.md", target))).toEqual([false, false, true]);
  });
});

describe("the package scripts and files that a document names", () => {
  it.each(withNames)("in %s exist", (path) => {
    expect(namesOf(readDocument(path)).filter((name) => !exists(name))).toEqual([]);
  });

  it("are found, and those that do not exist recognised", () => {
    expect(withNames).toEqual(
      expect.arrayContaining(["README.md", "CONTRIBUTING.md", "docs/architecture.md"]),
    );
    const names = namesOf("`npm run build`, `npm run gone`, `tests/cli.ts`, `packages/gone.ts`");
    expect(names).toEqual(["npm run build", "npm run gone", "tests/cli.ts", "packages/gone.ts"]);
    expect(names.map(exists)).toEqual([true, false, true, false]);
  });
});

/** Runs a line of a shell block, `heddle` from this build on small data. Of `npm` only the script's name is checked. */
async function runCommand(line: string): Promise<void> {
  const words = line
    .split("#")[0]!
    .trim()
    .split(/\s+/)
    .map((word) => standIn(word));
  if (words[0] === "npm") {
    for (const part of words.join(" ").split(" && ")) {
      expect(["npm ci", ...Object.keys(scripts).map((name) => `npm ${name}`)]).toContain(part);
    }
    return;
  }
  if (words[0] === "npx") words.shift();
  expect(words[0], `a command that this test knows: ${line}`).toBe("heddle");
  const [, command] = words;
  const trains = command === "study" || command === "train";
  const reads = command === "data" || command === "convert";
  // The first word of these is the data.
  if (reads && words[2] === "fashion-mnist") words[2] = "datasets/mnist";
  const needsData = (trains || words.join(" ") === "heddle data") && !words.includes("--data");
  const looks = words.includes("--report") && command === "data" && !words.includes("--no-label-errors");
  const typed = [
    ...words.slice(1),
    ...(needsData ? ["--data", "datasets/mnist"] : []),
    ...(trains ? ["--limit", String(TRAIN)] : []),
    ...(trains || looks ? ["--epochs", "1"] : []),
    ...(command === "convert" ? ["--force"] : []),
  ];
  const { code, stdout, stderr } = await workspace.heddle(typed);
  expect(code, `${line}\n${stderr}`).toBe(0);
  if (words.includes("--json")) JSON.parse(stdout.trim().split("\n").at(-1)!);
  else expect(stdout).not.toBe("");
}

/** A word of a command, or what the tests use instead. */
function standIn(word: string): string {
  return word.startsWith("~/") ? "datasets/mnist" : (standIns[word] ?? word);
}

/** The relative links of a document's prose. */
function linksOf(text: string): string[] {
  const links = [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  return links.filter((target) => !/^https?:/.test(target));
}

function leadsSomewhere(path: string, target: string): boolean {
  const [file = "", anchor] = target.split("#");
  const linked = file === "" ? path : join(dirname(path), file);
  if (!existsSync(join(root, linked))) return false;
  return anchor === undefined || anchorsOf(linked).includes(anchor);
}

/** The scripts and files of this repository that a document names: `npm run build`, `tests/cli.ts`. */
function namesOf(text: string): string[] {
  const npm = [...text.matchAll(/npm run [\w:]+/g)].map(([name]) => name);
  const files = [...proseOf(text).matchAll(/`((?:packages|tools|docs|tests|examples)\/[\w./-]+)`/g)];
  // NAME and x stand for any name.
  return [...npm, ...files.map(([, file]) => file!).filter((file) => !/\/(NAME|x\.)/.test(file))];
}

function exists(name: string): boolean {
  const script = /^npm run (.*)/.exec(name)?.[1];
  if (script !== undefined) return script in scripts;
  // The layer that CONTRIBUTING.md describes is made up; the table of kernels and the reference are generated.
  const generated = ["packages/core/src/engine/kernel-table.ts", "docs/api/"];
  if (name.includes("gaussian-noise") || generated.includes(name)) return true;
  return existsSync(join(root, name));
}

/** A document without its blocks of code. */
function proseOf(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, "");
}

/** The names in code font in the first column of the table under a heading. */
function firstColumn(path: string, heading: string): string[] {
  const section = readDocument(path)
    .split(/^## /m)
    .find((part) => part.startsWith(`${heading}\n`));
  const cells = [...section!.matchAll(/^\| (`.*?) \|/gm)].map((match) => match[1]!);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!));
}

/** The dotted names of an object's fields; lists and the fields of `whole` are not looked into. */
function fieldsOf(value: object, whole: readonly string[], prefix = ""): string[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    const path = prefix + name;
    const closed =
      typeof inner !== "object" || inner === null || Array.isArray(inner) || whole.includes(path);
    return closed ? [path] : fieldsOf(inner, whole, `${path}.`);
  });
}

/** The anchors of a document's headings. */
function anchorsOf(path: string): string[] {
  return [...readDocument(path).matchAll(/^#+ (.*)$/gm)].map((match) =>
    match[1]!
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );
}
