// Asks `heddle serve` a million times, from 64 clients, and looks at its memory every 50,000 requests: every answer must be right
// to the last bit, and memory in the last half may be at most a fifth above that at the end of the first tenth.
// usage: node tools/serve-soak.mjs [--requests N] [--clients N]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { binaryInfer, Client } from "../bench/lib/http-load.mjs";
import { Random } from "../packages/core/dist/base/random.js";
import { studyModel } from "../packages/core/dist/recipes/study-recipe.js";
import { startServer } from "./reliability/start-server.mjs";

const { values } = parseArgs({
  options: { requests: { type: "string", default: "1000000" }, clients: { type: "string", default: "64" } },
});
const [requests, clients] = [values.requests, values.clients].map(Number);
const IMAGES = 256;
const LOOKS = 20;
const MOST_GROWTH = 1.2;

const folder = mkdtempSync(join(tmpdir(), "heddle-soak-"));
const random = new Random(1, "split");
const images = Uint8Array.from({ length: IMAGES * 784 }, () => random.below(256));
const model = studyModel({ input: [28, 28, 1], classes: 10, seed: 42 });
await model.save(join(folder, "m"));
const expected = await model.predict({ images, count: IMAGES, shape: [28, 28, 1] });
model.dispose();
const bodies = Array.from({ length: IMAGES }, (_, at) =>
  binaryInfer("m", images.subarray(784 * at, 784 * (at + 1))),
);

const server = await startServer(`m=${join(folder, "m")}`);
try {
  const resident = [];
  let [asked, answered, wrong] = [0, 0, 0];
  const started = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = new Client(server.port);
      await client.open();
      while (asked < requests) {
        const image = asked++ % IMAGES;
        const { status, head, body } = await client.ask(bodies[image]);
        if (status !== 200 || !isRight(head, body, image)) wrong++;
        if (++answered % Math.ceil(requests / LOOKS) === 0) resident.push(await residentMiB());
      }
      client.close();
    }),
  );
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(JSON.stringify({ answered, wrong, seconds, residentMiB: resident }));
  const early = resident[Math.floor(resident.length / 10)];
  const late = Math.max(...resident.slice(resident.length / 2));
  if (wrong > 0 || late > MOST_GROWTH * early) process.exitCode = 1;
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

function isRight(head, body, image) {
  const length = Number(/^inference-header-content-length: *(\d+)/im.exec(head)?.[1]);
  const outputs = new Float32Array(Uint8Array.from(body.subarray(length)).buffer);
  const own = expected.subarray(10 * image, 10 * (image + 1));
  return outputs.length === own.length && own.every((value, at) => Object.is(value, outputs[at]));
}

async function residentMiB() {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Math.round(Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)[1]) / 2 ** 20);
}
