// Always stoppable: a signal at any moment ends any command cleanly and soon, and nothing that blocks is opened.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { drawCommand } from "./commands.mjs";
import { outcome } from "./fixture.mjs";
import { told } from "./sandbox.mjs";

/** From the first signal, and from a second one; generous, because the machine may be busy. */
const ENDS_WITHIN_MS = { first: 20_000, second: 8_000 };

const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/** @param {import("./sandbox.mjs").Sandbox} sandbox */
export function stopping(sandbox) {
  return sandbox.pick([signalled, signalled, signalled, signalledTwice, blocking, unwritable])(sandbox);
}

/** One signal, in whatever phase it arrives. */
async function signalled(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  const { words, target } = drawCommand(sandbox);
  const replaces = target !== undefined && sandbox.chance(2);
  if (replaces) sandbox.succeeds(await sandbox.heddle(words));
  const before = target ? sandbox.picture(target) : undefined;
  const signal = sandbox.pick(SIGNALS);
  const ended = await sandbox.heddle(words, { signals: [{ afterMs: sandbox.below(2500), signal }] });
  const isDefault = ended.signal === signal;
  sandbox.hold(
    isDefault || ended.code === 0 || ended.code === 130,
    () => `${told(ended)}: expected exit code 130`,
  );
  if (Number.isFinite(ended.sinceSignalMs))
    sandbox.hold(
      ended.sinceSignalMs < ENDS_WITHIN_MS.first,
      () => `${told(ended)} ${ended.sinceSignalMs} ms after ${signal}`,
    );
  sandbox.noLeftovers();
  sandbox.wholeFiles();
  // The new conversion is the same as the old one, because its source is.
  if (target && before && (replaces || ended.code !== 0)) sandbox.unchanged(target, before);
  if (words[1] === "--resume") await finish(sandbox, words[2] ?? "");
}

/** A second signal soon after the first. */
async function signalledTwice(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  const { words } = drawCommand(sandbox);
  const signal = sandbox.pick(SIGNALS);
  const ended = await sandbox.heddle(words, {
    signals: [
      { afterMs: 300 + sandbox.below(2000), signal },
      { afterMs: 50 + sandbox.below(800), signal },
    ],
  });
  if (Number.isFinite(ended.sinceSignalMs))
    sandbox.hold(
      ended.sinceSignalMs < ENDS_WITHIN_MS.second,
      () => `${told(ended)} ${ended.sinceSignalMs} ms after the second ${signal}`,
    );
  sandbox.wholeFiles();
  if (words[1] === "--resume") await finish(sandbox, words[2] ?? "");
}

/** Resumes a run to its end, unless it has ended. */
export async function finish(
  /** @type {import("./sandbox.mjs").Sandbox} */ sandbox,
  /** @type {string} */ run,
) {
  const { status } = JSON.parse(readFileSync(sandbox.file(run, "run.json"), "utf8"));
  if (status !== "finished") sandbox.succeeds(await sandbox.heddle(["train", "--resume", run]));
  const result = outcome(sandbox.file(run));
  sandbox.hold(result === sandbox.fixture.resumed, `${run}: ${result}, not ${sandbox.fixture.resumed}`);
}

/** A pipe that nobody writes into, or a device, where a file is read. */
async function blocking(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  sandbox.take("data.csv", "model.json", "finished");
  const run = sandbox.run("finished");
  const pipe = (/** @type {string} */ path) => {
    rmSync(sandbox.file(path), { force: true });
    execFileSync("mkfifo", [sandbox.file(path)]);
    return path;
  };
  mkdirSync(sandbox.file("folder"));
  const source = sandbox.pick([
    pipe("pipe"),
    pipe("pipe.csv"),
    pipe("pipe.npz"),
    pipe("pipe.json"),
    "/dev/zero",
    "/dev/random",
    "/dev/tty",
  ]);
  const words = sandbox.pick([
    () => ["data", source],
    () => ["convert", source, "out.npz"],
    () => ["train", source, "--data", "data.csv"],
    () => ["train", "model.json", "--data", source],
    () => ["evaluate", run, "--data", source],
    () => ["predict", run, source],
    () => ["explain", run, source],
    () => {
      pipe("folder/train-images-idx3-ubyte");
      return ["data", "folder"];
    },
    () => {
      pipe("folder/a.png");
      return ["data", "folder"];
    },
    () => {
      pipe(`${run}/run.json`);
      return ["report", run];
    },
    () => {
      pipe(`${run}/model/weights.safetensors`);
      return ["evaluate", run];
    },
    () => {
      pipe("keep.json");
      return ["train", "model.json", "--data", "data.csv", "--epochs", "1", "--save-recipe", "keep.json"];
    },
  ])();
  sandbox.refuses(await sandbox.heddle(words));
}

/** Output that cannot be written. */
async function unwritable(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  if (!existsSync("/dev/full")) return;
  const { words } = drawCommand(sandbox);
  const ended = await sandbox.heddle(words, { stdout: "/dev/full" });
  sandbox.hold(ended.code === 1, () => `${told(ended)}: expected exit code 1`);
  sandbox.hold(/output cannot be written/.test(ended.stderr), () => `${told(ended)}: says no reason`);
  sandbox.noLeftovers();
  sandbox.wholeFiles();
  if (words[1] === "--resume") await finish(sandbox, words[2] ?? "");
}
