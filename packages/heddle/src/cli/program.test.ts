// What the command line accepts and refuses, in this process: no command's action runs here.
import type { CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { type Settings, settingNames } from "@heddle/core/internal/recipes/settings.js";
import { describe, expect, it } from "vitest";
import { heddleVersion } from "../system/version.js";
import { optionsOf } from "./flag-words.js";
import { buildProgram, runProgram } from "./program.js";
import { Shell } from "./shell.js";

/** Settings that are an option of no command: a model is an argument. */
const NO_OPTIONS: readonly (keyof Settings)[] = ["model"];

const form = "missing size bitDepth shape transpose channels range labelColumn dropColumns labels classOrder";
const data = `data ${form} offline`;
const training = `${settingNames.filter((name) => !NO_OPTIONS.includes(name)).join(" ")} offline budget threads
  resume checkpointEvery keepCheckpoints runDir saveRecipe tensorboard json quiet`;

/** Every command: words that it accepts, and the names of its options. They are public: scripts rely on them. */
const commands: Readonly<Record<string, { readonly words: string; readonly options: string }>> = {
  "study fashion-mnist": { words: "", options: training },
  "study regularization": {
    words: "",
    options: `${data} budget seeds epochs batchSize learningRate seed workers threads fast runDir limit json quiet`,
  },
  train: { words: "", options: training },
  sweep: {
    words: "",
    options: `trials budget seeds workers queue checkpoints winner resume ${data} limit validationSplit classWeights augment dropout l1 l2
      labelSmoothing optimizer learningRate momentum weightDecay clipNorm ema schedule warmup lrEnd power epochs batchSize
      earlyStopping seed fast threads out runDir json quiet`,
  },
  "sweep work": { words: "--queue redis://q", options: "queue workers threads data checkpoints lease quiet" },
  "lr-find": {
    words: "",
    options: `from to steps ${data} limit classWeights augment dropout l1 l2 labelSmoothing optimizer momentum
      weightDecay clipNorm batchSize seed threads fast out json quiet`,
  },
  studio: { words: "", options: `${form} offline port runDir open json` },
  data: { words: "", options: `${data} report labelErrors epochs seed threads json` },
  convert: { words: "clothes clothes.npz", options: `to force ${form} offline json` },
  evaluate: {
    words: "latest",
    options: `${data} stream split against answers modelRange report threads fast runDir json`,
  },
  predict: {
    words: "latest a.png",
    options: `${form} asIs invert modelRange csv out force threads fast runDir json`,
  },
  explain: {
    words: "latest test:0",
    options: `${data} stream modelRange layer class patch stride mapImages seed out threads fast runDir json quiet`,
  },
  serve: {
    words: "latest",
    options: `name label host port maxBatch maxDelayMs maxQueue timeoutMs maxBody maxPixels rate tokenFile cors record logLevel
      asIs invert modelRange threads fast runDir`,
  },
  plan: { words: "latest", options: `${data} batchSize profile threads fast runDir json` },
  import: {
    words: "boots.keras",
    options: "out model mapping check inputShape output unusedWeights force runDir json",
  },
  export: { words: "latest", options: `${data} to out weights wasm shardMb maxChanged force runDir json` },
  "verify-export": { words: "boots.mjs", options: "python json" },
  verify: { words: "latest", options: "data offline threads runDir json quiet" },
  runs: { words: "", options: "sort reverse status dataset tag since limit runDir json" },
  "runs tag": { words: "latest baseline", options: "remove runDir json" },
  "runs rename": { words: "latest wide-head", options: "folder runDir json" },
  "runs delete": { words: "latest", options: "yes force runDir json" },
  compare: { words: "latest a", options: "report runDir json" },
  report: { words: "latest", options: "runDir json" },
};

/** What each setting's option reads from what is typed. */
const readValues: { readonly [Name in keyof Settings]: readonly [typed: string, value: unknown] } = {
  model: ["study", "study"],
  data: ["photos", "photos"],
  from: ["latest", "latest"],
  frozenEpochs: ["0", 0],
  missing: ["zero", "zero"],
  size: ["28x20", [28, 20]],
  bitDepth: ["12", 12],
  shape: ["32x32x3", [32, 32, 3]],
  transpose: ["", true],
  channels: ["3", 3],
  range: ["0..1", "0..1"],
  labelColumn: ["last", "last"],
  dropColumns: ["names,785", ["names", "785"]],
  labels: ["numbers", "numbers"],
  classOrder: ["text", "text"],
  limit: ["500", 500],
  validationSplit: ["0.1", 0.1],
  folds: ["5", 5],
  classWeights: ["balanced", "balanced"],
  augment: ["rotation=0.05", { rotation: 0.05 }],
  dropout: ["0", 0],
  l1: ["1e-5", 1e-5],
  l2: ["1e-4", 1e-4],
  labelSmoothing: [".1", 0.1],
  optimizer: ["adamw", "adamw"],
  learningRate: ["0.003", 0.003],
  momentum: ["0.9", 0.9],
  weightDecay: ["0.01", 0.01],
  clipNorm: ["1", 1],
  ema: ["0.999", 0.999],
  schedule: ["cosine", "cosine"],
  warmup: ["0.1", 0.1],
  lrEnd: ["0", 0],
  power: ["2", 2],
  epochs: ["3", 3],
  batchSize: ["65536", 65536],
  earlyStopping: ["0", 0],
  seed: ["7", 7],
  fast: ["", true],
  stream: ["", true],
};

/** Values that an option must refuse, in addition to the empty one, which all refuse. */
const badValues: Readonly<Record<string, readonly string[]>> = {
  epochs: ["0", "-1", "1.5", "many"],
  batchSize: ["0", "65537", "1e2"],
  folds: ["1", "-5", "2.5", "many"],
  frozenEpochs: ["-1", "1.5"],
  learningRate: ["0", "-0.1", "NaN", "Infinity", "fast"],
  budget: ["0", "-1m", "soon", "1.5.2m"],
  seeds: ["0", "1", "two", "101"],
  trials: ["0", "1.5", "all"],
  lease: ["0", "3601", "soon"],
  workers: ["0", "257", "all"],
  seed: ["-1", "0.5", "9007199254740993"],
  threads: ["0", "65", "all"],
  limit: ["0", "12k"],
  missing: ["none"],
  size: ["28", "0x28", "28x28x1"],
  bitDepth: ["7", "17", "1e1", "many"],
  shape: ["28", "0x28x1", "28x28x0"],
  channels: ["0", "5", "grey"],
  range: ["1", "1..0", "a..b"],
  modelRange: ["1", "1..0", "a..b"],
  inputShape: ["8,8", "0x8", "x"],
  unusedWeights: ["keep"],
  labelColumn: [" "],
  dropColumns: ["names,,id"],
  labels: ["words"],
  classOrder: ["alphabet"],
  validationSplit: ["-0.1", "0.95", "ten"],
  classWeights: ["equal"],
  augment: ["spin", "rotation=far"],
  dropout: ["1", "-0.1", "half"],
  l1: ["-1", "2"],
  l2: ["-1", "2"],
  labelSmoothing: ["1.5", "-0.1"],
  optimizer: ["Adam", "lion"],
  momentum: ["1", "-0.1"],
  weightDecay: ["-1", "2"],
  clipNorm: ["-1", "1e7"],
  ema: ["1", "-0.1"],
  schedule: ["linear"],
  warmup: ["0.95", "-0.1"],
  lrEnd: ["2", "-0.1"],
  power: ["0", "-1"],
  earlyStopping: ["-1", "1.5"],
  checkpointEvery: ["0", "soon", "1.5"],
  keepCheckpoints: ["0", "all"],
  since: ["yesterday", "7 days"],
  sort: ["size"],
  status: ["lost"],
  split: ["validation"],
  to: ["0", "png"],
  weights: ["f64", "8"],
  maxChanged: ["-1", "1.5", "all"],
  shardMb: ["0", "1.5", "all"],
  from: ["0", "-1"],
  steps: ["19", "10001"],
  patch: ["0", "65537"],
  stride: ["0"],
  mapImages: ["3", "20001"],
  port: ["-1", "65536", "http"],
  label: ["stable", "=1"],
  maxBatch: ["0", "4097", "many"],
  maxDelayMs: ["-1", "10001", "soon"],
  maxQueue: ["0", "1.5"],
  timeoutMs: ["0", "3600001"],
  maxBody: ["0", "-1", "large"],
  maxPixels: ["0", "64000001"],
  rate: ["0", "-1", "fast"],
  cors: ["nowhere"],
  logLevel: ["loud"],
};

async function heddle(words: readonly string[]) {
  const printed = { stdout: "", stderr: "" };
  const into = (name: keyof typeof printed) => ({
    write: (text: string) => {
      printed[name] += text;
    },
  });
  const code = await runProgram(words, { stdout: into("stdout"), stderr: into("stderr") });
  return { code, ...printed };
}

const wordsOf = (text: string) => text.split(/\s+/).filter((word) => word !== "");
const nowhere = { write: () => {} };

/** A command as the program has it. */
async function commandAt(name: string): Promise<CommandUnknownOpts> {
  const names = name.split(" ");
  let command = await buildProgram(new Shell(names, { stdout: nowhere, stderr: nowhere }));
  for (const one of names) command = command.commands.find((child) => child.name() === one)!;
  return command;
}

/** What a command's options read from words. */
async function parsed(name: string, words: readonly string[]): Promise<unknown> {
  const typed = [...name.split(" "), ...words];
  const program = await buildProgram(new Shell(typed, { stdout: nowhere, stderr: nowhere }));
  let command = program;
  for (const one of name.split(" ")) command = command.commands.find((child) => child.name() === one)!;
  command.action(() => {});
  await program.parseAsync(typed, { from: "user" });
  return command.opts();
}

async function expectRefusal(words: readonly string[], text: string): Promise<void> {
  const { code, stdout, stderr } = await heddle(words);
  expect([code, stdout], words.join(" ")).toEqual([2, ""]);
  expect(stderr).toContain(text);
  expect(stderr).toMatch(/^heddle: [^\n]+\n$/);
}

describe("the help", () => {
  it.each(["", "study", ...Object.keys(commands)])("of heddle %s explains it with examples", async (name) => {
    const { code, stdout, stderr } = await heddle([...wordsOf(name), "--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Usage: heddle/);
    expect(stdout).toMatch(new RegExp(`\nExamples:\n {2}heddle ${name}[^\n]*\n( {2}heddle [^\n]*\n)*$`));
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    // A switch that is off has no default worth a word.
    expect(stdout).not.toContain("default: false");
  });

  it("of heddle names every command", async () => {
    const { stdout } = await heddle(["--help"]);
    for (const name of Object.keys(commands))
      expect(stdout).toMatch(new RegExp(`^  ${name.split(" ")[0]} `, "m"));
  });

  it("is shown if no command is typed, with exit code 2", async () => {
    for (const words of [[], ["study"]]) {
      const { code, stdout, stderr } = await heddle(words);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(/^Usage: heddle/);
    }
  });
});

describe("the options", () => {
  it.each(Object.entries(commands))("of heddle %s are the published ones", async (name, { options }) => {
    const command = await commandAt(name);
    const names = [...new Set(command.options.map((option) => option.attributeName()))];
    expect(names.sort()).toEqual(wordsOf(options).sort());
    const { stdout } = await heddle([...name.split(" "), "--help"]);
    for (const option of command.options) expect(stdout).toMatch(new RegExp(`^  .*${option.long}\\b`, "m"));
  });

  it.each(settingNames.filter((name) => !NO_OPTIONS.includes(name)))(
    "of heddle train read the setting %s",
    async (name) => {
      const [typed, value] = readValues[name];
      const { long } = (await commandAt("train")).options.find((option) => option.attributeName() === name)!;
      const words = typed === "" ? [long!] : [`${long}=${typed}`];
      expect(await parsed("train", words)).toMatchObject({ [name]: value });
    },
  );

  it("of heddle train have no defaults, which would override a recipe's settings", async () => {
    expect(await parsed("train", [])).toEqual({ runDir: "runs" });
  });
});

describe("a refusal", () => {
  it("of an unknown command names the nearest one", async () => {
    await expectRefusal(["stduy"], "unknown command 'stduy' (Did you mean study?) See heddle --help.");
    await expectRefusal(["study", "cifar"], "unknown command 'cifar'. See heddle study --help.");
    await expectRefusal(["--jsn"], "unknown option '--jsn'");
    await expectRefusal(["toString"], "unknown command 'toString'");
  });

  it.each(Object.entries(commands))("of heddle %s names its help", async (name, { words }) => {
    const command = name.split(" ");
    const accepted = [...command, ...wordsOf(words)];
    await expectRefusal([...accepted, "--qqqq"], `unknown option '--qqqq'. See heddle ${name} --help.`);
    const { registeredArguments } = await commandAt(name);
    if (!registeredArguments.some(({ variadic }) => variadic)) {
      const extra = Array(registeredArguments.length + 1).fill("extra");
      await expectRefusal([...command, ...extra], `too many arguments for '${command.at(-1)}'`);
    }
    const first = registeredArguments.find(({ required }) => required);
    if (first) await expectRefusal(command, `missing required argument '${first.name()}'`);
  });

  describe.each(Object.entries(commands))("of a value for heddle %s", (name, { words }) => {
    it("names the option", async () => {
      for (const option of (await commandAt(name)).options) {
        if (!option.required) continue;
        await expect(parsed(name, [...wordsOf(words), option.long!])).rejects.toThrow("argument missing");
        // A run may have any name; the lowest rate of lr-find has the same flag.
        const bad = option.flags === "--from <run>" ? [] : badValues[option.attributeName()];
        for (const value of ["", ...(bad ?? [])]) {
          const typed = [...wordsOf(words), `${option.long}=${value}`];
          await expect(parsed(name, typed)).rejects.toThrow(`option '${option.flags}' argument`);
        }
      }
    });
  });

  it("of an empty argument, as an unset shell variable leaves, says what was expected", async () => {
    for (const name of ["evaluate", "train", "data"]) {
      await expectRefusal([name, ""], `Expected a path or a name. See heddle ${name} --help.`);
    }
    for (const words of [
      ["compare", "a"],
      ["predict", "a"],
      ["runs", "delete"],
    ]) {
      const command = words.filter((word) => word !== "a").join(" ");
      await expectRefusal([...words, ""], `Expected a path or a name. See heddle ${command} --help.`);
    }
  });

  it("is tested for every option whose values are restricted", async () => {
    const free = [
      "data",
      "against",
      "answers",
      "runDir",
      "saveRecipe",
      "resume",
      "out",
      "model",
      "output",
      "layer",
      "class",
      "dataset",
      "tag",
      "mapping",
      "check",
      "python",
      "host",
      "name",
      "tokenFile",
      "record",
      "queue",
      "checkpoints",
    ];
    const options = new Set<string>();
    for (const name of Object.keys(commands)) {
      const withValues = optionsOf(await commandAt(name)).filter(({ required }: Option) => required);
      for (const option of withValues) options.add(option.attributeName());
    }
    expect([...options].filter((name) => !free.includes(name)).sort()).toEqual(Object.keys(badValues).sort());
  });
});

describe("heddle --version", () => {
  it("prints the version alone", async () => {
    for (const flag of ["--version", "-V"]) {
      expect(await heddle([flag])).toEqual({ code: 0, stdout: `${heddleVersion}\n`, stderr: "" });
    }
  });
});

describe("heddle --version --verbose", () => {
  it("prints what Heddle runs on, too", async () => {
    const { code, stdout } = await heddle(["--version", "--verbose"]);
    expect(code).toBe(0);
    const [version, ...lines] = stdout.trim().split("\n");
    expect(version).toBe(heddleVersion);
    expect(lines.slice(0, 5).map((line) => line.split(/ {2,}/)[0])).toEqual([
      "Node",
      "Machine",
      "Threads",
      "Kernels",
      "Vectors",
    ]);
    expect(lines[4]).toMatch(/^Vectors +(128|256) bits$/);
  });
});

describe("an error in a command", () => {
  it("is reported in one line, in the command's own flags, with exit code 2", async () => {
    const { code, stdout, stderr } = await heddle(["lr-find", "--from", "1", "--to", "0.1"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toBe("heddle: --to: expected a rate above --from, which is 1, received 0.1. Swap them.\n");
  });

  it("is shown with its stack trace if --verbose is typed, before or after the command", async () => {
    for (const words of [
      ["--verbose", "report", "gone"],
      ["report", "gone", "--verbose"],
    ]) {
      const { code, stderr } = await heddle(words);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^heddle: .*\nHeddleError: .*\n {4}at /);
    }
  });
});
