import { HeddleError } from "../base/errors.js";
import { sizeOf } from "../base/shape.js";
import { lowerLayers, type PlacedLayer } from "../network/build.js";
import { Session } from "./session.js";
import type { WeightCopy } from "./weight-memory.js";

/** Where a training met a number that is not finite. */
export interface NonFinite {
  /** The step, counted from 1 over all epochs, and its epoch. */
  readonly step: number;
  readonly epoch: number;
  /** The first loss of the step that is not finite; undefined when only the weights are at fault. */
  readonly loss: number | undefined;
  /** The step's images, and their numbers in messages. */
  readonly batch: Float32Array;
  readonly rows: Int32Array;
  /** The weights after the run, in the layers' order. */
  readonly weights: readonly WeightCopy[];
  /** True when the step began with weights that are all finite. */
  readonly atStart: boolean;
}

/** Leaves the engine's turn, and becomes the error that users see outside of it. */
export class NonFiniteNumbers extends Error {
  constructor(readonly failure: NonFinite) {
    super("numbers that are not finite");
  }
}

/** An error that names the step and the layer where numbers stopped being finite. */
export async function nonFiniteFault(
  placed: readonly PlacedLayer[],
  failure: NonFinite,
): Promise<HeddleError> {
  const { step, epoch, loss } = failure;
  const place = await placeOf(placed, failure);
  return new HeddleError({
    who: "fit",
    expected: `finite numbers in step ${step} (epoch ${epoch})`,
    received: loss === undefined ? place : `a loss of ${loss}: ${place}`,
    next: "Lower the learning rate, clip the gradients, or check images and labels. The model keeps the weights from before this epoch.",
  });
}

async function placeOf(
  placed: readonly PlacedLayer[],
  { batch, rows, weights, atStart }: NonFinite,
): Promise<string> {
  const size = sizeOf(placed[0]!.inputShapes[0]!);
  const wrong = batch.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) return `image ${rows[Math.floor(wrong / size)]} contains ${batch[wrong]}`;
  const bad = weights.find(({ values }) => hasNonFinite(values))?.weight.name;
  if (bad !== undefined && !atStart) {
    return `the weights ${bad} of layer "${bad.slice(0, bad.lastIndexOf("/"))}" are not finite`;
  }
  const name = await withWeights(atStart ? [] : weights, () =>
    firstNonFiniteLayer(placed, batch, rows.length),
  );
  if (name !== undefined) return `layer "${name}" has outputs that are not finite`;
  return "the layers' outputs are finite, so it comes from the loss or the labels";
}

export function hasNonFinite(values: Float32Array): boolean {
  return values.some((value) => !Number.isFinite(value));
}

/** Works while the model has other weights, and restores its own. */
async function withWeights<T>(weights: readonly WeightCopy[], work: () => Promise<T>): Promise<T> {
  const before = weights.map(({ weight }) => weight.read().slice());
  for (const { weight, values } of weights) weight.assign(values);
  try {
    return await work();
  } finally {
    weights.forEach(({ weight }, index) => {
      weight.assign(before[index]!);
    });
  }
}

/** The first layer whose outputs for a batch are not all finite, with the weights as they are. */
async function firstNonFiniteLayer(
  placed: readonly PlacedLayer[],
  batch: Float32Array,
  count: number,
): Promise<string | undefined> {
  const inputShape = placed[0]!.inputShapes[0]!;
  for (const [index, { layer, output }] of placed.entries()) {
    const ops = lowerLayers(placed.slice(0, index + 1));
    // A layer without ops changes no number.
    if (ops.length === 0 || ops.at(-1)!.node.owner !== layer.name) continue;
    const session = await Session.open({ inputShape, outputShape: output, ops }, { threads: 1 });
    try {
      const compiled = session.prediction({ element: "f32" });
      session.weights.write();
      const data = session.data.bind(batch);
      const perRun = compiled.maxSteps * compiled.program.batchSize;
      const rows = Int32Array.from({ length: Math.min(count, perRun) }, (_, row) => row);
      await session.run(compiled, { data, rows });
      if (hasNonFinite(await session.outputs(compiled, rows.length))) return layer.name;
    } finally {
      session.close();
    }
  }
  return undefined;
}
