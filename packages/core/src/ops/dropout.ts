import { randomKey } from "../base/random.js";
import { sizeOf } from "../base/shape.js";
import type { Buffer } from "../engine/program-builder.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";
import { passOn } from "./reshape.js";

export interface DropoutOptions {
  /** Share of the units that are dropped, 0 ≤ rate < 1. */
  readonly rate: number;
  /** The layer's place in the model, so that two dropout layers draw differently. */
  readonly layer: number;
}

export interface DropoutNode extends NodeOf<"dropout">, DropoutOptions {}

/** A unit is kept where its 16-bit draw is at least this. */
function threshold(rate: number): number {
  return Math.round(rate * 65536);
}

/** What a dropout kernel takes in addition to its arrays and sizes. */
export function dropoutOperands(e: Emitter, options: DropoutOptions) {
  const [seedLow, seedHigh] = randomKey(e.options.seed, "dropout");
  return {
    threshold: threshold(options.rate),
    scale: 1 / (1 - options.rate),
    seedLow,
    seedHigh,
    layer: options.layer,
    step: "step",
    firstSample: "firstSample",
    scratch: e.scratch(),
  } as const;
}

function emitMask(
  e: Emitter,
  options: DropoutOptions,
  y: Buffer,
  x: Buffer,
  count: number,
  pass: "forward" | "backward",
) {
  e.call("dropout", pass, { y, x, N: "samples", count, ...dropoutOperands(e, options) });
}

/** True where no unit is ever dropped. */
export function dropsNothing(e: Emitter, options: DropoutOptions): boolean {
  return !e.options.training || options.rate === 0;
}

/** Drops units of a value in place; nothing else may read it. */
export function emitDropoutInPlace(e: Emitter, options: DropoutOptions, value: Value): void {
  emitMask(e, options, value.data, value.data, sizeOf(value.shape), "forward");
}

/**
 * y = x / (1 − rate) where kept, else 0, in training; y = x otherwise. No mask is stored: the backward pass draws
 * the same numbers again.
 */
function emitDropout(e: Emitter, options: DropoutOptions, x: Value): [Value, Backward] {
  const count = sizeOf(x.shape);
  if (dropsNothing(e, options)) return passOn(e, x);
  const y = e.value("output", x.shape);
  emitMask(e, options, y.data, x.data, count, "forward");
  return [
    y,
    (dy, dx) => {
      if (dx) emitMask(e, options, dx, dy, count, "backward");
    },
  ];
}

export const dropout: Op<DropoutNode> = { emit: emitDropout };
