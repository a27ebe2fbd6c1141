// The commands that write, each with what it needs.

/**
 * @typedef {object} Command
 * @property {readonly string[]} words
 * @property {string} [target] what a conversion writes
 *
 * @param {import("./sandbox.mjs").Sandbox} sandbox
 * @returns {Command} one of them, with its input in the sandbox
 */
export function drawCommand(sandbox) {
  sandbox.take("data.csv", "model.json", "finished", "stopped");
  const [finished, stopped] = [sandbox.run("finished"), sandbox.run("stopped")];
  const [form, target] = sandbox.pick([
    ["images", "pictures"],
    ["idx", "idx"],
    ["csv", "tables"],
    ["npz", "data.npz"],
  ]);
  return sandbox.pick([
    { words: ["train", "model.json", "--data", "data.csv", "--epochs", "6", "--run-dir", "new"] },
    { words: ["train", "--resume", stopped] },
    { words: ["report", finished] },
    { words: ["evaluate", finished, "--report", "evaluated/page.html"] },
    { words: ["explain", finished, "--out", "explained"] },
    { words: ["compare", finished, stopped, "--report", "compared/page.html"] },
    { words: ["data", "data.csv", "--report", "examined", "--no-label-errors"] },
    { words: ["lr-find", "model.json", "--data", "data.csv", "--out", "rates"] },
    { words: ["convert", "data.csv", target, "--to", form, "--force"], target },
    { words: ["convert", "data.csv", target, "--to", form, "--force"], target },
  ]);
}

/** Removes what a killed command left, as a user would: by the same command again, and by `heddle runs clean`. */
export async function again(
  /** @type {import("./sandbox.mjs").Sandbox} */ sandbox,
  /** @type {readonly string[]} */ words,
) {
  sandbox.succeeds(await sandbox.heddle(words));
  for (const root of ["finished", "stopped", "new"])
    sandbox.succeeds(await sandbox.heddle(["runs", "clean", "--run-dir", root]));
  sandbox.noLeftovers();
  sandbox.wholeFiles();
}
