// How much less training asynchronous halving needs than random search for the same best held-out accuracy: sweeps of the
// study's CNN on generated images, counted in epochs, so that the machine plays no part.
// usage: node bench/halving.mjs [--sweeps 5] [--trials 27] [--images 600]
import { parseArgs } from "node:util";
import { generateFashionSketch } from "../packages/core/dist/data/fashion-sketch/index.js";
import { datasetInMemory } from "../packages/core/dist/data/images.js";
import { trainingOf } from "../packages/core/dist/recipes/build-training.js";
import { fitTraining } from "../packages/core/dist/recipes/fit-training.js";
import { prepareTraining } from "../packages/core/dist/recipes/prepare-training.js";
import { resolveSettings } from "../packages/core/dist/recipes/resolve-settings.js";
import { Journal } from "../packages/core/dist/sweep/journal.js";
import { settingsOf } from "../packages/core/dist/sweep/recipe-space.js";
import { JournalRecords } from "../packages/core/dist/sweep/records.js";
import { untilOf } from "../packages/core/dist/sweep/stopping.js";
import { Sweep } from "../packages/core/dist/sweep/sweep.js";

const { values: given } = parseArgs({
  options: {
    sweeps: { type: "string", default: "5" },
    trials: { type: "string", default: "27" },
    images: { type: "string", default: "600" },
  },
});
const [sweeps, trials, images] = [given.sweeps, given.trials, given.images].map(Number);
const EPOCHS = 9;
const dataset = datasetInMemory(generateFashionSketch({ train: images, test: 10 }));
const parameters = {
  learningRate: { type: "float", low: 0.0003, high: 0.03, log: true },
  batchSize: { type: "category", choices: [16, 32, 64, 128] },
  dropout: { type: "float", low: 0, high: 0.6 },
  labelSmoothing: { type: "float", low: 0, high: 0.2 },
  l2: { type: "float", low: 1e-6, high: 1e-2, log: true },
};
const shared = resolveSettings({ validationSplit: 1 / 3 }, { epochs: EPOCHS });

/** @type {Map<string, Promise<number[]>>} a trial that is paused and promoted has the curve of one that is not */
const curves = new Map();

/** The held-out accuracy after each epoch. */
function curveOf(space, values) {
  const key = space.keyOf(values);
  if (!curves.has(key)) curves.set(key, train(resolveSettings(shared, settingsOf("halving", space, values))));
  return curves.get(key);
}

async function train(settings) {
  const training = trainingOf(settings, dataset, { threads: 1 });
  const curve = [];
  try {
    const callbacks = () => [{ onEpochEnd: ({ valAccuracy }) => void curve.push(valAccuracy) }];
    await fitTraining(training, prepareTraining(training), { callbacks });
    return curve;
  } finally {
    training.model.dispose();
  }
}

/** Runs a sweep with one worker, until a complete trial is as good as `goal`; counts the epochs. */
async function run(options, goal = Number.POSITIVE_INFINITY) {
  const sweep = new Sweep(options);
  const journal = new Journal("journal");
  const records = new JournalRecords("halving");
  const write = (lines) => journal.read(new TextEncoder().encode(lines));
  const { name, definition } = sweep;
  write(records.createStudy({ id: 0, name, goal: sweep.goal, definition }));
  const study = journal.study(name);
  const at = new Date(0);
  let [epochs, best, foundAfter] = [0, 0, 0];
  for (;;) {
    const decision = sweep.decide(study);
    if (decision.kind === "done" || best >= goal)
      return { epochs, best, foundAfter, begun: study.trials.length };
    if (decision.kind === "stop") {
      write(records.stop(decision.trial, at));
      continue;
    }
    if (decision.kind === "start") write(records.start(study, sweep.space, { ...decision, at }));
    else write(records.resume(decision.trial, at, decision.until));
    const trial = decision.kind === "start" ? study.trials.at(-1) : decision.trial;
    const curve = await curveOf(sweep.space, trial.values);
    let verdict = "continue";
    while (verdict === "continue" && trial.reports.length < (untilOf(trial) ?? EPOCHS)) {
      write(records.report(trial, trial.reports.length + 1, curve[trial.reports.length]));
      epochs++;
      verdict = sweep.verdict(study, trial);
    }
    if (verdict === "pause") write(records.pause(trial));
    else {
      write(records.complete(trial, curve[EPOCHS - 1], at));
      if (curve[EPOCHS - 1] > best) [best, foundAfter] = [curve[EPOCHS - 1], epochs];
    }
  }
}

const shares = [];
for (let seed = 1; seed <= sweeps; seed++) {
  const base = { name: "halving", goal: "maximize", seed, parameters, search: { type: "random" } };
  const random = await run({ ...base, trials });
  const stopping = { type: "asynchronousHalving", minimum: 1, maximum: EPOCHS };
  // As many trials as it takes, but no more epochs than random search had.
  const halving = await run({ ...base, trials: 3 * trials, stopping }, random.best);
  const reached = halving.best >= random.best;
  const share = reached ? halving.epochs / random.epochs : Number.POSITIVE_INFINITY;
  shares.push(share);
  console.log(
    `seed ${seed}: random search ${random.best.toFixed(4)} in ${random.epochs} epochs (found after ${random.foundAfter}); ` +
      `asynchronous halving ${halving.best.toFixed(4)} after ${halving.epochs} epochs of ${halving.begun} trials: ` +
      `${reached ? share.toFixed(2) : "not reached"}`,
  );
}
shares.sort((a, b) => a - b);
console.log(`median share of the epochs: ${shares[Math.floor(shares.length / 2)].toFixed(2)}`);
