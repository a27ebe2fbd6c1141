// The long form of tests/resume.test.ts: kills a training at random moments, resumes it each time, and says what was
// tried. Fails when the weights, history or evaluation of a run differ from those of an undisturbed one.
// usage: node tools/reliability/kills.mjs [--kills 50] [--seed N]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Random } from "../../packages/core/dist/base/random.js";
import { killAndResume } from "./kill-and-resume.mjs";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "50" }, seed: { type: "string", default: "1" } },
});
const random = new Random(Number(values.seed), "split");
const folder = mkdtempSync(join(tmpdir(), "heddle-kills-"));
try {
  const training = [
    ...["--data", "fashion-sketch", "--limit", "1200", "--epochs", "12", "--batch-size", "32"],
    ...["--validation-split", "0.2", "--early-stopping", "20", "--checkpoint-every", "7"],
  ];
  const { kills, runs, beforeRun, beforeCheckpoint } = await killAndResume({
    ...{ folder, training, kills: Number(values.kills) },
    random: () => random.below(2 ** 20) / 2 ** 20,
    tell: (line) => console.log(line),
  });
  console.log(
    `${kills} kills in ${runs} runs, ${beforeRun} before there was a run, ${beforeCheckpoint} before a checkpoint: nothing was lost.`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
