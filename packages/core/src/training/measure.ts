import type { CompiledProgram } from "../compiler/compile.js";
import type { InputFormat } from "../compiler/emission.js";
import type { Loss } from "../losses/index.js";
import type { MetricValues } from "../metrics/index.js";
import type { Network } from "../network/network.js";
import type { Weight } from "../ops/weight.js";
import { type Measures, Tallies } from "./measures.js";
import type { Session } from "./session.js";
import type { Columns } from "./stream-reader.js";
import { sumInOrder } from "./sum-in-order.js";

/** What `evaluate` measures. */
export interface Evaluation {
  /** Mean loss with the penalties of the regularizers. */
  readonly loss: number;
  /** Share of right predictions, 0..1; NaN where accuracy is not measured. */
  readonly accuracy: number;
  /** The metrics that `compile` was given, by their names. */
  readonly metrics: MetricValues;
}

/** Samples that the threads know: all that there are, or a window of a stream. */
export interface BoundPart extends Columns {
  /** Their number in the session. */
  readonly data: number;
}

/** What is measured, part by part. */
export interface MeasuredSource {
  readonly input: InputFormat;
  readonly parts: Iterable<BoundPart> | AsyncIterable<BoundPart>;
}

/** Mean loss, accuracy and metrics over samples, dropout off. */
export async function measure(
  session: Session,
  { input, parts }: MeasuredSource,
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
  const compiled = session.evaluation({ loss, accuracy, outputs }, input);
  const tallies = new Tallies(metrics, network.outputShape);
  const sums = { loss: 0, correct: 0, activity: 0, samples: 0 };
  for await (const part of parts) {
    await eachRun(compiled, part.count, (rows, first) => add(part, rows, first));
    sums.samples += part.count;
  }
  return {
    loss: (sums.loss + sums.activity) / sums.samples + penaltyOf(network.weights),
    accuracy: sums.correct / sums.samples,
    metrics: tallies.results(),
  };

  async function add({ data, count, targets, weights }: BoundPart, rows: Int32Array, first: number) {
    await session.run(compiled, { data, rows, signal });
    const results = await session.results(compiled, rows.length);
    results.loss.forEach((value, index) => {
      sums.loss += value * (weights?.[first + index] ?? 1);
    });
    sums.correct = sumInOrder(sums.correct, results.correct);
    sums.activity = sumInOrder(sums.activity, results.activity);
    if (!outputs || !targets) return;
    const width = targets.length / count;
    const wanted = targets.subarray(width * first, width * (first + rows.length));
    tallies.add(await session.outputs(compiled, rows.length), wanted);
  }
}

/** How samples' images are given. */
export function formatOf({ images }: { readonly images: Uint8Array | Float32Array }): InputFormat {
  return { element: images instanceof Uint8Array ? "u8" : "f32" };
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
  for (const weight of weights) {
    const { penalty, trainable } = weight;
    if (!penalty || !trainable) continue;
    for (const value of weight.read()) sum += penalty.l1 * Math.abs(value) + penalty.l2 * value * value;
  }
  return sum;
}
