// Asks `heddle serve` for five times what it can answer: every answer must be right to the last bit, every other one a clean 503
// with Retry-After, nothing may hang, and memory must stay flat.
// usage: node tools/serve-stress.mjs [--requests N] [--times N: what it can answer] [--seed N]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { binaryInfer, Client } from "../bench/lib/http-load.mjs";
import { Random } from "../packages/core/dist/base/random.js";
import { studyModel } from "../packages/core/dist/recipes/study-recipe.js";
import { startServer } from "./reliability/start-server.mjs";

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "10000" },
    times: { type: "string", default: "5" },
    seed: { type: "string", default: "1" },
  },
});
const [requests, times, seed] = [values.requests, values.times, values.seed].map(Number);
/** Images that requests are made of, and how many a request has at most. */
const [IMAGES, MOST] = [256, 8];
const QUEUE = 256;
/** Far more than fit into the queue. */
const CONNECTIONS = 1000;

const folder = mkdtempSync(join(tmpdir(), "heddle-stress-"));
const random = new Random(seed, "split");
const images = Uint8Array.from({ length: IMAGES * 784 }, () => random.below(256));
const model = studyModel({ input: [28, 28, 1], classes: 10, seed: 42 });
await model.save(join(folder, "m"));
const expected = await model.predict({ images, count: IMAGES, shape: [28, 28, 1] });
model.dispose();

const server = await startServer(`m=${join(folder, "m")}`, ["--max-queue", String(QUEUE)]);
try {
  const perSecond = await capacity();
  console.log(`It answers ${Math.round(perSecond)} requests a second; it is asked ${times} times that.`);
  const before = await residentBytes();
  const seen = await flood(perSecond * times);
  const after = await residentBytes();
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const waiting = Number(/^heddle_queue_images\{.*\} (\d+)$/m.exec(metrics)[1]);
  console.log(
    JSON.stringify({
      ...seen,
      waiting,
      residentMiB: [before, after].map((bytes) => Math.round(bytes / 2 ** 20)),
    }),
  );
  const { answered, refused, wrong, others } = seen;
  if (wrong > 0 || others > 0 || waiting > 0 || answered === 0 || refused === 0) process.exitCode = 1;
  // A second flood finds the memory that the first left.
  const again = await flood(perSecond * times);
  if (again.wrong > 0 || again.others > 0) process.exitCode = 1;
  console.log(JSON.stringify(again));
  const end = await residentBytes();
  console.log(
    `Memory after a second flood: ${Math.round(end / 2 ** 20)} MiB, ${(end / after).toFixed(2)} times that after the first.`,
  );
  if (end > 1.25 * after) process.exitCode = 1;
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** A request and the images that it asks for. */
function draw() {
  const count = 1 + random.below(MOST);
  const first = random.below(IMAGES - count);
  return { count, first, request: binaryInfer("m", images.subarray(784 * first, 784 * (first + count))) };
}

/** Requests a second that it answers when as many wait as fill its batches. */
async function capacity() {
  const clients = Array.from({ length: 16 }, () => new Client(server.port));
  await Promise.all(clients.map((client) => client.open()));
  let answered = 0;
  const started = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < started + 3000) {
        await client.ask(draw().request);
        answered++;
      }
      client.close();
    }),
  );
  return (1000 * answered) / (performance.now() - started);
}

/** Asks at a rate, whether or not there are answers; each waiting request has a connection, as long as there are any. */
async function flood(perSecond) {
  const seen = { answered: 0, refused: 0, wrong: 0, others: 0 };
  const free = [];
  const pending = new Set();
  const started = performance.now();
  for (let asked = 0; asked < requests; ) {
    const due = Math.min(requests, Math.ceil(((performance.now() - started) / 1000) * perSecond));
    for (; asked < due && pending.size < CONNECTIONS; asked++) {
      const work = ask(free, seen).finally(() => pending.delete(work));
      pending.add(work);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(pending);
  for (const client of free) client.close();
  return { ...seen, connections: free.length, seconds: Math.round((performance.now() - started) / 100) / 10 };
}

async function ask(free, seen) {
  const { count, first, request } = draw();
  let client = free.pop();
  try {
    if (!client) {
      client = new Client(server.port);
      await client.open();
    }
    const answer = await client.ask(request);
    free.push(client);
    judge(answer, first, count, seen);
  } catch (thrown) {
    complain(seen, thrown.message);
    seen.others++;
  }
}

function judge({ status, head, body }, first, count, seen) {
  if (status === 200) {
    const length = Number(/^inference-header-content-length: *(\d+)/im.exec(head)[1]);
    const outputs = new Float32Array(Uint8Array.from(body.subarray(length)).buffer);
    const own = expected.subarray(10 * first, 10 * (first + count));
    const isRight = outputs.length === own.length && own.every((value, at) => Object.is(value, outputs[at]));
    if (isRight) seen.answered++;
    else seen.wrong++;
  } else if (status === 503 && /^retry-after: *\d+$/im.test(head) && JSON.parse(body).error) seen.refused++;
  else {
    complain(seen, `${status}: ${body}`);
    seen.others++;
  }
}

/** The first few are enough. */
function complain({ others }, what) {
  if (others < 10) console.error(what);
}

async function residentBytes() {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)[1]);
}
