import type { CompiledProgram } from "../compiler/compile.js";
import type { InputFormat } from "../compiler/emission.js";
import type { Loss } from "../losses/index.js";
import type { MetricValues } from "../metrics/index.js";
import type { Network } from "../network/network.js";
import type { Weight } from "../ops/weight.js";
import { type ModelMetrics, Tallies } from "./model-metrics.js";
import type { Session } from "./session.js";
import type { Columns } from "./stream-reader.js";
import { sumInOrder } from "./sum-in-order.js";

/** What `evaluate` measures. */
export interface Evaluation {
  /** Mean loss, including the penalties of the regularizers. */
  readonly loss: number;
  /** Share of correct predictions, 0..1; NaN where accuracy is not measured. */
  readonly accuracy: number;
  /** The metrics of `compile`, by their names. */
  readonly metrics: MetricValues;
}

/** Samples that the threads know: all of them, or a window of a stream. */
export interface BoundPart extends Columns {
  /** Their number in the session. */
  readonly data: number;
}

/** Where an evaluation or a prediction takes its samples from, part by part. */
export interface SampleSource {
  readonly input: InputFormat;
  readonly parts: Iterable<BoundPart> | AsyncIterable<BoundPart>;
}

/** Mean loss, accuracy and metrics over samples, with dropout off. */
export async function evaluate(
  session: Session,
  { input, parts }: SampleSource,
  options: {
    readonly loss: Loss;
    readonly metrics: ModelMetrics;
    readonly network: Network;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Evaluation> {
  const { loss, network, signal } = options;
  const { accuracy, metrics } = options.metrics;
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
    const expected = targets.subarray(width * first, width * (first + rows.length));
    tallies.add(await session.outputs(compiled, rows.length), expected);
  }
}

/** The kind of numbers in samples' images. */
export function formatOf({ images }: { readonly images: Uint8Array | Float32Array }): InputFormat {
  return { element: images instanceof Uint8Array ? "u8" : "f32" };
}

/** Cuts samples, in their order, into runs that fit a program's tables. */
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
