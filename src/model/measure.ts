import type { Loss } from "../losses/index.js";
import type { Weight } from "../ops/weight.js";
import type { CompiledProgram } from "./compile.js";
import type { Samples, TrainingSamples } from "./data.js";
import type { InputFormat } from "./emission.js";
import { type Measures, type MetricValues, Tallies } from "./measures.js";
import type { Network } from "./network.js";
import type { Session } from "./session.js";

/** What `evaluate` measures. */
export interface Evaluation {
  /** Mean loss with the penalties of the regularizers. */
  readonly loss: number;
  /** Share of right predictions, 0..1; NaN where accuracy is not measured. */
  readonly accuracy: number;
  /** The metrics that `compile` was given, by their names. */
  readonly metrics: MetricValues;
}

/** Samples that the threads know. */
export interface BoundSamples {
  readonly samples: TrainingSamples;
  /** As the loss reads them. */
  readonly targets: Int32Array | Float32Array;
  /** Undefined where all count the same. */
  readonly weights: Float32Array | undefined;
  /** Their number in the session. */
  readonly data: number;
}

/** Mean loss, accuracy and metrics over bound samples, dropout off. */
export async function measure(
  session: Session,
  { samples, targets, weights, data }: BoundSamples,
  options: {
    readonly loss: Loss;
    readonly measures: Measures;
    readonly network: Network;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Evaluation> {
  const { loss, measures, network, signal } = options;
  const { accuracy, metrics } = measures;
  const outputs = metrics.length > 0;
  const compiled = session.evaluation({ loss, accuracy, outputs }, formatOf(samples));
  const tallies = new Tallies(metrics, network.outputShape);
  const width = targets.length / samples.count;
  const sums = { loss: 0, correct: 0 };
  await eachRun(compiled, samples.count, async (rows, first) => {
    await session.run(compiled, { data, rows, signal });
    const results = await session.results(compiled, rows.length);
    results.loss.forEach((value, index) => {
      sums.loss += value * (weights?.[first + index] ?? 1);
    });
    for (const value of results.correct) sums.correct += value;
    if (!outputs) return;
    const wanted = targets.subarray(width * first, width * (first + rows.length));
    tallies.add(await session.outputs(compiled, rows.length), wanted);
  });
  return {
    loss: sums.loss / samples.count + penaltyOf(network.weights),
    accuracy: sums.correct / samples.count,
    metrics: tallies.results(),
  };
}

/** How samples' images are given. */
export function formatOf(samples: Samples): InputFormat {
  return { element: samples.images instanceof Uint8Array ? "u8" : "f32" };
}

/** Cuts samples in their own order into runs that fit a program's tables. */
export async function eachRun(
  compiled: CompiledProgram,
  samples: number,
  run: (rows: Int32Array, first: number) => Promise<void>,
): Promise<void> {
  const size = compiled.maxSteps * compiled.program.batchSize;
  for (let first = 0; first < samples; first += size) {
    const count = Math.min(size, samples - first);
    await run(
      Int32Array.from({ length: count }, (_, index) => first + index),
      first,
    );
  }
}

/** The regularizers' share of the loss. */
function penaltyOf(weights: readonly Weight[]): number {
  let sum = 0;
  for (const { penalty, trainable, values } of weights) {
    if (!penalty || !trainable) continue;
    for (const value of values) sum += penalty.l1 * Math.abs(value) + penalty.l2 * value * value;
  }
  return sum;
}
