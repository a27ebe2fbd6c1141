import { HeddleError } from "@heddle/core/internal/base/errors.js";

/** The element types of ONNX's tensors, by their number in the schema, as far as Heddle reads their values. */
export const elementTypes = {
  1: "float32",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  9: "bool",
  10: "float16",
  11: "float64",
  12: "uint32",
  13: "uint64",
  16: "bfloat16",
  21: "uint4",
  22: "int4",
} as const;

export type ElementType = (typeof elementTypes)[keyof typeof elementTypes];

/** Numbers of FLOAT, UINT8 and INT64 in the schema. */
export const FLOAT = 1;
export const UINT8 = 2;
export const INT64 = 7;

/** Values of a tensor: in 32 bits where the file has floats of up to 32, else in 64, which hold whole numbers to 2^53. */
export type Numbers = Float32Array | Float64Array;

/** Whether values of a type are fractions. */
export function isFloat(type: ElementType): boolean {
  return type === "float32" || type === "float16" || type === "bfloat16" || type === "float64";
}

/** Bits of one element. */
const BITS: Record<ElementType, number> = {
  float32: 32,
  uint8: 8,
  int8: 8,
  uint16: 16,
  int16: 16,
  int32: 32,
  int64: 64,
  bool: 8,
  float16: 16,
  float64: 64,
  uint32: 32,
  uint64: 64,
  bfloat16: 16,
  uint4: 4,
  int4: 4,
};

/** Bytes of `count` elements, two of four bits to a byte. */
export function bytesOf(type: ElementType, count: number): number {
  return Math.ceil((count * BITS[type]) / 8);
}

/** An array for values of a type. */
export function numbersFor(type: ElementType, count: number): Numbers {
  return isFloat(type) && type !== "float64" ? new Float32Array(count) : new Float64Array(count);
}

/**
 * Decodes little-endian elements.
 *
 * @param bytes exactly as many as `count` elements take
 */
export function decodeElements(type: ElementType, bytes: Uint8Array, count: number): Numbers {
  const { buffer, byteOffset, byteLength } = bytes;
  const view = new DataView(buffer, byteOffset, byteLength);
  const numbers = numbersFor(type, count);
  if (type === "float32") {
    // Copied whole where the machine is little-endian, as WebAssembly's memory is: every machine that runs Heddle.
    new Uint8Array(numbers.buffer).set(bytes);
    return numbers;
  }
  const read = readers[type];
  for (let index = 0; index < count; index++) numbers[index] = read(view, index);
  return numbers;
}

const readers: Record<ElementType, (view: DataView, index: number) => number> = {
  float32: (view, index) => view.getFloat32(4 * index, true),
  float64: (view, index) => view.getFloat64(8 * index, true),
  float16: (view, index) => fromFloat16(view.getUint16(2 * index, true)),
  bfloat16: (view, index) => fromBfloat16(view.getUint16(2 * index, true)),
  uint8: (view, index) => view.getUint8(index),
  bool: (view, index) => (view.getUint8(index) === 0 ? 0 : 1),
  int8: (view, index) => view.getInt8(index),
  uint16: (view, index) => view.getUint16(2 * index, true),
  int16: (view, index) => view.getInt16(2 * index, true),
  uint32: (view, index) => view.getUint32(4 * index, true),
  int32: (view, index) => view.getInt32(4 * index, true),
  uint64: (view, index) => Number(view.getBigUint64(8 * index, true)),
  int64: (view, index) => Number(view.getBigInt64(8 * index, true)),
  uint4: (view, index) => nibble(view, index),
  int4: (view, index) => (nibble(view, index) ^ 8) - 8,
};

/** The lower half of a byte comes first. */
function nibble(view: DataView, index: number): number {
  return (view.getUint8(index >> 1) >> (4 * (index & 1))) & 15;
}

/** A half-precision number from its bits. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0
    ? sign * fraction * POWERS_OF_TWO[0]!
    : sign * (1024 + fraction) * POWERS_OF_TWO[exponent - 1]!;
}

/** 2^−24, 2^−23, …: the value of a half-precision number's last bit, by its exponent. */
const POWERS_OF_TWO = Array.from({ length: 30 }, (_, exponent) => 2 ** exponent / 2 ** 24);

const scratch = new DataView(new ArrayBuffer(4));

/** A brain float from its bits: the upper half of a 32-bit number. */
export function fromBfloat16(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** The type with a number of the schema. */
export function elementTypeOf(who: string, number: number): ElementType {
  const type = (elementTypes as Readonly<Record<number, ElementType>>)[number];
  if (type !== undefined) return type;
  throw new HeddleError({
    who,
    expected: "elements of 32, 16 or 64 bits, or whole numbers",
    received: `elements of type ${number} of ONNX's schema`,
    next: "Export the model with float32 weights.",
  });
}
