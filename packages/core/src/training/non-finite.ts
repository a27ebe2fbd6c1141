import { HeddleError } from "../base/errors.js";
import { sizeOf } from "../base/shape.js";
import { lowerLayers, type PlacedLayer } from "../network/build.js";
import type { Weight } from "../ops/weight.js";
import { Session } from "./session.js";

/** What a training met that is no finite number. */
export interface NonFinite {
  /** The step, counted from 1 over all epochs, and its epoch. */
  readonly step: number;
  readonly epoch: number;
  /** The loss of the step's first sample that has none; undefined when the weights alone are at fault. */
  readonly loss: number | undefined;
  /** The step's images, and what they are called in messages. */
  readonly batch: Float32Array;
  readonly rows: Int32Array;
  /** The weights after the run, in the layers' order. */
  readonly weights: readonly { readonly weight: Weight; readonly values: Float32Array }[];
  /** True when the step began with weights that are all finite. */
  readonly atStart: boolean;
}

/** An error that names the step and the layer where numbers stopped being finite. */
export async function nonFiniteFault(placed: readonly PlacedLayer[], found: NonFinite): Promise<HeddleError> {
  const { step, epoch, loss } = found;
  return new HeddleError({
    who: "fit",
    expected: `finite numbers in step ${step} (epoch ${epoch})`,
    received:
      loss === undefined ? await place(placed, found) : `a loss of ${loss}: ${await place(placed, found)}`,
    next: "Lower the learning rate, clip the gradients, or check images and labels. The model keeps the weights from before this epoch.",
  });
}

async function place(
  placed: readonly PlacedLayer[],
  { batch, rows, weights, atStart }: NonFinite,
): Promise<string> {
  const size = sizeOf(placed[0]!.inputShapes[0]!);
  const wrong = batch.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) return `image ${rows[Math.floor(wrong / size)]} has ${batch[wrong]} in it`;
  const bad = weights.find(({ values }) => hasNonFinite(values))?.weight.name;
  if (bad !== undefined && !atStart) {
    return `the weights ${bad} of layer "${bad.slice(0, bad.lastIndexOf("/"))}" are not finite`;
  }
  const name = await withWeights(atStart ? [] : weights, () =>
    firstNonFiniteLayer(placed, batch, rows.length),
  );
  if (name !== undefined) return `layer "${name}" gives outputs that are not finite`;
  return "the layers' outputs are finite, so it comes from the loss or the labels";
}

export function hasNonFinite(values: Float32Array): boolean {
  return values.some((value) => !Number.isFinite(value));
}

/** Does work with other weights in the model than it has. */
async function withWeights<T>(weights: NonFinite["weights"], work: () => Promise<T>): Promise<T> {
  const kept = weights.map(({ weight }) => weight.read().slice());
  for (const { weight, values } of weights) weight.assign(values);
  try {
    return await work();
  } finally {
    weights.forEach(({ weight }, index) => {
      weight.assign(kept[index]!);
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
    const steps = lowerLayers(placed.slice(0, index + 1));
    // A layer of no ops changes no number.
    if (steps.length === 0 || steps.at(-1)!.node.owner !== layer.name) continue;
    const session = await Session.open({ inputShape, outputShape: output, steps }, { threads: 1 });
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
