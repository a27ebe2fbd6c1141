// Measures Heddle and its peers side by side and writes bench/results/throughput.json and the table of
// bench/README.md. Every measurement is a fresh process; systems take turns within a round, so that a machine that
// slows down slows all of them; a process reports the median of its passes, the table the median over rounds.
// usage: npm run bench [-- --rounds 3 --threads 2 --keras PYTHON --pytorch PYTHON]
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = fileURLToPath(new URL(".", import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    threads: { type: "string", default: String(cpus().length) },
    batches: { type: "string", default: "32,64,128" },
    keras: { type: "string", default: `${here}peers/keras/venv/bin/python` },
    pytorch: { type: "string", default: `${here}peers/pytorch/venv/bin/python` },
  },
});
const rounds = Number(values.rounds);
const { threads } = values;
const batches = values.batches.split(",").map(Number);

/** What is measured, in the order of its turns. */
const systems = {
  "Heddle, strict": (batch, t = threads) => ["node", [`${here}heddle/throughput.mjs`, batch, t]],
  "Heddle, --fast": (batch, t = threads) => ["node", [`${here}heddle/throughput.mjs`, batch, t, "fast"]],
  "Keras on TensorFlow": (batch) => [values.keras, [`${here}peers/keras/throughput.py`, batch, threads]],
  PyTorch: (batch) => [values.pytorch, [`${here}peers/pytorch/throughput.py`, batch, threads]],
};

const runs = [];
for (let round = 1; round <= rounds; round++) {
  for (const batch of batches) {
    for (const [system, command] of Object.entries(systems)) measure(round, system, command(batch));
  }
  measure(round, "Heddle, strict, one thread", systems["Heddle, strict"](64, 1));
}

const machine = { cpu: cpus()[0].model, cores: cpus().length, node: process.versions.node };
mkdirSync(`${here}results`, { recursive: true });
const result = { measuredAt: new Date().toISOString(), machine, threads: Number(threads), rounds, runs };
writeFileSync(`${here}results/throughput.json`, `${JSON.stringify(result, null, 1)}\n`);
writeTable();

function measure(round, system, [program, words]) {
  const output = execFileSync(program, words.map(String), {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const run = { round, ...JSON.parse(output.trim().split("\n").at(-1)), system };
  runs.push(run);
  // The first pass warms up: compilers, caches, allocators.
  console.log(
    `round ${round}  batch ${String(run.batchSize).padStart(3)}  ${system.padEnd(27)}` +
      `training ${Math.round(median(run.training.slice(1)))}/s  prediction ${Math.round(median(run.prediction.slice(1)))}/s`,
  );
}

/** Median over the rounds of a run's median pass. */
function typical(system, batch, what) {
  const found = runs.filter((run) => run.system === system && run.batchSize === batch);
  return median(found.map((run) => median(run[what].slice(1))));
}

function writeTable() {
  const number = (value) => Math.round(value).toLocaleString("en-US");
  const ratio = (a, b) => `${(a / b).toFixed(2)} ×`;
  const rows = Object.keys(systems).map((system) => [
    system,
    ...batches.map((batch) => number(typical(system, batch, "training"))),
    number(median(batches.map((batch) => typical(system, batch, "prediction")))),
  ]);
  const against = ["Heddle, strict", "Heddle, --fast"].map((system) => [
    `${system} against the faster peer`,
    ...batches.map((batch) => {
      const peer = Math.max(
        typical("Keras on TensorFlow", batch, "training"),
        typical("PyTorch", batch, "training"),
      );
      return ratio(typical(system, batch, "training"), peer);
    }),
    ratio(
      median(batches.map((batch) => typical(system, batch, "prediction"))),
      median(batches.map((batch) => typical("Keras on TensorFlow", batch, "prediction"))),
    ),
  ]);
  const strict = typical("Heddle, strict", 64, "training");
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const lines = [
    `Measured on ${result.measuredAt.slice(0, 10)}: ${machine.cpu}, ${threads} threads, Node ${machine.node}; ` +
      `${rounds} rounds, each system in a fresh process, in turn; images a second, medians.`,
    "",
    line(["", ...batches.map((batch) => `training, batch ${batch}`), "prediction"]),
    line(["---", ...batches.map(() => "---:"), "---:"]),
    ...rows.map(line),
    ...against.map(line),
    "",
    `Strict against fast at batch 64: ${ratio(strict, typical("Heddle, --fast", 64, "training"))}. ` +
      `${threads} threads against one, strict, batch 64: ` +
      `${ratio(strict, typical("Heddle, strict, one thread", 64, "training"))}.`,
  ];
  const path = `${here}README.md`;
  const text = readFileSync(path, "utf8");
  const marked = /(<!-- table -->\n)[\s\S]*?(<!-- end of table -->)/;
  writeFileSync(
    path,
    text.replace(marked, (_, start, end) => `${start}${lines.join("\n")}\n${end}`),
  );
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
