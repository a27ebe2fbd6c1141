// Sweeps through Redis and PostgreSQL that speak TLS with a certificate of our own, with checkpoints in a shared folder: the
// trials are those of a sweep without a queue, and nobody connects who does not know the certificate.
// usage: node tools/reliability/sweep-tls.mjs
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { trialsIn } from "./journal-trials.mjs";
import {
  hasOpenssl,
  hasPostgres,
  hasRedis,
  makeCertificates,
  startPostgres,
  startRedis,
} from "./queue-servers.mjs";

const MAIN = fileURLToPath(new URL("../../packages/heddle/bin/heddle.js", import.meta.url));
const missing = Object.entries({ openssl: hasOpenssl, "redis-server": hasRedis, PostgreSQL: hasPostgres })
  .filter(([, found]) => !found)
  .map(([name]) => name);
if (missing.length > 0) {
  console.error(`sweep-tls: not on this machine: ${missing.join(", ")}. Nothing was tried.`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "heddle-sweep-tls-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const tls = makeCertificates(folder);
const password = "s3cret-of-the-queue";
const definition = {
  ...{ heddleSweep: 1, name: "tls", goal: "maximize", trials: 3, search: { type: "random" } },
  parameters: { learningRate: { type: "float", low: 0.001, high: 0.03, log: true } },
};
writeFileSync(join(folder, "sweep.json"), JSON.stringify(definition));
const sweep = [
  "sweep",
  "sweep.json",
  "--data",
  "fashion-sketch",
  "--limit",
  "300",
  "--epochs",
  "2",
  "--no-winner",
];

/** @param {string[]} words @param {object} env */
function heddle(words, env = {}) {
  const child = spawn(process.execPath, [MAIN, ...words], {
    cwd: folder,
    env: { ...process.env, HEDDLE_QUEUE_PASSWORD: password, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (printed += data));
  const ended = new Promise((resolve) => child.on("exit", (code) => resolve({ code, printed })));
  return { child, ended };
}

/** @param {boolean} holds @param {string} what @param {unknown} [seen] */
function check(holds, what, seen) {
  if (holds) return;
  console.error(`sweep-tls: ${what}`, seen ?? "");
  process.exitCode = 1;
}

const alone = await heddle([...sweep, "--workers", "1", "--threads", "1", "--out", "alone"]).ended;
check(alone.code === 0, "the sweep without a queue failed", alone.printed);
for (const [kind, start] of [
  ["redis", startRedis],
  ["postgres", startPostgres],
]) {
  const server = await start({ password, tls });
  const shared = join(folder, `${kind}-checkpoints`);
  mkdirSync(shared);
  try {
    const queue = ["--queue", server.url];
    const stranger = await heddle(["sweep", "work", ...queue]).ended;
    check(
      stranger.code !== 0 && /certificate/.test(stranger.printed),
      `${kind}: a stranger is not refused`,
      stranger,
    );
    const env = { NODE_EXTRA_CA_CERTS: tls.ca };
    const worker = heddle(["sweep", "work", ...queue, "--workers", "1", "--threads", "1"], env);
    let most = 0;
    const timer = setInterval(() => {
      most = Math.max(most, readdirSync(shared).length);
    }, 20);
    const run = await heddle([...sweep, ...queue, "--checkpoints", shared, "--out", kind], env).ended;
    clearInterval(timer);
    worker.child.kill("SIGINT");
    const { printed } = await worker.ended;
    check(run.code === 0, `${kind}: the sweep failed`, run.printed + printed);
    check(
      /Checkpoints of .* are kept in/.test(run.printed),
      `${kind}: nothing said of checkpoints`,
      run.printed,
    );
    check(most > 0, `${kind}: no checkpoint was in the shared folder`);
    check(readdirSync(shared).length === 0, `${kind}: checkpoints are left`, readdirSync(shared));
    const same =
      JSON.stringify(trialsIn(join(folder, kind))) === JSON.stringify(trialsIn(join(folder, "alone")));
    check(same, `${kind}: the trials differ from those without a queue`);
    check(
      !(run.printed + printed + stranger.printed).includes(password),
      `${kind}: the password was printed`,
    );
    const how = server.url.replace(/\d{4,5}/, "PORT");
    if (!process.exitCode)
      console.log(`${how}: 3 trials as without a queue; without the certificate, refused`);
  } finally {
    await server.remove();
  }
}
