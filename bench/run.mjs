// Measures Heddle and its peers, subject by subject; writes raw values to bench/results/ and the tables of
// bench/README.md.
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { nets } from "./nets.mjs";
import { measureKernels } from "./subjects/kernels.mjs";
import { measureNets } from "./subjects/nets.mjs";
import { measureProcess } from "./subjects/process.mjs";
import { measureServing } from "./subjects/serving.mjs";
import { measureStandalone } from "./subjects/standalone.mjs";
import { measureStudio } from "./subjects/studio.mjs";
import { measureThroughput } from "./subjects/throughput.mjs";

const subjects = {
  throughput: measureThroughput,
  nets: measureNets,
  kernels: measureKernels,
  process: measureProcess,
  serving: measureServing,
  standalone: measureStandalone,
  studio: measureStudio,
};
const usage = `usage: npm run bench -- [options]
  --only LIST     subjects: ${Object.keys(subjects).join(",")} (all)
  --rounds N      how often everything is measured, in turn (3)
  --threads N     of Heddle and the peers in Python (every core)
  --batches LIST  of training (32,64,128)
  --nets LIST     of the subject nets (${Object.keys(nets).join(",")})
  --nodes LIST    paths of the Nodes that run Heddle there, and standalone modules (this one)
  --against LIST  other checkouts, built, whose standalone modules are measured (none)
  --ms N          least milliseconds of one measurement of a kernel (200)
  --seconds N     of one measurement of a server (5)
  --fastapi FILE  its Python (bench/peers/serving/venv/bin/python)
  --keras FILE    its Python (bench/peers/keras/venv/bin/python)
  --pytorch FILE  its Python (bench/peers/pytorch/venv/bin/python)
  --out FOLDER    for the raw values; results/ and README.md stay as they are then`;

const python = (peer) => fileURLToPath(new URL(`peers/${peer}/venv/bin/python`, import.meta.url));
const { values } = parseArgs({
  options: {
    help: { type: "boolean", default: false },
    only: { type: "string", default: Object.keys(subjects).join(",") },
    rounds: { type: "string", default: "3" },
    threads: { type: "string", default: String(cpus().length) },
    batches: { type: "string", default: "32,64,128" },
    nets: { type: "string", default: Object.keys(nets).join(",") },
    nodes: { type: "string", default: process.execPath },
    against: { type: "string", default: "" },
    ms: { type: "string", default: "200" },
    seconds: { type: "string", default: "5" },
    fastapi: { type: "string", default: python("serving") },
    keras: { type: "string", default: python("keras") },
    pytorch: { type: "string", default: python("pytorch") },
    out: { type: "string" },
  },
});
if (values.help) {
  console.log(usage);
  process.exit();
}
const chosen = values.only.split(",");
const unknown = chosen.filter((name) => !(name in subjects));
if (unknown.length > 0)
  throw new Error(`bench: expected subjects of ${Object.keys(subjects)}, received ${unknown}`);
for (const peer of ["keras", "pytorch"]) {
  const { [peer]: path } = values;
  if (path !== python(peer) && !existsSync(path)) throw new Error(`bench: --${peer}: there is no ${path}`);
}
const options = {
  rounds: whole("rounds", values.rounds),
  threads: whole("threads", values.threads),
  batches: values.batches.split(",").map((batch) => whole("batches", batch)),
  nets: values.nets.split(","),
  nodes: values.nodes.split(","),
  against: values.against.split(",").filter((path) => path !== ""),
  milliseconds: whole("ms", values.ms),
  seconds: whole("seconds", values.seconds),
  fastapi: values.fastapi,
  keras: values.keras,
  pytorch: values.pytorch,
  out: values.out,
};
for (const name of chosen) await subjects[name](options);

function whole(option, text) {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`bench: expected --${option} to be a whole number above zero, received ${text}`);
}
