import type { Model, Optimizer, RMSprop } from "@heddle/core";
import { sameShape } from "@heddle/core/internal/base/shape.js";
import type { Weight } from "@heddle/core/internal/ops/weight.js";
import { Constant } from "@heddle/core/internal/schedules/index.js";
import type { Hdf5Dataset } from "../containers/hdf5/read.js";
import type { Hdf5DatasetContent } from "../containers/hdf5/write.js";
import type { Variables } from "./variables.js";

/** An array of an optimizer: which of its arrays of which weight. */
interface Slot {
  readonly weight: Weight;
  readonly slot: number;
}

const PLACE = "optimizer/vars";
/** Where a wrapper for half precision has the optimizer itself. */
const INNER_PLACE = "optimizer/inner_optimizer/vars";

/**
 * An optimizer's arrays in the order of Keras's variables.
 *
 * @param weights the trained weights, in Keras's order
 * @returns undefined for an optimizer whose state Keras keeps differently
 */
function slotsInOrder(optimizer: Optimizer, weights: readonly Weight[]): readonly Slot[] | undefined {
  const all = (slot: number) => weights.map((weight) => ({ weight, slot }));
  const averages = optimizer.useEma ? all(optimizer.slots) : [];
  switch (optimizer.className) {
    case "SGD":
      return [...averages, ...(optimizer.slots > 0 ? all(0) : [])];
    case "Adam":
    case "AdamW": {
      const moments = weights.flatMap((weight) => [0, 1].map((slot) => ({ weight, slot })));
      return [...averages, ...moments, ...(optimizer.slots > 2 ? all(2) : [])];
    }
    case "RMSprop": {
      const { centered, momentum } = optimizer as RMSprop;
      const [velocity, gradients, steps] = [all(0), centered ? all(1) : [], all(centered ? 2 : 1)];
      return [...averages, ...velocity, ...(momentum > 0 ? steps : []), ...gradients];
    }
    default:
      return undefined;
  }
}

/** The number of steps comes first; the learning rate is a variable too, unless it follows a schedule. */
function variablesBefore({ schedule }: Optimizer): number {
  return schedule instanceof Constant ? 2 : 1;
}

/**
 * Sets the optimizer's state of a compiled model to what an archive has of it. An archive without fits an optimizer that has
 * not begun; one with a different number of variables is named in a warning, as Keras does.
 *
 * @param weights the trained weights, in Keras's order
 */
export async function readOptimizerState(
  model: Model,
  variables: Variables,
  weights: readonly Weight[],
  warn: (message: string) => void,
): Promise<void> {
  const { optimizer } = model.training;
  const place = variables.has(`${INNER_PLACE}/0`) ? INNER_PLACE : PLACE;
  const own: Hdf5Dataset[] = [];
  for (
    let dataset = variables.get(`${place}/0`);
    dataset;
    dataset = variables.get(`${place}/${own.length}`)
  ) {
    own.push(dataset);
  }
  const steps = own[0] ? (await own[0].floats())[0]! : 0;
  if (steps === 0) return;
  const ignored = (reason: string) =>
    warn(`The optimizer's state is not used, and training begins with a fresh one: ${reason}.`);
  const slots = slotsInOrder(optimizer, weights);
  if (!slots) return ignored(`Keras keeps that of ${optimizer.className} differently`);
  const rest = own.slice(variablesBefore(optimizer));
  if (rest.length !== slots.length || !(Number.isSafeInteger(steps) && steps > 0)) {
    return ignored(
      `expected ${slots.length} variables of ${optimizer.className} after ${own.length - rest.length}, received ${rest.length}, at step ${steps}`,
    );
  }
  const odd = slots.find(({ weight }, index) => !sameShape(weight.shape, rest[index]!.shape));
  if (odd) return ignored(`its variables do not have the shape of ${odd.weight.name}`);
  const arrays = new Map<Weight, Float32Array[]>(weights.map((weight) => [weight, []]));
  for (const [index, { weight, slot }] of slots.entries()) {
    arrays.get(weight)![slot] = await rest[index]!.floats();
  }
  model.setOptimizerState({ steps, slots: arrays });
}

/**
 * The variables of a compiled model's optimizer, by their paths in an archive.
 *
 * @param learningRate undefined where it follows a schedule
 */
export async function optimizerVariables(
  model: Model,
  weights: readonly Weight[],
  learningRate: number | undefined,
): Promise<ReadonlyMap<string, Hdf5DatasetContent>> {
  const { optimizer } = model.training;
  const state = await model.optimizerState();
  const slots = state && slotsInOrder(optimizer, weights);
  const all: Hdf5DatasetContent[] = [{ shape: [], values: BigInt(slots ? state.steps : 0) }];
  if (learningRate !== undefined) all.push({ shape: [], values: Float32Array.of(learningRate) });
  for (const { weight, slot } of slots ?? []) {
    all.push({ shape: weight.shape, values: state!.slots.get(weight)![slot]! });
  }
  return new Map(all.map((variable, index) => [`${PLACE}/${index}`, variable]));
}
