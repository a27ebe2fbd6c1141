// Each op alone on one thread, against what the machine's SIMD units can do at most.
import { fileURLToPath } from "node:url";
import { REFERENCE } from "../heddle/shapes.mjs";
import { measureIn } from "../lib/processes.mjs";
import { caption, machine, median, number, percent, publish, table } from "../lib/report.mjs";
import { inTurn } from "../lib/turns.mjs";

const script = fileURLToPath(new URL("../heddle/kernels.mjs", import.meta.url));
const VARIANTS = ["strict", "fma"];

/** @param options rounds, milliseconds (the least of one measurement), out */
export function measureKernels({ rounds, milliseconds, out }) {
  const runs = [];
  for (let round = 1; round <= rounds; round++) {
    for (const variant of inTurn(VARIANTS, round)) {
      const run = { round, ...measureIn("node", [script, variant, milliseconds]) };
      runs.push(run);
      console.log(
        `round ${round}  kernels, ${variant.padEnd(6)}  ceiling ${giga(Math.max(...run.ceiling))} GMAC/s`,
      );
    }
  }
  const result = { measuredAt: new Date().toISOString(), machine, threads: 1, rounds, milliseconds, runs };
  publish("kernels", result, kernelLines(result), out);
}

function kernelLines({ runs, ...result }) {
  /** The ceiling: the highest speed in each process, and of these the median. */
  const ceiling = (variant) => median(of(runs, variant).map((run) => Math.max(...run.ceiling)));
  const [{ ops, batchSize }] = runs;
  const rows = ops.map(({ name, direction }) => [
    name,
    direction,
    ...VARIANTS.flatMap((variant) => {
      const { seconds, rate } = speed(runs, variant, name, direction);
      const reference = speed(runs, variant, REFERENCE[direction], direction);
      return [
        number(1e6 * seconds, 1),
        giga(rate),
        percent(rate / ceiling(variant)),
        percent(rate / reference.rate),
      ];
    }),
  ]);
  const columns = (variant) => [`${variant}: µs`, "GMAC/s", "of ceiling", "of conv2"];
  return [
    caption(result, `a batch of ${batchSize} in training, µs a sample, medians.`),
    `Ceiling of one thread: ${VARIANTS.map((variant) => `${giga(ceiling(variant))} GMAC/s ${variant}`).join(", ")}.`,
    "",
    ...table([["op", "direction", ...VARIANTS.flatMap(columns)], ...rows], 2),
  ];
}

function of(runs, variant) {
  return runs.filter((run) => run.variant === variant);
}

/** Seconds a sample and multiply-adds a second of an op: the median over processes of the process's median. */
function speed(runs, variant, name, direction) {
  const found = of(runs, variant).map(({ ops }) =>
    ops.find((op) => op.name === name && op.direction === direction),
  );
  const seconds = median(found.map((op) => median(op.secondsPerSample)));
  return { seconds, rate: found[0].macs / seconds };
}

function giga(rate) {
  return number(rate / 1e9, 1);
}
