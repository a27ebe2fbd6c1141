import { existsSync } from "node:fs";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { Workspace } from "./cli.js";
import { codeBlocks, documents, readDocument, root } from "./documents.js";
import { writeClothes } from "./idx-folder.js";

const scripts = JSON.parse(readDocument("package.json")).scripts as Record<string, string>;
const workspace = new Workspace();

/**
 * Documents whose blocks are run, one behind the other in one folder: later ones use what the README's made. Blocks in
 * `js` are whole scripts, those in `javascript` are parts of one.
 */
const runnable = documents().filter(
  (path) => /^(README\.md|docs\/.*)$/.test(path) && codeBlocks(path).length > 0,
);

/** Images of the small dataset that stands in for the large ones, so that the blocks end soon and need no network. */
const TRAIN = 200;
const TEST = 60;

/** What documents call things of the reader's, and what the tests have in their place. */
const standIns: Readonly<Record<string, string>> = {
  "model.json": "my-model/config.json",
  RUN2: "latest",
  // The small dataset's classes have no names.
  Sneaker: "7",
};

/** About runs that are stopped, of other machines, or deleted for good, and other programs: nothing for this test. */
const skipped = /--resume|runs delete|runs\/2026-|~\/from-another-machine|^(node|tensorboard) /;

beforeAll(async () => {
  await mkdir(workspace.file("node_modules"));
  await symlink(join(root, "packages/heddle"), workspace.file("node_modules", "heddle"), "junction");
  writeClothes(workspace.file("datasets", "mnist"), { train: TRAIN, test: TEST });
  const raw = { width: 40, height: 30, channels: 1 } as const;
  await sharp(Buffer.alloc(40 * 30, 200), { raw })
    .png()
    .toFile(workspace.file("boot.png"));
  await sharp(workspace.file("boot.png")).toFile(workspace.file("boot.jpg"));
  for (const words of ["train.csv.gz", "fashion-mnist_train.csv.gz", "more-photos --to images"]) {
    await workspace.heddle(["convert", "datasets/mnist", ...words.split(" ")]);
  }
});

describe.each(runnable)("code of %s", (path) => {
  // What `latest` is at its beginning.
  beforeAll(() => runCommand("heddle train"));

  for (const { language, line, text } of codeBlocks(path)) {
    if (language === "sh") {
      text.split("\n").forEach((command, index) => {
        if (/^(#|$)/.test(command)) return;
        const runs = it.skipIf(skipped.test(command));
        // A whole study may take minutes on a machine that others use.
        runs(`line ${line + index}: ${command}`, () => runCommand(command), 240_000);
      });
    } else if (language === "js") {
      it(`runs the script at line ${line}`, async () => {
        const script = `line-${line}.mjs`;
        const small = `const { dataset } = await loadDataset("datasets/mnist");`;
        const own = text.replace('const { dataset } = await loadDataset("fashion-mnist");', small);
        expect(own, "a line that this test puts small data into").not.toContain("fashion-mnist");
        await writeFile(workspace.file(script), own);
        const { code, stdout, stderr } = await workspace.spawn(process.execPath, [script]).finished;
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
        expect(stdout).not.toBe("");
      });
    } else {
      it(`has a known language at line ${line}`, () => {
        expect(["text", "json", "javascript", "python"]).toContain(language);
      });
    }
  }
});

describe("docs/runs.md", () => {
  it("lists every field of a run's files, and no other", async () => {
    const run = workspace.runs().at(-1)!;
    const documented = (heading: string) => firstColumn("docs/runs.md", heading);

    const metrics = JSON.parse(await readFile(join(run, "metrics.json"), "utf8"));
    expect(documented("metrics.json").sort()).toEqual(fieldsOf(metrics, []).sort());

    const record = JSON.parse(await readFile(join(run, "run.json"), "utf8"));
    const parts = ["optimizer", "loss", "model", "recipe", "checkpointEvery"];
    const whole = [...parts.map((part) => `configuration.${part}`), "timeSeconds"];
    const ofData = ["seed", "form", "options", "split", "dropped"].map((part) => `dataset.source.${part}`);
    const asked = ["stream", "checkpointEvery", "keepCheckpoints"].map((part) => `configuration.${part}`);
    const sometimes = [...ofData, ...asked, "dataset.standInFor", "failure"];
    const inRecord = new Set([...fieldsOf(record, whole), ...sometimes]);
    expect(documented("run.json").sort()).toEqual([...inRecord].sort());

    const [header] = (await readFile(join(run, "history.csv"), "utf8")).split("\n");
    expect(documented("history.csv")).toEqual(header!.split(","));
  });
});

describe.each(documents())("%s", (path) => {
  const text = readDocument(path);
  const prose = text.replace(/^```[\s\S]*?^```$/gm, "");

  it("has relative links that lead somewhere", () => {
    for (const [, target] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target!)) continue;
      const [file = "", anchor] = target!.split("#");
      const linked = file === "" ? path : join(dirname(path), file);
      expect(existsSync(join(root, linked)), `${path} links to ${target}`).toBe(true);
      if (anchor) expect(anchorsOf(linked), `${path} links to ${target}`).toContain(anchor);
    }
  });

  it("names package scripts and source files that exist", () => {
    for (const [, script] of text.matchAll(/npm run ([\w:]+)/g))
      expect(Object.keys(scripts)).toContain(script);
    for (const [, file] of prose.matchAll(/`((?:packages|tools|docs|tests|examples)\/[\w./-]+)`/g)) {
      // The layer that CONTRIBUTING.md describes is made up.
      if (file!.includes("gaussian-noise") || file === "packages/core/src/engine/kernel-table.ts") continue;
      expect(existsSync(join(root, file!)), `${path} names ${file}`).toBe(true);
    }
  });
});

/** Runs a line of a shell block: `heddle` from this build on small data, `npm` only by the names of its scripts. */
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
  expect(words[0], `a command that this test knows: ${line}`).toBe("heddle");
  const [, command] = words;
  const trains = command === "study" || command === "train";
  const reads = command === "data" || command === "convert";
  // The first word of these is the data.
  if (reads && words[2] === "fashion-mnist") words[2] = "datasets/mnist";
  const needsData =
    (trains || words.join(" ") === "heddle data") &&
    !words.includes("--data") &&
    !line.includes("fashion-sketch");
  const looks = words.includes("--report") && command === "data" && !words.includes("--no-label-errors");
  const asked = [
    ...words.slice(1),
    ...(needsData ? ["--data", "datasets/mnist"] : []),
    ...(trains ? ["--limit", String(TRAIN)] : []),
    ...(trains || looks ? ["--epochs", "1"] : []),
    ...(words.includes("regularization") ? ["--seeds", "2"] : []),
    ...(command === "convert" ? ["--force"] : []),
  ];
  const { code, stdout, stderr } = await workspace.heddle(asked);
  expect(code, `${line}\n${stderr}`).toBe(0);
  if (words.includes("--json")) JSON.parse(stdout.trim().split("\n").at(-1)!);
  else expect(stdout).not.toBe("");
}

/** A word of a command, or what the tests have in its place. */
function standIn(word: string): string {
  return word.startsWith("~/") ? "datasets/mnist" : (standIns[word] ?? word);
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
