// Requests a second of servers: `heddle serve`, plain Python with Keras and with ONNX Runtime, and FastAPI with ONNX Runtime, on
// the same cores.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { studyModel } from "../../packages/core/dist/recipes/study-recipe.js";
import { exportModel } from "../../packages/interchange/dist/index.js";
import { measureIn } from "../lib/processes.mjs";
import { caption, machine, median, number, percent, publish, ratio, table } from "../lib/report.mjs";
import { inTurn } from "../lib/turns.mjs";

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const CLIENTS = [1, 16, 64];
/** Images of a request of the second table. */
const MANY = 32;

/** @param options rounds, threads of the peers, keras (its Python, with onnxruntime), fastapi (its Python), seconds, out */
export async function measureServing({ rounds, threads, keras, fastapi, seconds, out }) {
  const folder = mkdtempSync(join(tmpdir(), "heddle-serving-"));
  const model = studyModel({ input: [28, 28, 1], classes: 10, seed: 42 });
  await model.save(join(folder, "m"));
  for (const format of ["keras", "onnx"]) {
    const files = await exportModel(model, format, { name: "m" });
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  }
  model.dispose();
  const python = (kind) => [
    keras,
    [at("bench/peers/serving/server.py"), kind, join(folder, `m.${kind}`), threads],
  ];
  const heddle = ["serve", `m=${join(folder, "m")}`, "--port", "0", "--max-queue", "4096"];
  const systems = {
    heddle: {
      command: [process.execPath, [at("packages/heddle/bin/heddle.js"), ...heddle, "--log-level", "warn"]],
      path: "infer",
    },
    keras: { command: python("keras"), path: "/" },
    "ONNX Runtime": { command: python("onnx"), path: "/" },
    ...(existsSync(fastapi) && {
      FastAPI: {
        command: [fastapi, [at("bench/peers/serving/fastapi_server.py"), join(folder, "m.onnx"), threads]],
        path: "/",
      },
    }),
    bare: { command: [process.execPath, [at("bench/peers/serving/bare.mjs")]], path: "infer" },
  };
  if (!systems.FastAPI) console.warn(`bench: there is no ${fastapi}: FastAPI is skipped`);
  const measured = [];
  const inProcess = [];
  try {
    for (let round = 1; round <= rounds; round++) {
      for (const [name, { command, path }] of inTurn(Object.entries(systems), round)) {
        const server = await started(command);
        try {
          for (const clients of CLIENTS) {
            for (const images of clients === 64 && name === "heddle" ? [1, MANY] : [1]) {
              const words = [server.port, clients, seconds, path, images];
              const run = measureIn("node", [at("bench/lib/load-process.mjs"), ...words]);
              measured.push({ round, name, clients, images, ...run });
              const rate = `${number(run.perSecond)} requests/s, p99 ${number(run.p99, 2)} ms`;
              console.log(`round ${round}  ${name}, ${clients} clients, ${images} images: ${rate}`);
            }
          }
        } finally {
          await server.stop();
        }
      }
      const run = measureIn("node", [at("bench/heddle/batches.mjs"), 64, seconds, threads]);
      inProcess.push({ round, ...run });
      console.log(`round ${round}  in the process: ${number(run.perSecond)} images/s`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const result = {
    measuredAt: new Date().toISOString(),
    machine,
    threads,
    rounds,
    seconds,
    measured,
    inProcess,
  };
  publish("serving", result, lines(result), out);
}

/** Starts a server; resolves when it prints its port. */
function started([program, words]) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3" };
    const child = spawn(program, words.map(String), { stdio: ["ignore", "pipe", "pipe"], env });
    let [stdout, stderr] = ["", ""];
    const over = new Promise((resolve) => child.on("close", resolve));
    over.then(() => reject(new Error(`bench: ${program} ended:\n${stderr}`)));
    child.on("error", reject);
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    child.stdout.on("data", (text) => {
      stdout += text;
      const [, port] = /(?:Ready at \S+:|^)(\d+)\n/m.exec(stdout) ?? [];
      const stop = () => {
        child.kill();
        return over;
      };
      if (port) resolve({ port: Number(port), stop });
    });
  });
}

function lines(result) {
  const { measured, inProcess } = result;
  const of = (name, clients, key, images = 1) =>
    median(
      measured
        .filter((run) => run.name === name && run.clients === clients && run.images === images)
        .map((run) => run[key]),
    );
  const labels = {
    heddle: "Heddle",
    keras: "http.server, Keras",
    "ONNX Runtime": "http.server, ONNX Runtime",
    FastAPI: "FastAPI, ONNX Runtime",
    bare: "Node's own server, a constant answer, no model",
  };
  const names = Object.keys(labels).filter((name) => measured.some((run) => run.name === name));
  const peers = names.filter((name) => !["heddle", "bare"].includes(name));
  const againstPeers = (name) =>
    CLIENTS.map((clients) => {
      const best = Math.max(...peers.map((peer) => of(peer, clients, "perSecond")));
      return ratio(of(name, clients, "perSecond"), best);
    });
  const cell = (name, clients) =>
    `${number(of(name, clients, "perSecond"))}, ${number(of(name, clients, "p99"), 1)} ms`;
  const rows = [
    ["", ...CLIENTS.map((clients) => `${clients} ${clients === 1 ? "client" : "clients"}`)],
    ...names.map((name) => [labels[name], ...CLIENTS.map((clients) => cell(name, clients))]),
    ["requests against the faster peer", ...againstPeers("heddle")],
    ["what Node's own server would reach", ...againstPeers("bare")],
    [
      "p99 against the quicker peer",
      ...CLIENTS.map((clients) => {
        const best = Math.min(...peers.map((name) => of(name, clients, "p99")));
        return ratio(of("heddle", clients, "p99"), best);
      }),
    ],
  ];
  const alone = median(inProcess.map(({ perSecond }) => perSecond));
  const many = MANY * of("heddle", 64, "perSecond", MANY);
  const single = of("heddle", 64, "perSecond");
  return [
    caption(
      result,
      "one image a request; requests a second and the 99th percentile of their times, medians.",
    ),
    "",
    ...table(rows),
    "",
    `In the process, batches of 64 images without a server: ${number(alone)} images a second. ` +
      `The server with 64 clients: ${percent(single / alone)} of it with one image a request, ` +
      `${percent(many / alone)} with ${MANY}. The clients run on the same cores.`,
  ];
}
