import { SCALARS_STRIDE } from "../compiler/compile.js";
import type { Optimizer } from "../optimizers/index.js";

/** The table of scalars for a run: a row a step, 1 / batch size first, then the optimizer's. */
export function scalarRows(
  optimizer: Optimizer,
  options: {
    /** Counted from 0 over all calls of `fit`. */
    readonly firstStep: number;
    readonly totalSteps: number;
    readonly samples: number;
    readonly batchSize: number;
    /** Replaces the optimizer's. */
    readonly learningRate?: number | undefined;
  },
): Float32Array {
  const { firstStep, totalSteps, samples, batchSize } = options;
  const steps = Math.ceil(samples / batchSize);
  const rows = new Float32Array(steps * SCALARS_STRIDE);
  for (let step = 0; step < steps; step++) {
    const rate = options.learningRate ?? optimizer.schedule.rate(firstStep + step, totalSteps);
    rows[step * SCALARS_STRIDE] = 1 / Math.min(batchSize, samples - step * batchSize);
    rows.set(optimizer.stepScalars(firstStep + step + 1, rate), step * SCALARS_STRIDE + 1);
  }
  return rows;
}
