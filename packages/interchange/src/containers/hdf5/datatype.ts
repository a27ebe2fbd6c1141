import { Fields, type Hdf5Source } from "./fields.js";

/** The type of a dataset's or an attribute's elements. */
export type Datatype =
  | { readonly kind: "float"; readonly bytes: 2 | 4 | 8; readonly bigEndian: boolean }
  /** The upper half of a float of 32 bits. */
  | { readonly kind: "bfloat"; readonly bytes: 2; readonly bigEndian: boolean }
  | {
      readonly kind: "integer";
      readonly bytes: 1 | 2 | 4 | 8;
      readonly bigEndian: boolean;
      readonly signed: boolean;
    }
  | { readonly kind: "text"; readonly bytes: number }
  /** Texts of any length, which are kept in a heap: each element says where. */
  | { readonly kind: "long text"; readonly bytes: 16 }
  | { readonly kind: "opaque"; readonly bytes: number }
  /** Any other, in words. */
  | { readonly kind: "other"; readonly bytes: number; readonly words: string };

const CLASSES = [
  "integers",
  "floats",
  "times",
  "texts",
  "bits",
  "opaque bytes",
  "compound values",
  "references",
  "enumerations",
  "lists of varying length",
  "arrays",
];

/** Reads a datatype message. */
export function readDatatype(source: Hdf5Source, message: Uint8Array): Datatype {
  const at = message.byteOffset - source.bytes.byteOffset;
  const fields = new Fields(source, "a datatype", at, at + message.length);
  const type = fields.u8() & 15;
  const [low, middle] = [fields.u8(), fields.u8()];
  fields.skip(1);
  const bytes = fields.u32();
  const bigEndian = (low & 1) === 1;
  const other: Datatype = {
    kind: "other",
    bytes,
    words: `${CLASSES[type] ?? `class ${type}`} of ${bytes} bytes`,
  };
  switch (type) {
    case 0: {
      const isWhole = fields.u16() === 0 && fields.u16() === 8 * bytes;
      const isKnown = bytes === 1 || bytes === 2 || bytes === 4 || bytes === 8;
      return isWhole && isKnown ? { kind: "integer", bytes, bigEndian, signed: (low & 8) !== 0 } : other;
    }
    case 1: {
      const [offset, precision] = [fields.u16(), fields.u16()];
      const [, exponent, , mantissa] = [fields.u8(), fields.u8(), fields.u8(), fields.u8()];
      // Bit 6 would mean the byte order of the VAX.
      if (offset !== 0 || precision !== 8 * bytes || (low & 0x40) !== 0 || middle !== precision - 1)
        return other;
      if (bytes === 2 && exponent === 8 && mantissa === 7) return { kind: "bfloat", bytes, bigEndian };
      const isIeee =
        (bytes === 2 && exponent === 5) ||
        (bytes === 4 && exponent === 8) ||
        (bytes === 8 && exponent === 11);
      return isIeee && mantissa === precision - exponent - 1 ? { kind: "float", bytes, bigEndian } : other;
    }
    case 3:
      return { kind: "text", bytes };
    case 5:
      return { kind: "opaque", bytes };
    case 9:
      return (low & 15) === 1 && bytes === 16 ? { kind: "long text", bytes } : other;
    default:
      return other;
  }
}

/** A type in words, for errors: `float64`. */
export function typeInWords(type: Datatype): string {
  switch (type.kind) {
    case "float":
    case "bfloat":
      return `${type.kind}${8 * type.bytes}`;
    case "integer":
      return `${type.signed ? "int" : "uint"}${8 * type.bytes}`;
    case "opaque":
      return `opaque bytes, ${type.bytes} each`;
    case "other":
      return type.words;
    default:
      return "texts";
  }
}

/** Whether a type's elements are numbers. */
export function isNumeric(type: Datatype): boolean {
  return type.kind === "float" || type.kind === "bfloat" || type.kind === "integer";
}

/**
 * Elements as floats of 32 bits: a copy, because a file's bytes are rarely aligned.
 *
 * @param type a numeric one
 */
export function toFloats(type: Datatype, bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const bigEndian = "bigEndian" in type && type.bigEndian;
  const count = Math.floor(bytes.length / type.bytes);
  if (type.kind === "float" && type.bytes === 4 && !bigEndian && isLittleEndian) {
    const values = new Float32Array(count);
    new Uint8Array(values.buffer).set(bytes);
    return values;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const element = elementOf(type, view, !bigEndian);
  return Float32Array.from({ length: count }, (_, index) => element(type.bytes * index));
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function elementOf(type: Datatype, view: DataView, little: boolean): (at: number) => number {
  if (type.kind === "bfloat") return (at) => bfloat(view.getUint16(at, little));
  if (type.kind === "float") {
    if (type.bytes === 2) return (at) => half(view.getUint16(at, little));
    return type.bytes === 4 ? (at) => view.getFloat32(at, little) : (at) => view.getFloat64(at, little);
  }
  const signed = type.kind === "integer" && type.signed;
  switch (type.bytes) {
    case 1:
      return signed ? (at) => view.getInt8(at) : (at) => view.getUint8(at);
    case 2:
      return signed ? (at) => view.getInt16(at, little) : (at) => view.getUint16(at, little);
    case 4:
      return signed ? (at) => view.getInt32(at, little) : (at) => view.getUint32(at, little);
    default:
      return signed
        ? (at) => Number(view.getBigInt64(at, little))
        : (at) => Number(view.getBigUint64(at, little));
  }
}

const scratch = new DataView(new ArrayBuffer(4));

function bfloat(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** A float of 16 bits (IEEE 754 binary16). */
export function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
