// One writer: whatever several processes want at once, one has it, and the result is that of one.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { outcome } from "./fixture.mjs";
import { told } from "./sandbox.mjs";

const ISOLATED = ["unshare", "--pid", "--fork", "--mount-proc"];

let canIsolate = /** @type {boolean | undefined} */ (undefined);

/** Words that put a process into a PID namespace of its own, where that is allowed. */
function isolation() {
  canIsolate ??= spawnSync(ISOLATED[0] ?? "", [...ISOLATED.slice(1), "true"]).status === 0;
  return canIsolate ? ISOLATED : [];
}

/** @param {import("./sandbox.mjs").Sandbox} sandbox */
export async function writers(sandbox) {
  await sandbox.pick([resumed, resumed, names, targets, trainings])(sandbox);
  sandbox.wholeFiles();
}

/** Several processes resume one run, which one of them may have had when it was killed. */
async function resumed(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  sandbox.take("stopped");
  const run = sandbox.run("stopped");
  const words = ["train", "--resume", run];
  if (sandbox.chance(2))
    await sandbox.heddle(words, { signals: [{ afterMs: 400 + sandbox.below(1500), signal: "SIGKILL" }] });
  const within = sandbox.chance(2) ? isolation() : [];
  const all = await Promise.all(
    Array.from({ length: 2 + sandbox.below(3) }, () => sandbox.heddle(words, { within })),
  );
  for (const ended of all) sandbox.succeedsOrRefuses(ended);
  // Whoever comes after the training has ended finds nothing to do, which is no error.
  const trained = all.filter(
    (ended) => ended.code === 0 && !`${ended.stdout}${ended.stderr}`.includes("already finished"),
  ).length;
  sandbox.hold(trained <= 1, `${trained} processes trained ${run}`);
  const status = JSON.parse(readFileSync(sandbox.file(run, "run.json"), "utf8")).status;
  sandbox.hold(status === "finished", () => `${run} is ${status} after ${all.map(told).join("; ")}`);
  const result = outcome(sandbox.file(run));
  sandbox.hold(result === sandbox.fixture.resumed, `${run}: ${result}, not ${sandbox.fixture.resumed}`);
  sandbox.noLeftovers();
}

/** Runs that want the same name at once. */
async function names(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  sandbox.take("finished", "stopped");
  const runs = [sandbox.run("finished"), sandbox.run("stopped")];
  for (const run of runs)
    cpSync(sandbox.file(run), sandbox.file("both", run.split("/")[1] ?? ""), { recursive: true });
  const ids = readdirSync(sandbox.file("both"));
  const all = await Promise.all(
    ids.map((id) => sandbox.heddle(["runs", "rename", id, "same", "--run-dir", "both"])),
  );
  for (const ended of all) sandbox.succeedsOrRefuses(ended);
  const listed = JSON.parse((await sandbox.heddle(["runs", "--run-dir", "both", "--json"])).stdout);
  const called = listed.runs.filter((/** @type {{ name: string }} */ { name }) => name === "same").length;
  const succeeded = all.filter(({ code }) => code === 0).length;
  sandbox.hold(
    called === 1 && succeeded === 1,
    `${succeeded} renames succeeded, ${called} runs are called the same`,
  );
  sandbox.noLeftovers();
}

/** Conversions to one target at once. */
async function targets(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  sandbox.take("data.csv");
  const [form, target] = sandbox.pick([
    ["images", "pictures"],
    ["idx", "idx"],
    ["csv", "tables"],
    ["npz", "data.npz"],
  ]);
  const force = sandbox.chance(2) ? ["--force"] : [];
  const words = ["convert", "data.csv", target, "--to", form, ...force];
  const all = await Promise.all(Array.from({ length: 2 + sandbox.below(3) }, () => sandbox.heddle(words)));
  for (const ended of all) sandbox.succeedsOrRefuses(ended);
  sandbox.hold(
    all.some(({ code }) => code === 0),
    "no conversion succeeded",
  );
  sandbox.noLeftovers();
  sandbox.succeeds(await sandbox.heddle(["data", target]));
}

/** Trainings that begin at once in one folder of runs. */
async function trainings(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  sandbox.take("data.csv", "model.json");
  const words = ["train", "model.json", "--data", "data.csv", "--epochs", "2", "--run-dir", "new"];
  const all = await Promise.all(Array.from({ length: 2 + sandbox.below(2) }, () => sandbox.heddle(words)));
  for (const ended of all) sandbox.succeeds(ended);
  const runs = readdirSync(sandbox.file("new")).filter((id) =>
    existsSync(sandbox.file("new", id, "run.json")),
  );
  sandbox.hold(runs.length === all.length, `${all.length} trainings, ${runs.length} runs`);
  const weights = new Set(runs.map((id) => JSON.parse(outcome(sandbox.file("new", id))).weights));
  sandbox.hold(weights.size === 1, "trainings at once differ");
  sandbox.noLeftovers();
}
