import type { Shape } from "@heddle/core";
import { sizeOf } from "@heddle/core/internal/base/shape.js";
import { transposedPlaces } from "../read/constant.js";
import type { GraphWriter } from "./graph-writer.js";

/** A value of the graph. */
export interface Value {
  readonly name: string;
  /** The sizes of a sample in Heddle's layout, the channels last. */
  readonly shape: Shape;
  /**
   * How the file has it: as Heddle does, with the channels first, or flattened from an image with the channels first.
   */
  readonly layout: "last" | "first" | { readonly flattened: Shape };
}

/** The order of the axes that moves the channels to the front. */
export function toFirst(rank: number): number[] {
  return [rank - 1, ...Array.from({ length: rank - 1 }, (_, axis) => axis)];
}

/** The order of the axes that moves them back. */
function toLast(rank: number): number[] {
  return [...Array.from({ length: rank - 1 }, (_, axis) => axis + 1), 0];
}

/** A sample's order of axes as an attribute, with the batch in front. */
function perm(order: readonly number[]): bigint[] {
  return [0n, ...order.map((axis) => BigInt(axis + 1))];
}

/** A value with the channels first. */
export function channelsFirst(graph: GraphWriter, source: Value): Value {
  const value = typeof source.layout === "object" ? natural(graph, source) : source;
  const rank = value.shape.length;
  if (value.layout === "first" || rank === 1) return value;
  const name = graph.add("Transpose", `${value.name}_channels_first`, [value.name], {
    perm: perm(toFirst(rank)),
  });
  return { ...value, name, layout: "first" };
}

/** A value with its numbers in Heddle's order. */
export function natural(graph: GraphWriter, value: Value): Value {
  const { name, shape, layout } = value;
  if (layout === "last") return value;
  if (layout === "first") {
    const attributes = { perm: perm(toLast(shape.length)) };
    return {
      name: graph.add("Transpose", `${name}_channels_last`, [name], attributes),
      shape,
      layout: "last",
    };
  }
  const image = layout.flattened;
  const sizes = toFirst(image.length).map((axis) => image[axis]!);
  const to = graph.integers(`${name}_shape`, [0, ...sizes]);
  const unflattened = graph.add("Reshape", `${name}_image`, [name, to]);
  const last = natural(graph, { name: unflattened, shape: image, layout: "first" });
  return {
    name: graph.add("Flatten", `${name}_channels_last`, [last.name], { axis: 1n }),
    shape,
    layout: "last",
  };
}

/** The value after a node that treats every number alike. */
export function alike(value: Value, name: string): Value {
  return { ...value, name };
}

/**
 * Numbers of a layer for a value's layout: with a size for each axis of the value, of which some may be 1.
 *
 * @param shape the sizes in Heddle's layout
 */
export function inLayoutOf(
  value: Value,
  shape: Shape,
  values: ArrayLike<number>,
): { readonly shape: Shape; readonly values: ArrayLike<number> } {
  const { layout } = value;
  if (layout === "last" || values.length === 1) return { shape, values };
  if (layout === "first") {
    const order = toFirst(shape.length);
    const places = transposedPlaces(shape, order);
    return {
      shape: order.map((axis) => shape[axis]!),
      values: Float32Array.from(places, (place) => values[place]!),
    };
  }
  const { flattened } = layout;
  const places = transposedPlaces(flattened, toFirst(flattened.length));
  return { shape, values: Float32Array.from(places, (place) => values[place]!) };
}

/** For each place of a flattened value in the file, its place in Heddle's order; undefined where they agree. */
export function flatPlaces({ layout }: Value): Int32Array | undefined {
  if (typeof layout !== "object") return undefined;
  return transposedPlaces(layout.flattened, toFirst(layout.flattened.length));
}

/** The value as one axis; nothing is moved. */
export function flattenedValue(graph: GraphWriter, value: Value, name: string): Value {
  const { shape, layout } = value;
  if (shape.length === 1) return value;
  const flat = graph.add("Flatten", name, [value.name], { axis: 1n });
  const [size, channels] = [sizeOf(shape), shape.at(-1)!];
  const isSame = layout === "last" || channels === 1 || channels === size;
  return { name: flat, shape: [size], layout: isSame ? "last" : { flattened: shape } };
}
