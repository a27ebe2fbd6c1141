// The packages as npm would publish them, in the project of a user: installed, compiled against, run.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { installOffline, link, packAll, packages, root } from "../tools/package/pack.mjs";
import { workloadText } from "../tools/package/workload-text.mjs";
import { committedHash } from "../tools/reproducibility/page.mjs";
import { Workspace } from "./cli.js";

const workspace = new Workspace();
let packed: ReturnType<typeof packAll>;

/** A project of its own with some of the packages installed, as ECMAScript modules. */
function project(name: string, ...installed: readonly string[]): string {
  const folder = workspace.file(name);
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  installOffline(
    folder,
    packed.filter((one) => installed.includes(one.name)),
  );
  return folder;
}

/** Runs a program in a project to its end. */
function run(folder: string, ...words: readonly string[]) {
  return workspace.spawn("sh", ["-c", 'cd "$0" && exec "$@"', folder, process.execPath, ...words]).finished;
}

beforeAll(() => {
  packed = packAll(workspace.file("tarballs"));
});

describe("the tarballs", () => {
  it("hold programs and documents, but no tests and no sources", () => {
    for (const { name, files } of packed) {
      expect(files, name).toEqual(expect.arrayContaining(["package.json", "README.md", "LICENSE"]));
      expect(
        files.filter((file) => /\.(test|testing|reference)\.|\.map$|\.tsbuildinfo|^src\//.test(file)),
        name,
      ).toEqual([]);
      // A program is called, not imported: its declarations would be dead weight.
      expect(
        files.filter((file) => /dist\/cli\/.*\.d\.ts$/.test(file)),
        name,
      ).toEqual([]);
    }
  });

  it("hold the page of the studio", () => {
    const { files } = packed.find(({ name }) => name === "heddle")!;
    expect(files).toEqual(expect.arrayContaining(["dist/studio/index.html", "dist/studio/licences.md"]));
  });

  it("hold every file that their package.json names", () => {
    for (const { name, files } of packed) {
      const manifest = JSON.parse(
        readFileSync(join(root, "packages", name.replace("@heddle/", ""), "package.json"), "utf8"),
      );
      const named = [manifest.bin, manifest.exports, manifest.imports]
        .flatMap(function paths(entry: unknown): string[] {
          if (typeof entry === "string") return [entry];
          return Object.values(entry ?? {}).flatMap(paths);
        })
        .filter((path) => !path.includes("*"));
      expect(named.length, name).toBeGreaterThan(2);
      for (const path of named) expect(files, name).toContain(path.replace("./", ""));
    }
  });

  it("have READMEs whose links also work outside the repository", () => {
    for (const { name } of packed) {
      const folder = project(`links-${name.replace("/", "-")}`, name);
      const text = readFileSync(join(folder, "node_modules", name, "README.md"), "utf8");
      const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
      expect(targets.length, name).toBeGreaterThan(0);
      for (const target of targets) expect(target, name).toMatch(/^(https:\/\/|#)/);
    }
  });
});

describe("the README", () => {
  it("says how to install every package from a clone", () => {
    const [, typed] = /`npm install (\.\.\/heddle\/packages\/.*?)`/.exec(
      readFileSync(join(root, "README.md"), "utf8"),
    )!;
    expect(typed!.split(" ")).toEqual(packages.map(({ path }) => `../heddle/packages/${basename(path)}`));
  });
});

describe("@heddle/core alone", () => {
  it("is installed by npm as one package", async () => {
    const folder = workspace.file("one-package");
    mkdirSync(folder);
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    const { tarball } = packed.find(({ name }) => name === "@heddle/core")!;
    const words = ["install", "--offline", "--no-audit", "--no-fund", "--prefix", folder, tarball];
    const { code, stdout } = await workspace.spawn("npm", words).finished;
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("added 1 package in") });
  });

  it("trains to the published hash without any other package", async () => {
    const folder = project("core-alone", "@heddle/core");
    writeFileSync(join(folder, "train.js"), workloadText("@heddle/core", "@heddle/core/data"));
    const { code, stdout, stderr } = await run(folder, "train.js");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.trim()).toBe(committedHash("strict"));
  });
});

describe("heddle", () => {
  it("trains to the published hash, and installs its command", async () => {
    const folder = project("with-heddle", "@heddle/core", "heddle");
    writeFileSync(join(folder, "train.js"), workloadText("heddle", "heddle/data"));
    const { code, stdout, stderr } = await run(folder, "train.js");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.trim()).toBe(committedHash("strict"));
    const version = await run(folder, "node_modules/heddle/bin/heddle.js", "--version");
    expect(version).toMatchObject({ code: 0, stdout: "0.1.0\n" });
    const train = "train quick --data fashion-sketch --limit 200 --epochs 1 --quiet".split(" ");
    expect(await run(folder, "node_modules/heddle/bin/heddle.js", ...train)).toMatchObject({ code: 0 });
  });
});

/** A program that touches every entry, as a user with strict settings would compile it. */
const PROGRAM = `import { Conv2D, Dense, type FitOptions, Flatten, HeddleError, Input, type ModelOptions, Sequential } from "heddle";
import type { Dataset } from "heddle/data";
import type { ChartSpec } from "heddle/figures";
import { loadDataset, openRun } from "heddle/node";
import { generateFashionSketch } from "heddle/sketch";
import { Sweep } from "heddle/sweep";

const dataset: Dataset = generateFashionSketch({ train: 100, test: 20 });
const options: ModelOptions = { seed: 1 };
const layers = [
  new Input([28, 28, 1]),
  new Conv2D(4, 3, { activation: "relu" }),
  new Flatten(),
  new Dense(10, { activation: "softmax" }),
];
const model = new Sequential(layers, options);
model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
const fitting: FitOptions = { epochs: 1, validationData: dataset.test, classWeight: { 0: 2 } };
export const history = await model.fit(dataset.train, fitting);
export const charts: ChartSpec[] = [];
export const loaders = [loadDataset, openRun] as const;
export const sweep = new Sweep({
  name: "sizes",
  goal: "maximize",
  trials: 2,
  parameters: { units: { type: "integer", low: 8, high: 64, log: true } },
});
export const isOurs = (error: unknown): error is HeddleError => error instanceof HeddleError;
// @ts-expect-error a misspelt option does not compile
new Dense(10, { activaton: "relu" });
`;

/** What the compiler complains about; empty if it accepts the program. */
async function compile(folder: string, program: string, options: object): Promise<string> {
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2023", "DOM"],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    ...options,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["index.ts"] }));
  writeFileSync(join(folder, "index.ts"), program);
  const { code, stdout } = await run(folder, join(root, "node_modules/typescript/bin/tsc"), "-p", ".");
  return code === 0 ? stdout : `exit code ${code}\n${stdout}`;
}

describe("a strict TypeScript project", () => {
  it.each([
    ["NodeNext", "NodeNext"],
    ["ESNext", "bundler"],
  ])("compiles against the declarations: module %s, resolution %s", async (module, moduleResolution) => {
    const folder = project(`types-${moduleResolution}`, "@heddle/core", "heddle");
    link(folder, "@types/node");
    expect(await compile(folder, PROGRAM, { module, moduleResolution, types: ["node"] })).toBe("");
  });

  it("needs no types of Node for the core", async () => {
    const folder = project("types-web", "@heddle/core");
    const program = PROGRAM.replaceAll('"heddle', '"@heddle/core').replace(
      /^.*(core\/node|loaders).*\n/gm,
      "",
    );
    const bundler = { module: "ESNext", moduleResolution: "bundler", types: [] };
    expect(await compile(folder, program, bundler)).toBe("");
  });
});
