import { type Shape, sizeOf, takesShape } from "@heddle/core/internal/base/shape.js";
import { eachNumber, kindOf } from "./body.js";
import { badRequest, Refusal } from "./refusal.js";
import type { Values } from "./served-model.js";

/** How the elements of a tensor are sent. */
interface DataType {
  readonly bytes: number;
  /** An element of binary data, little-endian. */
  readonly read: (view: DataView, at: number) => number;
  /** The least and the largest whole number; absent for floats. */
  readonly range?: readonly [least: number, largest: number];
  /** Whether elements are kept as bytes; as floats of 32 bits by default. */
  readonly asBytes?: true;
  /** Whether JSON can hold them; by default it can. */
  readonly binaryOnly?: true;
}

/** The data types that become a model's input without loss. */
const types: Readonly<Record<string, DataType>> = {
  BOOL: { bytes: 1, range: [0, 1], asBytes: true, read: (view, at) => view.getUint8(at) },
  UINT8: { bytes: 1, range: [0, 255], asBytes: true, read: (view, at) => view.getUint8(at) },
  UINT16: { bytes: 2, range: [0, 65535], read: (view, at) => view.getUint16(at, true) },
  UINT32: { bytes: 4, range: [0, 2 ** 32 - 1], read: (view, at) => view.getUint32(at, true) },
  UINT64: {
    bytes: 8,
    range: [0, Number.MAX_SAFE_INTEGER],
    read: (view, at) => Number(view.getBigUint64(at, true)),
  },
  INT8: { bytes: 1, range: [-128, 127], read: (view, at) => view.getInt8(at) },
  INT16: { bytes: 2, range: [-32768, 32767], read: (view, at) => view.getInt16(at, true) },
  INT32: { bytes: 4, range: [-(2 ** 31), 2 ** 31 - 1], read: (view, at) => view.getInt32(at, true) },
  INT64: {
    bytes: 8,
    range: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    read: (view, at) => Number(view.getBigInt64(at, true)),
  },
  FP16: { bytes: 2, binaryOnly: true, read: (view, at) => half(view.getUint16(at, true)) },
  FP32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  FP64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
};

/** A tensor that a request describes. */
export interface TensorHead {
  /** Its name, for errors. */
  readonly who: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

/** A request's images. */
export interface Images {
  readonly values: Values;
  readonly count: number;
}

/**
 * Checks a tensor's shape against a model's input; returns the number of images.
 *
 * @param mostElements no more fit into the request: nothing is reserved for what cannot be there
 * @throws Refusal 400
 */
export function imagesIn(
  { who, shape }: Pick<TensorHead, "who" | "shape">,
  input: Shape,
  mostElements: number,
): number {
  const [count, ...own] = shape;
  if (count !== undefined && Number.isSafeInteger(count) && count > 0 && takesShape(input, own)) {
    const elements = sizeOf(shape);
    if (elements <= mostElements) return count;
    const next = "Send all of the tensor's data, or correct its shape.";
    throw badRequest(who, `${elements} elements`, "a request that is too short for them", next);
  }
  throw badRequest(
    who,
    `the shape [images, ${input.join(", ")}], with at least one image`,
    `[${shape.join(", ")}]`,
    "Send images of the model's size; the first number says how many.",
  );
}

/** A data type by its name. */
function typeOf({ who, datatype }: TensorHead): DataType {
  if (Object.hasOwn(types, datatype)) return types[datatype]!;
  throw badRequest(
    who,
    `one of the data types ${Object.keys(types).join(", ")}`,
    datatype,
    datatype === "BYTES" ? "For a picture file use POST /predict." : "Convert the data.",
  );
}

/**
 * Images from the numbers of a request's JSON.
 *
 * @param count as `imagesIn` returns it
 * @throws Refusal 400 for what is not a number of the type, or does not fit 32-bit floats
 */
export function imagesFromJson(head: TensorHead, data: unknown, count: number): Images {
  const { who, datatype, shape } = head;
  const type = typeOf(head);
  if (type.binaryOnly) {
    const next = "Set binary_data_size, and send them after the JSON.";
    throw badRequest(who, "binary data for FP16, which JSON cannot hold", "JSON", next);
  }
  const values = emptyValues(type, sizeOf(shape));
  const isFlag = datatype === "BOOL";
  eachNumber(who, data, shape, (value, at) => {
    if (typeof value !== (isFlag ? "boolean" : "number")) {
      throw badRequest(who, isFlag ? "true or false" : "numbers", `${kindOf(value)} at ${at}`, "Correct it.");
    }
    values[at] = checked(head, type, Number(value), at, false);
  });
  return { values, count };
}

/**
 * Images from bytes: little-endian, row-major, without gaps.
 *
 * @throws Refusal 400 when there are too few or too many, or a number does not fit 32-bit floats
 */
export function imagesFromBytes(head: TensorHead, bytes: Uint8Array, count: number): Images {
  const { who, datatype, shape } = head;
  const type = typeOf(head);
  const elements = sizeOf(shape);
  if (bytes.length !== elements * type.bytes) {
    const expected = `${elements * type.bytes} bytes for ${elements} elements of ${datatype}`;
    throw badRequest(who, expected, `${bytes.length}`, "Correct binary_data_size, shape or datatype.");
  }
  // A byte needs no look, except for flags, of which two have a meaning. The body is the request's own.
  if (datatype === "UINT8")
    return { values: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), count };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values = emptyValues(type, elements);
  for (let at = 0; at < elements; at++) {
    values[at] = checked(head, type, type.read(view, at * type.bytes), at, true);
  }
  return { values, count };
}

/** JSON's decimal fractions become the nearest 32-bit float; everything else must be one already. */
function checked(
  head: TensorHead,
  { range, asBytes }: DataType,
  value: number,
  at: number,
  exact: boolean,
): number {
  const isInRange = !range || (Number.isInteger(value) && value >= range[0] && value <= range[1]);
  const float = asBytes ? value : Math.fround(value);
  const isKept = Number.isFinite(float) && (float === value || (!range && !exact));
  if (isInRange && isKept) return float;
  const expected = isInRange
    ? "finite numbers that 32-bit floats hold"
    : `whole numbers from ${range![0]} to ${range![1]}`;
  throw badRequest(head.who, expected, `${value} at ${at}`, `Correct the data of type ${head.datatype}.`);
}

function emptyValues({ asBytes }: DataType, length: number): Values {
  return asBytes ? new Uint8Array(length) : new Float32Array(length);
}

/** A half-precision number from its bits. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** The bytes of numbers, little-endian. */
export function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < values.length; at++) view.setFloat32(4 * at, values[at]!, true);
  return bytes;
}

/** Checks that JSON can hold the answers. */
export function checkFinite(outputs: Float32Array): void {
  for (const value of outputs) {
    if (Number.isFinite(value)) continue;
    throw new Refusal(422, {
      who: "Answer",
      expected: "finite numbers",
      received: `${value}: the model overflows on these images`,
      next: "Send values in the range of the training images, or ask for binary data.",
    });
  }
}
