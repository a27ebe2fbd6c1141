import type { JsonObject, Layer, Shape } from "@heddle/core";
import type { GraphWriter } from "./graph-writer.js";
import type { Value } from "./value.js";

/** A layer that is written. */
export interface WrittenLayer {
  readonly layer: Layer;
  /** Its options under Keras's names. */
  readonly config: JsonObject;
  readonly inputs: readonly Value[];
  readonly output: Shape;
}

/** Writes a layer's nodes and returns its value. */
export type LayerWriter = (graph: GraphWriter, written: WrittenLayer) => Value;

/** A layer that Heddle cannot express in ONNX; named by whoever catches it. */
export class Inexpressible extends Error {}

/** Height and width of an option. */
export function pairIn(config: JsonObject, key: string): readonly [number, number] {
  return config[key] as unknown as readonly [number, number];
}

/** Whole numbers as an attribute. */
export function ints(values: readonly number[]): bigint[] {
  return values.map(BigInt);
}
