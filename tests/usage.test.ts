import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isOneLine, readJson, Workspace } from "./cli.js";

/** Every command with arguments that it accepts, and the options that it has beside `--json` and `--help`. */
const commands: Readonly<
  Record<string, { readonly words: readonly string[]; readonly options: readonly string[] }>
> = {
  "study fashion-mnist": {
    words: [],
    options: "data offline epochs batch-size learning-rate seed threads fast run-dir limit quiet".split(" "),
  },
  "study regularization": {
    words: [],
    options:
      "data offline budget seeds epochs batch-size learning-rate seed threads fast run-dir limit quiet".split(
        " ",
      ),
  },
  train: {
    words: [],
    options: "data offline epochs batch-size learning-rate seed threads fast run-dir limit quiet".split(" "),
  },
  "lr-find": {
    words: [],
    options:
      "data missing size shape offline from to steps dropout l2 augment optimizer batch-size seed threads fast out limit".split(
        " ",
      ),
  },
  data: { words: [], options: "data missing size shape offline report epochs seed threads".split(" ") },
  evaluate: {
    words: ["latest"],
    options: "data offline split against report threads fast run-dir".split(" "),
  },
  explain: {
    words: ["latest", "test:0"],
    options: "layer class patch stride map-images seed out data offline threads fast run-dir quiet".split(
      " ",
    ),
  },
  predict: { words: ["latest", "a.png"], options: ["threads", "fast", "run-dir"] },
  plan: { words: ["latest"], options: ["batch-size", "threads", "run-dir"] },
  verify: { words: ["latest"], options: ["data", "offline", "threads", "run-dir", "quiet"] },
  runs: { words: [], options: ["sort", "reverse", "status", "dataset", "tag", "since", "limit", "run-dir"] },
  compare: { words: ["latest", "a"], options: ["report", "run-dir"] },
  report: { words: ["latest"], options: ["run-dir"] },
};

/** Values that an option must refuse. */
const badValues: Readonly<Record<string, readonly string[]>> = {
  data: [""],
  epochs: ["0", "-1", "1.5", "many", ""],
  "batch-size": ["0", "65537", "1e2"],
  "learning-rate": ["0", "-0.1", "NaN", "Infinity", "fast"],
  budget: ["0", "-1m", "soon", "1.5.2m", ""],
  seeds: ["0", "1", "two", "101"],
  seed: ["-1", "0.5", "9007199254740993"],
  threads: ["0", "65", "all"],
  "run-dir": [""],
  limit: ["0", "12k"],
};

describe("heddle --help", () => {
  const work = new Workspace();

  it.each([
    ["heddle", []],
    ["study", ["study"]],
    ...Object.keys(commands).map((name) => [name, name.split(" ")]),
  ] as [string, string[]][])("%s --help explains the command with examples", async (name, words) => {
    const { code, stdout, stderr } = await work.heddle([...words, "--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Usage: heddle/);
    expect(stdout).toMatch(
      new RegExp(`\\nExamples:\\n( {2}heddle ${name === "heddle" ? "" : name}[^\\n]*\\n)+$`),
    );
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    for (const option of commands[name]?.options ?? []) expect(stdout).toContain(`--${option}`);
    // A switch that is off has no default to speak of.
    expect(stdout).not.toContain("default: false");
  });

  it("gives the version", async () => {
    const { code, stdout } = await work.heddle(["--version"]);
    const { version } = readJson(fileURLToPath(new URL("../package.json", import.meta.url)));
    expect([code, stdout]).toEqual([0, `${version}\n`]);
  });

  it("is shown instead where no command is given", async () => {
    for (const words of [[], ["study"]]) {
      const { code, stdout, stderr } = await work.heddle(words);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(/^Usage: heddle/);
    }
  });
});

describe("what was typed wrong", () => {
  const work = new Workspace();

  async function expectRefusal(words: readonly string[], text: string): Promise<void> {
    const { code, stdout, stderr } = await work.heddle(words);
    expect([code, stdout], words.join(" ")).toEqual([2, ""]);
    expect(stderr).toContain(text);
    expect(isOneLine(stderr), stderr).toBe(true);
  }

  it("is a command that does not exist", async () => {
    await expectRefusal(["stduy"], "unknown command 'stduy' (Did you mean study?) See heddle --help.");
    await expectRefusal(["study", "cifar"], "unknown command 'cifar'. See heddle study --help.");
    await expectRefusal(["--jsn"], "unknown option '--jsn'");
  });

  it.each(Object.entries(commands))(
    "%s: an option that does not exist, too many words",
    async (name, { words }) => {
      const command = name.split(" ");
      await expectRefusal(
        [...command, ...words, "--colour"],
        `unknown option '--colour'. See heddle ${name} --help.`,
      );
      if (name !== "predict" && name !== "compare") {
        const extra = ["train", "lr-find", "data"].includes(name) ? ["a", "b"] : ["extra"];
        await expectRefusal([...command, ...words, ...extra], `too many arguments for '${command.at(-1)}'.`);
      }
      if (words.length > 0) await expectRefusal(command, "missing required argument 'run'");
    },
  );

  it.each(
    Object.entries(commands).map(([name, { options, ...rest }]) => ({
      ...rest,
      name,
      options: options.filter((option) => badValues[option]),
    })),
  )("$name: a value that does not fit", async ({ name, words, options }) => {
    const command = [...name.split(" "), ...words];
    // Commands share their options: one bad value each for all, every bad value for one.
    for (const option of options) {
      for (const value of name === "train" ? badValues[option]! : badValues[option]!.slice(0, 1)) {
        await expectRefusal([...command, `--${option}=${value}`], `--${option} <`);
      }
    }
    await expectRefusal([...command, `--${options.at(-1)}`], "argument missing");
  });

  it("is an empty word, which an unset variable leaves", async () => {
    await expectRefusal(["evaluate", ""], "Expected a path or a name. See heddle evaluate --help.");
    await expectRefusal(["train", ""], "Expected a path or a name. See heddle train --help.");
    await expectRefusal(["data", ""], "Expected a path or a name. See heddle data --help.");
  });
});
