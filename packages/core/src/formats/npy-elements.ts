import { fromHalf } from "../base/half.js";

// Elements of NumPy's arrays that differ from how they lie in memory here: the other byte order, halves, other axes.

/** A copy of elements of `size` bytes in the other byte order. */
export function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const copy = bytes.slice();
  for (let at = 0; at + size <= copy.length; at += size) copy.subarray(at, at + size).reverse();
  return copy;
}

/** Floats of 16 bits (IEEE 754's binary16) as floats of 32 bits, which hold them exactly. */
export function halvesToFloats(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, fromHalf);
}

/** Elements in Fortran order, the first axis fastest, in C order, the last axis fastest. */
export function toRowMajor<Elements extends { [index: number]: number | string; readonly length: number }>(
  data: Elements,
  shape: readonly number[],
  target: Elements,
): Elements {
  /** How far apart neighbours along each axis lie in `data`. */
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
  const position = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    target[to] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
  return target;
}
