// Whole lines, whole files: after a kill, a full disk or a damaged line the next command works, and nothing is left.
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import { again, drawCommand } from "./commands.mjs";
import { finish } from "./stopping.mjs";

/** @param {import("./sandbox.mjs").Sandbox} sandbox */
export function lines(sandbox) {
  return sandbox.pick([killed, killed, killed, damaged, fullDisk])(sandbox);
}

/** A kill at any moment. */
async function killed(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  const { words } = drawCommand(sandbox);
  await sandbox.heddle(words, { signals: [{ afterMs: sandbox.below(2500), signal: "SIGKILL" }] });
  sandbox.wholeFiles();
  if (words[1] !== "--resume") return again(sandbox, words);
  await finish(sandbox, words[2] ?? "");
  sandbox.succeeds(await sandbox.heddle(["runs", "clean", "--run-dir", "stopped"]));
  sandbox.noLeftovers();
}

/** A last line that is cut off, or followed by half of another. */
async function damaged(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  sandbox.take("data.csv", "finished");
  const run = sandbox.run("finished");
  const root = ["--run-dir", "finished"];
  sandbox.succeeds(await sandbox.heddle(["runs", "tag", run, "first", ...root]));
  sandbox.succeeds(await sandbox.heddle(["runs", "tag", run, "second", ...root]));
  const path = sandbox.file(run, sandbox.pick(["labels.jsonl", "test-looks.jsonl"]));
  const text = readFileSync(path);
  const last = text.subarray(0, -1).lastIndexOf(10) + 1;
  if (sandbox.chance(2)) truncateSync(path, last + 1 + sandbox.below(text.length - last - 2));
  else
    appendFileSync(
      path,
      sandbox.pick([
        '{"at":',
        "\0\0\0\0",
        "{}",
        '{"at":1}\n',
        "\xff\xfe\n",
        "null\n",
        '{"at":"2026-11-30T00:00:00.000Z","tag":',
        "\n\n",
      ]),
    );
  const words = sandbox.pick([
    ["report", run],
    ["evaluate", run],
    ["runs", "tag", run, "third", ...root],
    ["runs", "rename", run, "named", ...root],
  ]);
  sandbox.succeeds(await sandbox.heddle(words));
  const tagged = await sandbox.heddle(["runs", "tag", run, "last", ...root]);
  sandbox.succeeds(tagged);
  const listed = JSON.parse((await sandbox.heddle(["runs", "--run-dir", "finished", "--json"])).stdout);
  const tags = listed.runs[0]?.tags ?? [];
  sandbox.hold(tags.includes("first") && tags.includes("last"), `the tags are ${tags.join(", ")}`);
}

let canMount = /** @type {boolean | undefined} */ (undefined);

/** A disk that is too small, and then is not. Needs root on Linux. */
async function fullDisk(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  mkdirSync(sandbox.file("disk"));
  const mount = (/** @type {string} */ options) =>
    spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", sandbox.file("disk")]).status === 0;
  if (canMount === false) return killed(sandbox);
  canMount = mount(`size=${40 + sandbox.below(1400)}k`);
  if (!canMount) return killed(sandbox);
  try {
    sandbox.take("data.csv", "model.json");
    const words = sandbox.pick([
      ["train", "model.json", "--data", "data.csv", "--epochs", "3", "--run-dir", "disk/runs"],
      ["data", "data.csv", "--report", "disk/examined", "--no-label-errors"],
      ["convert", "data.csv", "disk/pictures", "--to", "images"],
      ["convert", "data.csv", "disk/data.npz"],
    ]);
    const ended = await sandbox.heddle(words);
    sandbox.succeedsOrRefuses(ended);
    sandbox.noLeftovers();
    execFileSync("mount", ["-o", "remount,size=50m", sandbox.file("disk")]);
    if (ended.code === 0) return;
    if (words[0] === "train" && existsSync(sandbox.file("disk/runs"))) {
      const listed = JSON.parse((await sandbox.heddle(["runs", "--run-dir", "disk/runs", "--json"])).stdout);
      if (listed.runs.length === 1)
        sandbox.succeeds(await sandbox.heddle(["train", "--resume", "latest", "--run-dir", "disk/runs"]));
    }
    sandbox.succeeds(await sandbox.heddle(words));
    sandbox.noLeftovers();
    sandbox.wholeFiles();
  } finally {
    execFileSync("umount", [sandbox.file("disk")]);
  }
}
