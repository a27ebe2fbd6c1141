import type { Shape } from "../base/shape.js";

/** A number, a list of numbers, or lists of lists. */
export type NestedNumbers = number | readonly NestedNumbers[];

/** Numbers in row-major order, and how they are nested; undefined for anything else, and for lists of different lengths. */
export function flattened(value: unknown): { shape: Shape; values: readonly number[] } | undefined {
  if (typeof value === "number") return { shape: [], values: [value] };
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const parts = value.map(flattened);
  const [first] = parts;
  const values: number[] = [];
  for (const part of parts) {
    if (!part || String(part.shape) !== String(first!.shape)) return undefined;
    for (const number of part.values) values.push(number);
  }
  return { shape: [value.length, ...first!.shape], values };
}

/** The opposite: lists of a shape. */
export function nested(values: readonly number[], shape: Shape): NestedNumbers {
  const [size, ...rest] = shape;
  if (size === undefined) return values[0]!;
  const step = values.length / size;
  return Array.from({ length: size }, (_, index) =>
    nested(values.slice(index * step, (index + 1) * step), rest),
  );
}
