import { fromHalf, HALF_OVERFLOW, toHalf } from "../base/half.js";

/** How elements of a type lie in a file: how many bytes each has, and how one is read. */
interface ElementType {
  readonly bytes: number;
  /** @param at the element's first byte */
  read(view: DataView, at: number): number;
}

const scratch = new DataView(new ArrayBuffer(4));

/** The types of elements that are read, by their names in the format. All become floats of 32 bits. */
export const ELEMENT_TYPES: Readonly<Record<string, ElementType>> = {
  F64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  F32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  F16: { bytes: 2, read: (view, at) => fromHalf(view.getUint16(at, true)) },
  BF16: { bytes: 2, read: (view, at) => fromBfloat16(view.getUint16(at, true)) },
  I64: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  I32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  I16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  I8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  U8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  BOOL: { bytes: 1, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
};

/** A brain float from its bits: the upper half of a float of 32 bits. */
function fromBfloat16(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** The precisions that are written. */
export type WrittenPrecision = "F32" | "F16";

/** Writes elements one after another; halves are rounded to the nearest, of values that `isHalf`. */
export function writeElements(
  view: DataView,
  at: number,
  { values, precision }: { readonly values: Float32Array; readonly precision: WrittenPrecision },
): void {
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (precision === "F32") view.setFloat32(at + 4 * index, value, true);
    else view.setUint16(at + 2 * index, toHalf(value), true);
  }
}

/** Whether a number is in the range of halves. */
export function isHalf(value: number): boolean {
  return Math.abs(value) < HALF_OVERFLOW;
}
