// Images a second of six nets, in Heddle on one Node or several, and in its peers: their order reversed each round.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { measureIn } from "../lib/processes.mjs";
import { caption, machine, median, number, publish, table } from "../lib/report.mjs";
import { inTurn } from "../lib/turns.mjs";
import { nets } from "../nets.mjs";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const WORK = ["training", "prediction"];

/**
 * @param options rounds, threads, batches, nets (their names), nodes (paths of Node), keras and pytorch (the peers'
 * Python), out
 */
export function measureNets(options) {
  const { rounds, threads, batches } = options;
  const systems = systemsOf(options);
  const runs = [];
  for (let round = 1; round <= rounds; round++) {
    for (const [system, command] of inTurn(systems, round)) {
      for (const net of options.nets) {
        for (const batch of batches) {
          const [program, words] = command(net, batch, threads);
          const run = { round, system, ...measureIn(program, words) };
          runs.push(run);
          const rates = WORK.map((work) => `${work} ${number(typical(run, work))}/s`);
          console.log(
            `round ${round}  ${net.padEnd(10)} ${String(batch).padStart(3)}  ${system.padEnd(28)} ${rates.join("  ")}`,
          );
        }
      }
    }
    // After each round, so that a run that is stopped keeps the rounds that ended.
    const result = { measuredAt: new Date().toISOString(), machine, threads, rounds: round, batches, runs };
    publish("nets", result, linesOf(result), options.out);
  }
}

/** Name → the command for a net, a batch and a number of threads. */
function systemsOf({ nodes, keras, pytorch }) {
  const heddle = nodes.flatMap((node) =>
    ["strict", "fast"].map((variant) => [
      `Heddle, ${variant}, Node ${measureIn(node, ["-p", "JSON.stringify(process.versions.node)"]).split(".")[0]}`,
      (net, batch, threads) => [
        node,
        [at("heddle/nets.mjs"), net, batch, threads, ...(variant === "fast" ? ["fast"] : [])],
      ],
    ]),
  );
  const peers = [
    ["Keras on TensorFlow", keras, "keras", []],
    ["PyTorch", pytorch, "pytorch", []],
    ["PyTorch, channels last", pytorch, "pytorch", ["channels-last"]],
  ].flatMap(([name, program, folder, words]) => {
    if (existsSync(program)) {
      return [
        [
          name,
          (net, batch, threads) => [program, [at(`peers/${folder}/nets.py`), net, batch, threads, ...words]],
        ],
      ];
    }
    console.warn(
      `\n*** SKIPPED: ${name}: there is no ${program}; bench/README.md says how to install it ***\n`,
    );
    return [];
  });
  return [...heddle, ...peers];
}

/** Median of a run's passes except the first, which warms up. */
function typical(run, work) {
  return median(run[work].slice(1));
}

function linesOf(result) {
  const { runs, batches } = result;
  const systems = [...new Set(runs.map(({ system }) => system))];
  const ours = systems.filter((system) => system.startsWith("Heddle"));
  const peers = systems.filter((system) => !ours.includes(system));
  const measured = Object.keys(nets).filter((net) => runs.some((run) => run.net === net));
  /** Median over the rounds; prediction, whose batches a system chooses itself, over all batches too. */
  const rate = (system, net, work, batch) =>
    median(
      runs
        .filter(
          (run) =>
            run.system === system && run.net === net && (batch === undefined || run.batchSize === batch),
        )
        .map((run) => typical(run, work)),
    );
  const rows = measured.flatMap((net) =>
    [...batches.map((batch) => ["training", batch]), ["prediction", undefined]].map(([work, batch]) => {
      const best = Math.max(...peers.map((peer) => rate(peer, net, work, batch)));
      const cell = (system) => {
        const value = rate(system, net, work, batch);
        return peers.length > 0 && ours.includes(system)
          ? `${number(value)} (${(value / best).toFixed(2)})`
          : number(value);
      };
      return [net, batch ? `training, ${batch}` : work, ...systems.map(cell)];
    }),
  );
  const versions = Object.assign({ heddle: machine.heddle }, ...runs.map((run) => run.versions ?? {}));
  return [
    caption(
      result,
      "each system in a fresh process, order reversed each round; images a second, medians, in brackets the ratio to the fastest peer.",
    ),
    "",
    ...table([["net", "work, batch", ...systems], ...rows], 2),
    "",
    `Versions: ${Object.entries(versions)
      .map((pair) => pair.join(" "))
      .join(", ")}.`,
  ];
}
