// Ours or not ours: nothing of a stranger's is replaced, deleted or written through, whatever is forced.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const STRANGERS = [
  "thesis.docx",
  "prices.csv",
  "holiday.png",
  ".git/HEAD",
  "notes/todo.txt",
  "train/plan.md",
  ".hidden",
  "recipe.json",
];

/** @param {import("./sandbox.mjs").Sandbox} sandbox */
export async function ours(sandbox) {
  mkdirSync(sandbox.file("outside"));
  for (const name of ["precious.txt", "config.json", "report.html", "loss-by-epoch.svg"])
    writeFileSync(sandbox.file("outside", name), `not Heddle's: ${name}`);
  const outside = sandbox.picture("outside");
  await sandbox.pick([folders, folders, folders, files, links, emptyPaths])(sandbox);
  sandbox.unchanged("outside", outside);
  sandbox.noLeftovers();
}

/** A folder of Heddle's making into which a stranger put something. */
async function folders(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  sandbox.take("data.csv", "finished");
  const run = sandbox.run("finished");
  const form = sandbox.pick(["images", "idx", "csv"]);
  const [folder, words] = sandbox.pick([
    ["target", ["convert", "data.csv", "target", "--to", form, "--force"]],
    ["target", ["data", "data.csv", "--report", "target", "--no-label-errors"]],
    [run, ["runs", "delete", run, "--yes", "--run-dir", "finished"]],
  ]);
  const isFresh = folder === "target" && sandbox.chance(3);
  if (isFresh) mkdirSync(sandbox.file("target"));
  else if (folder === "target") sandbox.succeeds(await sandbox.heddle(words));
  const planted = sandbox.chance(5) ? undefined : plant(sandbox, folder);
  const before = sandbox.picture(folder);
  const ended = await sandbox.heddle(words);
  if (planted === undefined) return sandbox.succeeds(ended);
  sandbox.refuses(ended);
  sandbox.unchanged(folder, before);
}

/** Puts a stranger's file, folder or link somewhere below a folder. */
function plant(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox, /** @type {string} */ folder) {
  const below = [...sandbox.picture(folder)].filter(([, what]) => what === "folder").map(([name]) => name);
  const path = sandbox.file(folder, sandbox.pick(below), sandbox.pick(STRANGERS));
  mkdirSync(dirname(path), { recursive: true });
  const what = sandbox.below(4);
  if (what === 0) symlinkSync(sandbox.file("outside", "precious.txt"), path);
  else if (what === 1) symlinkSync(sandbox.file("outside"), path);
  else writeFileSync(path, `not Heddle's: ${sandbox.below(1e6)}`);
  return path;
}

/** A single file in the place of what a command writes. */
async function files(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  sandbox.take("data.csv", "model.json", "finished", "stopped");
  const [finished, stopped] = [sandbox.run("finished"), sandbox.run("stopped")];
  const name = sandbox.pick(["keep.txt", "keep.json", "keep.html", "keep"]);
  const content = sandbox.pick([
    "precious\n",
    '{"mine":true}\n',
    "<html><body>mine</body></html>\n",
    "[1,2,3]",
    "\0\x01\x02",
  ]);
  writeFileSync(sandbox.file(name), content);
  const before = sandbox.picture(name);
  const words = sandbox.pick([
    ["train", "model.json", "--data", "data.csv", "--epochs", "1", "--save-recipe", name],
    ["evaluate", finished, "--report", name],
    ["compare", finished, stopped, "--report", name],
    ["explain", finished, "--out", name],
    ["lr-find", "model.json", "--data", "data.csv", "--out", name],
    ["data", "data.csv", "--report", name, "--no-label-errors"],
    ["convert", "data.csv", name, "--to", sandbox.pick(["images", "idx", "csv"]), "--force"],
    ["convert", "data.csv", name, "--to", sandbox.pick(["images", "idx", "csv", "npz"])],
  ]);
  sandbox.refuses(await sandbox.heddle(words));
  sandbox.unchanged(name, before);
}

/** A link that leads out of a run, where the run keeps something. */
async function links(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  sandbox.take("finished", "stopped");
  const isStopped = sandbox.chance(2);
  const run = sandbox.run(isStopped ? "stopped" : "finished");
  const [name, target] = sandbox.pick([
    ["model", "outside"],
    ["figures", "outside"],
    ["checkpoints", "outside"],
    ["explain", "outside"],
    ["evaluation", "outside"],
    ["report.html", "outside/report.html"],
    ["history.csv", "outside/precious.txt"],
    ["metrics.json", "outside/precious.txt"],
    ["labels.jsonl", "outside/precious.txt"],
    ["test-looks.jsonl", "outside/precious.txt"],
    ["dataset.json", "outside/config.json"],
    ["figures/loss-by-epoch.svg", "outside/loss-by-epoch.svg"],
    ["model/config.json", "outside/config.json"],
  ]);
  rmSync(sandbox.file(run, name), { recursive: true, force: true });
  mkdirSync(dirname(sandbox.file(run, name)), { recursive: true });
  symlinkSync(sandbox.file(target), sandbox.file(run, name));
  const words = sandbox.pick([
    ["report", run],
    ["evaluate", run, "--report"],
    ["explain", run],
    ["runs", "tag", run, "mine", "--run-dir", dirname(run)],
    ["runs", "clean", "--run-dir", dirname(run)],
    ["runs", "delete", run, "--yes", "--run-dir", dirname(run)],
    ...(isStopped ? [["train", "--resume", run]] : []),
  ]);
  sandbox.succeedsOrRefuses(await sandbox.heddle(words));
}

/** A path that is empty, as a variable that is not set gives it. */
async function emptyPaths(/** @type {import("./sandbox.mjs").Sandbox} */ sandbox) {
  sandbox.take("data.csv", "model.json", "finished");
  const finished = sandbox.run("finished");
  const words = sandbox.pick([
    ["train", "model.json", "--data", "data.csv", "--epochs", "1", "--run-dir", ""],
    ["train", "model.json", "--data", "", "--epochs", "1"],
    ["train", "model.json", "--data", "data.csv", "--epochs", "1", "--save-recipe", ""],
    ["train", ""],
    ["train", "--resume", ""],
    ["evaluate", finished, "--report", ""],
    ["evaluate", ""],
    ["report", ""],
    ["explain", finished, "--out", ""],
    ["compare", finished, ""],
    ["data", ""],
    ["data", "data.csv", "--report", ""],
    ["convert", "data.csv", "", "--to", "csv", "--force"],
    ["convert", "", "target", "--to", "csv"],
    ["runs", "delete", "", "--yes", "--run-dir", "finished"],
    ["runs", "clean", "--run-dir", ""],
    ["lr-find", "model.json", "--data", "data.csv", "--out", ""],
  ]);
  const before = sandbox.picture("");
  sandbox.refuses(await sandbox.heddle(words));
  sandbox.unchanged("", before);
}
