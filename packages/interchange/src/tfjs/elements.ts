import { HeddleError } from "@heddle/core";
import { fromHalf } from "@heddle/core/internal/base/half.js";
import { isJsonObject, type JsonObject } from "@heddle/core/internal/base/json.js";

/** How a tensor's elements are stored. */
export interface Stored {
  readonly type: "float32" | "int32" | "bool" | "float16" | "uint8" | "uint16";
  /** Of a quantised tensor: its values are whole numbers times `scale`, plus `min`. */
  readonly quantised?: { readonly scale: number; readonly min: number; readonly rounded: boolean };
}

/** Bytes of one element. */
export const BYTES: Readonly<Record<Stored["type"], number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  float16: 2,
  uint8: 1,
  uint16: 2,
};

/**
 * How the manifest says that a tensor is stored.
 *
 * @param who the file and the tensor, for errors
 */
export function storedAs(who: string, { dtype, quantization }: JsonObject): Stored {
  if (quantization === undefined) {
    if (dtype === "float32" || dtype === "int32" || dtype === "bool") return { type: dtype };
    throw unread(who, "numbers: float32, int32 or bool", dtype);
  }
  const { dtype: type, scale, min } = isJsonObject(quantization) ? quantization : {};
  if (dtype !== "float32" && dtype !== "int32") throw unread(who, "quantised float32 or int32", dtype);
  if (type === "float16" && dtype === "float32") return { type };
  if (type !== "uint8" && type !== "uint16")
    throw unread(who, "quantization to uint8, uint16 or float16", type);
  if (!Number.isFinite(scale) || !Number.isFinite(min)) {
    throw unread(who, "quantization with scale and min", quantization);
  }
  return { type, quantised: { scale: Number(scale), min: Number(min), rounded: dtype === "int32" } };
}

/** The values of little-endian elements, as TensorFlow.js computes them. */
export function decoded({ type, quantised }: Stored, bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const count = bytes.length / BYTES[type];
  const values = new Float32Array(count);
  if (type === "float32") {
    // Copied whole: the bytes may lie at any place, and every machine that runs WebAssembly is little-endian.
    new Uint8Array(values.buffer).set(bytes);
    return values;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = readers[type];
  const { scale, min, rounded } = quantised ?? { scale: 1, min: 0, rounded: false };
  for (let index = 0; index < count; index++) {
    const value = read(view, index) * scale + min;
    values[index] = rounded ? Math.round(value) : value;
  }
  return values;
}

const readers: Readonly<
  Record<Exclude<Stored["type"], "float32">, (view: DataView, index: number) => number>
> = {
  int32: (view, index) => view.getInt32(4 * index, true),
  bool: (view, index) => view.getUint8(index),
  float16: (view, index) => fromHalf(view.getUint16(2 * index, true)),
  uint8: (view, index) => view.getUint8(index),
  uint16: (view, index) => view.getUint16(2 * index, true),
};

function unread(who: string, expected: string, received: unknown): HeddleError {
  return new HeddleError({
    who,
    expected,
    received: JSON.stringify(received)?.slice(0, 60) ?? "nothing",
    next: "Convert the model again without quantization, or with another.",
  });
}
