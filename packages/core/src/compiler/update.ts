import { sizeOf } from "../base/shape.js";
import type { Buffer, ProgramBuilder, Slice } from "../engine/program-builder.js";
import { at, type KernelCall, ranges } from "../ops/emitter.js";
import type { Weight } from "../ops/weight.js";
import type { Optimizer } from "../optimizers/index.js";
import type { WeightPlaces } from "./weight-places.js";

/** Floats of one task of the optimizer. */
const UPDATE_FLOATS = 4096;

/** A part of the block of trained weights that is updated uniformly. */
interface Part {
  /** Floats from the start of the block; the padding after each weight counts. */
  readonly first: number;
  last: number;
  /** As `Optimizer.decayOf`. */
  readonly decay: number;
  /** The weight, and the scratch memory of its update, if it must not be cut into ranges. */
  readonly whole?: { readonly weight: Weight; readonly scratchFloats: number };
}

/**
 * The phases that turn gradients into new weights: norms or clipping by norm if the optimizer needs them, the update
 * itself, and constraints if there are any.
 */
export function emitUpdate(
  builder: ProgramBuilder,
  options: {
    readonly optimizer: Optimizer;
    /** The model's weights. */
    readonly weights: readonly Weight[];
    readonly places: WeightPlaces;
    /** Gradients, laid out as the block of trained weights. */
    readonly gradients: Buffer;
    /** Addresses of the optimizer's arrays, its `slots` and then the average, laid out as that block. */
    readonly slots: readonly number[];
    /** The step's row of the optimizer's numbers. */
    readonly scalars: Slice;
  },
): void {
  const { optimizer, gradients, scalars } = options;
  const { addresses, trainable } = options.places;
  const owner = optimizer.className;
  const place = (weight: Weight) => (addresses.get(weight)! - trainable.address) / 4;
  const trained = options.weights
    .filter((weight) => weight.trainable)
    .sort((one, other) => place(one) - place(other));
  const bytes = 4 * trainable.floats;
  const block = (name: string, address: number): Buffer => ({ name, scope: "global", bytes, address });
  const weights = block("weights", trainable.address);
  const arrays = options.slots.map((address, index) => block(`slot ${index}`, address));
  const slots = arrays.slice(0, optimizer.slots);
  const averages = optimizer.useEma ? arrays[optimizer.slots] : undefined;
  const gradientOf = (weight: Weight) => at(gradients, 4 * place(weight));

  const { clipnorm, globalClipnorm } = optimizer;
  if (clipnorm) {
    builder.phase("clipping", "tasks");
    for (const weight of trained) {
      const operands = { g: gradientOf(weight), count: sizeOf(weight.shape), limit: clipnorm };
      emitTask(builder, owner, "update", [["clipNorm", operands]]);
    }
  }
  const sums = globalClipnorm && builder.buffer("gradients' squares", "global", 8 * trained.length);
  if (sums) {
    builder.phase("norms", "tasks");
    trained.forEach((weight, index) => {
      const operands = { out: at(sums, 8 * index), g: gradientOf(weight), count: sizeOf(weight.shape) };
      emitTask(builder, owner, "update", [["sumSquares", operands]]);
    });
  }

  builder.phase("update", "tasks");
  const parts = cut(optimizer, trained, place, trainable.floats);
  const scratchFloats = Math.max(0, ...parts.map(({ whole }) => whole?.scratchFloats ?? 0));
  const scratch =
    scratchFloats > 0 ? builder.buffer("update scratch", "thread", 4 * scratchFloats) : undefined;
  for (const { first, last, decay, whole } of parts) {
    for (const [from, to] of whole ? [[0, last - first] as const] : ranges(last - first, UPDATE_FLOATS)) {
      const there = (buffer: Buffer) => at(buffer, 4 * (first + from));
      const [gradient, count] = [there(gradients), to - from];
      const clip: KernelCall[] = sums
        ? [["clipGlobalNorm", { g: gradient, count, sums, parts: trained.length, limit: globalClipnorm! }]]
        : [];
      const operands = {
        weights: there(weights),
        gradient,
        slots: slots.map(there),
        scalars,
        count,
        ...(whole && { whole: { shape: whole.weight.shape, scratch: at(scratch!, 0) } }),
      };
      const calls = optimizer.calls(operands, decay, averages && there(averages));
      emitTask(builder, owner, "update", [...clip, ...calls]);
    }
  }

  const constrained = trained.filter(({ constraint }) => constraint);
  if (constrained.length === 0) return;
  builder.phase("constraints", "tasks");
  for (const weight of constrained) {
    const call = weight.constraint!.project(at(weights, 4 * place(weight)), weight.shape);
    emitTask(builder, weight.name, "update", [call]);
  }
}

/** Adds a task to the current phase. */
export function emitTask(
  builder: ProgramBuilder,
  owner: string,
  pass: "gradient" | "update",
  calls: readonly KernelCall[],
): void {
  builder.task();
  for (const [kernel, operands] of calls) builder.call(kernel, operands as never, { owner, pass });
}

/** Neighbouring weights that are updated in the same way form one part, which may be cut anywhere. */
function cut(
  optimizer: Optimizer,
  trained: readonly Weight[],
  place: (weight: Weight) => number,
  floats: number,
): Part[] {
  const parts: Part[] = [];
  trained.forEach((weight, index) => {
    const next = trained[index + 1];
    const last = next ? place(next) : floats;
    const decay = optimizer.decayOf(weight);
    const scratchFloats = optimizer.wholeWeight(weight);
    const before = parts.at(-1);
    if (scratchFloats !== undefined) {
      parts.push({ first: place(weight), last, decay, whole: { weight, scratchFloats } });
    } else if (before && !before.whole && before.decay === decay) before.last = last;
    else parts.push({ first: place(weight), last, decay });
  });
  return parts;
}
