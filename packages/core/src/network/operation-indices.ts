import { isJsonObject, type Json } from "../base/json.js";
import type { Operand, OperationSteps, OperationTensor } from "./operation-steps.js";

/** A number of an axis, from 0, batch included; Keras counts from the end below 0. */
export function axisIn(steps: OperationSteps, axis: Json, rank: number): number {
  const place = typeof axis === "number" && axis < 0 ? axis + rank : axis;
  if (typeof place === "number" && Number.isInteger(place) && place >= 0 && place < rank) return place;
  throw steps.unsupported(`axis ${JSON.stringify(axis)}`);
}

/** What an index takes of an axis: places from `first` on, up to `left` before the end. */
interface Cut {
  readonly first: number;
  readonly left: number;
  /** True for a single place, whose axis is dropped. */
  readonly dropped: boolean;
}

/** Adds the layers of `tensor[index]`: windows and single places of any axes but the batch. */
export function indexedSteps(
  steps: OperationSteps,
  tensor: OperationTensor,
  operand: Operand | undefined,
): void {
  const rank = tensor.shape.length;
  const cuts = cutsOf(steps, tensor.shape, expanded(steps, operand, rank));
  if (isWhole(cuts[0]!) && rank === 4 && isWhole(cuts[3]!) && cuts.every(({ dropped }) => !dropped)) {
    const cropping = cuts.slice(1, 3).map(({ first, left }) => [first, left]);
    steps.add("Cropping2D", { cropping }, [tensor]);
    return;
  }
  if (!isWhole(cuts[0]!)) throw steps.unsupported("an index of the batch");
  let value = tensor;
  for (const [axis, cut] of cuts.entries()) {
    if (isWhole(cut)) continue;
    const { shape } = value;
    const before = steps.sizeOf(shape.slice(1, axis));
    const after = steps.sizeOf(shape.slice(axis + 1));
    const size = steps.sizeOf([shape[axis]!]);
    // An image whose width is the axis.
    value = steps.reshape(value, [null, before, size, after]);
    const cropping = [
      [0, 0],
      [cut.first, cut.left],
    ];
    const kept = size - cut.first - cut.left;
    value = steps.add("Cropping2D", { cropping }, [value], [null, before, kept, after]);
    value = steps.reshape(value, shape.with(axis, kept));
  }
  const shape = value.shape.filter((_, axis) => !cuts[axis]!.dropped);
  if (shape.length === 1) throw steps.unsupported("an index that leaves no axis");
  steps.reshape(value, shape);
}

function isWhole({ first, left, dropped }: Cut): boolean {
  return first === 0 && left === 0 && !dropped;
}

/** An index for each axis. */
function expanded(steps: OperationSteps, operand: Operand | undefined, rank: number): readonly Json[] {
  if (operand === undefined || "shape" in operand) throw steps.unsupported("a tensor as the index");
  const { constant } = operand;
  const list: readonly Json[] = Array.isArray(constant) ? (constant as readonly Json[]) : [constant];
  const isEllipsis = (index: Json) => isJsonObject(index) && index["class_name"] === "__ellipsis__";
  const place = list.findIndex(isEllipsis);
  const missing = rank - list.length + (place >= 0 ? 1 : 0);
  if (missing < 0) throw steps.unsupported("more indices than axes");
  const whole: readonly Json[] = Array.from({ length: missing }, () => ({
    class_name: "__slice__",
    config: {},
  }));
  return place >= 0 ? list.toSpliced(place, 1, ...whole) : [...list, ...whole];
}

function cutsOf(steps: OperationSteps, shape: readonly Json[], indices: readonly Json[]): readonly Cut[] {
  return indices.map((index, axis) => {
    const length = shape[axis] ?? null;
    if (typeof index === "number") {
      const size = steps.sizeOf([length]);
      const first = index < 0 ? index + size : index;
      if (!Number.isInteger(first) || first < 0 || first >= size)
        throw steps.unsupported(`the index ${index}`);
      return { first, left: size - first - 1, dropped: true };
    }
    const config = isJsonObject(index) && index["class_name"] === "__slice__" ? index["config"] : undefined;
    if (!isJsonObject(config)) throw steps.unsupported(`the index ${JSON.stringify(index).slice(0, 60)}`);
    const { start = null, stop = null, step = null } = config;
    if (step !== null && step !== 1) throw steps.unsupported(`a slice with step ${JSON.stringify(step)}`);
    return { first: firstOf(steps, start, length), left: leftOf(steps, stop, length), dropped: false };
  });
}

function firstOf(steps: OperationSteps, start: Json, length: Json): number {
  if (start === null) return 0;
  const place = wholeOf(steps, start);
  return place >= 0 ? place : Math.max(0, place + steps.sizeOf([length]));
}

function leftOf(steps: OperationSteps, stop: Json, length: Json): number {
  if (stop === null) return 0;
  const place = wholeOf(steps, stop);
  return place < 0 ? -place : Math.max(0, steps.sizeOf([length]) - place);
}

function wholeOf(steps: OperationSteps, value: Json): number {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw steps.unsupported(`a slice to ${JSON.stringify(value)}`);
}
