import type { CompiledProgram } from "../compiler/compile.js";
import type { Profile } from "../compiler/program-plan.js";
import type { Optimizer } from "../optimizers/index.js";
import { scalarRows } from "./scalar-rows.js";
import type { Session } from "./session.js";

/** How long to measure, and how long to warm up before: V8 compiles busy kernels better. */
const MEASURED_SECONDS = 1.5;
const WARM_UP_SECONDS = 0.5;

/** Trains on bound data for about two seconds and measures the time of each kernel call. */
export async function profileTraining(
  session: Session,
  compiled: CompiledProgram,
  options: {
    readonly data: number;
    readonly samples: number;
    readonly optimizer: Optimizer;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Profile> {
  const { data, samples, optimizer, signal } = options;
  const { batchSize } = compiled.program;
  session.weights.write();

  const run = async (steps: number) => {
    const count = Math.min(steps, compiled.maxSteps) * batchSize;
    const rows = Int32Array.from({ length: count }, (_, index) => index % samples);
    const sizes = { firstStep: 0, totalSteps: steps, samples: count, batchSize };
    const started = performance.now();
    const callMs = await session.profile(compiled, {
      data,
      rows,
      scalars: scalarRows(optimizer, sizes),
      signal,
    });
    const seconds = (performance.now() - started) / 1000;
    return { callMs, seconds, steps: count / batchSize, threads: session.engine.threads };
  };

  let warmUp = await run(1);
  while (warmUp.seconds < WARM_UP_SECONDS && warmUp.steps < compiled.maxSteps)
    warmUp = await run(2 * warmUp.steps);
  return run(Math.max(1, Math.round((warmUp.steps * MEASURED_SECONDS) / warmUp.seconds)));
}
