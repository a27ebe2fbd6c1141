// Images a second of training and of prediction: Heddle and its peers, their order reversed each round.
import { measureIn } from "../lib/processes.mjs";
import { caption, machine, median, number, publish, ratio, table } from "../lib/report.mjs";
import { inTurn } from "../lib/turns.mjs";
import { HEDDLE, heddleOnOneThread, ONE_THREAD, slowSystems, systemsInTurn } from "./systems.mjs";

/** @param options rounds, threads, batches, keras and pytorch (the peers' Python), out */
export function measureThroughput(options) {
  const { rounds, threads, batches } = options;
  const runs = [];
  const measure = (round, system, [program, words]) => {
    const run = { round, ...measureIn(program, words), system };
    runs.push(run);
    const rates = ["training", "prediction"].filter((what) => run[what]);
    const text = rates.map((what) => `${what} ${rate(typicalPass(run, what))}/s`);
    const batch = String(run.batchSize).padStart(3);
    console.log(`round ${round}  batch ${batch}  ${system.padEnd(27)} ${text.join("  ")}`);
  };

  const systems = Object.entries(systemsInTurn(options));
  const measured = [
    ...batches.flatMap((batch) => systems.map(([system, command]) => [system, command(batch)])),
    [ONE_THREAD, heddleOnOneThread(middleOf(batches))],
  ];
  const slow = Object.entries(slowSystems());
  for (let round = 1; round <= rounds; round++) {
    for (const [system, command] of inTurn(measured, round)) measure(round, system, command);
  }
  for (const [system, command] of slow) {
    try {
      measure(1, system, command());
    } catch (thrown) {
      // Many minutes of other measurements must not be lost because of this one.
      console.warn(`\n*** LEFT OUT: ${system} failed: ${thrown.message} ***\n`);
    }
  }
  const result = { measuredAt: new Date().toISOString(), machine, threads, rounds, batches, runs };
  publish("throughput", result, throughputLines(result), options.out);
}

/** The batch size at which threads and variants are compared. */
function middleOf(batches) {
  return batches.includes(64) ? 64 : batches[0];
}

/** Median of a run's passes except the first, which warms up compilers, caches and allocators. */
function typicalPass(run, what) {
  return median(run[what].length > 1 ? run[what].slice(1) : run[what]);
}

function throughputLines(result) {
  const { runs, batches, threads } = result;
  const of = (system) => runs.filter((run) => run.system === system);
  /** Median over the rounds. */
  const trained = (system, batch) => {
    const found = of(system).filter((run) => run.batchSize === batch);
    return median(found.map((run) => typicalPass(run, "training")));
  };
  // Prediction has its own batch size, whatever that of training is.
  const predicted = (system) => median(of(system).map((run) => typicalPass(run, "prediction")));

  const systems = [...new Set(runs.filter((run) => run.prediction).map(({ system }) => system))];
  const peers = systems.filter((system) => ![...HEDDLE, ONE_THREAD].includes(system));
  const rows = [...HEDDLE, ...peers].map((system) => [
    system,
    ...batches.map((batch) => rate(trained(system, batch))),
    rate(predicted(system)),
  ]);
  const fastest = (measured) => Math.max(...peers.map(measured));
  const ratios = HEDDLE.map((system) => [
    `${system} against the faster peer`,
    ...batches.map((batch) =>
      ratio(
        trained(system, batch),
        fastest((peer) => trained(peer, batch)),
      ),
    ),
    ratio(predicted(system), fastest(predicted)),
  ]);
  const middle = middleOf(batches);
  const strict = trained(HEDDLE[0], middle);
  const slow = runs.filter((run) => !run.prediction);
  const slowRates = slow.map(
    (run) => `${run.system} ${rate(typicalPass(run, "training"))} (batch ${run.batchSize})`,
  );
  const versions = Object.assign({ heddle: machine.heddle }, ...runs.map((run) => run.versions ?? {}));
  return [
    caption(result, "each system in a fresh process, order reversed each round; images a second, medians."),
    "",
    ...table([
      ["", ...batches.map((batch) => `training, batch ${batch}`), "prediction"],
      ...rows,
      ...(peers.length > 0 ? ratios : []),
    ]),
    "",
    `Strict against fast at batch ${middle}: ${ratio(strict, trained(HEDDLE[1], middle))}. ` +
      `${threads} threads against one, strict, batch ${middle}: ${ratio(strict, trained(ONE_THREAD, middle))}.`,
    ...(slow.length > 0
      ? ["", `Training, images a second, one process and one thread: ${slowRates.join(", ")}.`]
      : []),
    "",
    `Versions: ${Object.entries(versions)
      .map((pair) => pair.join(" "))
      .join(", ")}.`,
  ];
}

function rate(imagesPerSecond) {
  return number(imagesPerSecond, imagesPerSecond < 100 ? 1 : 0);
}
