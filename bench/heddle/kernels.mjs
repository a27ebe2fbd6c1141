// Seconds of each op alone, forward and backward, on one thread, and the machine's ceiling. Prints one
// line of JSON. usage: node bench/heddle/kernels.mjs strict|fma MILLISECONDS
import { Engine } from "../../packages/core/dist/engine/engine.js";
import { peakKernel } from "../kernels/peak.mjs";
import { loadOp } from "./op.mjs";
import { shapes } from "./shapes.mjs";

const BATCH = 64;
const REPEATS = 3;

const [variant, milliseconds] = [process.argv[2], Number(process.argv[3])];
const engine = await Engine.create({ threads: 1, fast: variant === "fma" });
const peak = await peakKernel(variant);
peak(milliseconds);
const ceiling = [];
const ops = [];
for (const shape of shapes()) {
  // Between the ops, so that a machine that slows down lowers both.
  ceiling.push(peak(milliseconds));
  const { active, ...directions } = await loadOp(engine, shape, BATCH);
  for (const [direction, { program, macs }] of Object.entries(directions)) {
    const seconds = await secondsPerStep(program);
    ops.push({
      name: shape.name,
      direction,
      macs,
      active,
      secondsPerSample: seconds.map((value) => value / BATCH),
    });
  }
}
ceiling.push(peak(milliseconds));
engine.close();
console.log(JSON.stringify({ variant, batchSize: BATCH, ceiling, ops }));

/** Finds out how many steps fill the time, which also warms up, then measures a few times. */
async function secondsPerStep(program) {
  let steps = 1;
  for (;;) {
    const elapsed = await run(program, steps);
    if (elapsed >= milliseconds) break;
    steps = Math.ceil(steps * Math.min(16, Math.max(1.2, (1.2 * milliseconds) / elapsed)));
  }
  const seconds = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) seconds.push((await run(program, steps)) / 1000 / steps);
  return seconds;
}

async function run(program, steps) {
  const started = performance.now();
  await engine.run({ program: program.id, data: -1, samples: BATCH * steps, steps, stepBase: 0 });
  return performance.now() - started;
}
