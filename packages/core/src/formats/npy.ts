import { HeddleError } from "../base/errors.js";
import { allocateShared, canShareMemory } from "../base/memory.js";
import { sizeOf } from "../base/shape.js";
import { halvesToFloats, swapped, toRowMajor } from "./npy-elements.js";

/** The elements of an array of numbers. */
export type NpyNumbers =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** One NumPy array, row-major. */
export interface NpyArray {
  readonly shape: readonly number[];
  /** Numbers as they are, integers of 64 bits as floats of 64 bits, text as strings. May be a view of the file's bytes. */
  readonly data: NpyNumbers | readonly string[];
  /** What the elements are in the file. */
  readonly elements: "whole numbers" | "floats" | "booleans" | "text";
}

/** The numeric types as views of their elements: every machine with WebAssembly is little-endian. */
const types = {
  u1: Uint8Array,
  b1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  u8: BigUint64Array,
  i8: BigInt64Array,
  // Halves, which become floats of 32 bits.
  f2: Uint16Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

/** NumPy writes headers of about a hundred bytes, and by default refuses to read more than 10,000. */
const MAXIMUM_HEADER_BYTES = 65536;

/** NumPy's own limit. */
const MAXIMUM_AXES = 64;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** True for the first bytes of an `.npy` file. */
export function isNpy(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * Reads an `.npy` file of version 1 to 3: numbers or fixed-length text, in either byte order, in C or Fortran order.
 *
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * @param name the file's path and the array's name, for errors
 * @throws HeddleError for pickled objects, unsupported types, and a header that does not match the number of bytes
 */
export function readNpy(bytes: Uint8Array, name: string): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6] ?? 0;
  const start = version === 1 ? 10 : 12;
  if (!isNpy(bytes) || bytes.length < start) {
    throw refused(name, "an array in NumPy's format", "bytes in a different format");
  }
  if (version < 1 || version > 3) throw refused(name, "version 1, 2 or 3 of NumPy's format", `${version}`);
  const headerBytes = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (headerBytes > MAXIMUM_HEADER_BYTES) {
    throw refused(name, `a header of at most ${MAXIMUM_HEADER_BYTES} bytes`, `one of ${headerBytes}`);
  }
  if (start + headerBytes > bytes.length) throw refused(name, "a whole header", "a truncated one");
  const { descr, fortran, shape } = parseHeader(bytes.slice(start, start + headerBytes), name);
  checkPlain(descr, name);
  // Text of length 0 is refused: it takes no bytes, so a header could declare any number of elements.
  const text = /^[<>|]?([US])([1-9]\d{0,3})$/.exec(descr);
  const typeName = /^[<>|]\w\d$/.test(descr) ? descr.slice(1) : "";
  const type = Object.hasOwn(types, typeName) ? types[typeName as keyof typeof types] : undefined;
  const elementBytes = text ? (text[1] === "U" ? 4 : 1) * Number(text[2]) : type?.BYTES_PER_ELEMENT;
  if (elementBytes === undefined) {
    throw refused(name, "integers, floats or text", `elements of the type ${descr}`);
  }
  const count = sizeOf(shape);
  const content = start + headerBytes;
  if (bytes.length - content !== count * elementBytes) {
    const declared = `${count * elementBytes} bytes of elements (${shape.join(" × ")} of ${descr})`;
    throw refused(name, `${declared}, as its header declares`, `${bytes.length - content}`);
  }
  const isBigEndian = descr.startsWith(">");
  const plain = bytes.subarray(content);
  const data = text
    ? textsOf(plain, { unicode: text[1] === "U", elementBytes, isBigEndian })
    : numbersOf(isBigEndian ? swapped(plain, elementBytes) : plain, type!, typeName);
  const elements = text ? "text" : elementsOf(typeName);
  if (!fortran || shape.length < 2) return { shape, data, elements };
  if (Array.isArray(data)) return { shape, data: toRowMajor(data, shape, [...data]), elements };
  const numbers = data as NpyNumbers;
  const target =
    numbers instanceof Uint8Array ? new Uint8Array(allocateShared(numbers.length)) : numbers.slice();
  return { shape, data: toRowMajor(numbers, shape, target), elements };
}

function elementsOf(typeName: string): NpyArray["elements"] {
  if (typeName.startsWith("f")) return "floats";
  return typeName.startsWith("b") ? "booleans" : "whole numbers";
}

function parseHeader(bytes: Uint8Array, name: string) {
  const header = new TextDecoder("latin1").decode(bytes);
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const shape = /'shape':\s*\(([\d\s,L]*)\)/.exec(header)?.[1];
  if (descr === undefined && header.includes("'descr': [")) {
    throw refused(name, "plain numbers or text", "a structured array");
  }
  if (descr === undefined || fortran === undefined || shape === undefined) {
    throw refused(name, "a header with descr, fortran_order and shape", header.trim().slice(0, 60));
  }
  const sizes = shape.split(",").flatMap((size) => (size.trim() === "" ? [] : [Number.parseInt(size, 10)]));
  if (sizes.length > MAXIMUM_AXES) throw refused(name, `at most ${MAXIMUM_AXES} axes`, `${sizes.length}`);
  return { descr, fortran: fortran === "True", shape: sizes };
}

function checkPlain(descr: string, name: string): void {
  if (!descr.includes("O")) return;
  const next = "Save plain numbers: numpy.asarray(x, dtype='uint8').";
  throw refused(name, "plain numbers or text", "pickled Python objects, which are never unpacked", next);
}

/** Numbers in place where they can be read there; bytes in shared memory, where the engine's threads read them. */
function numbersOf(
  bytes: Uint8Array,
  type: (typeof types)[keyof typeof types],
  typeName: string,
): NpyNumbers {
  if (type === Uint8Array) {
    if (!canShareMemory() || bytes.buffer instanceof SharedArrayBuffer) return bytes;
    const data = new Uint8Array(allocateShared(bytes.length));
    data.set(bytes);
    return data;
  }
  const aligned = bytes.byteOffset % type.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  const data = new type(
    aligned.buffer as ArrayBuffer,
    aligned.byteOffset,
    aligned.length / type.BYTES_PER_ELEMENT,
  );
  if (typeName === "f2") return halvesToFloats(data as Uint16Array);
  // As floats of 64 bits they keep all the digits that a label has.
  if (data instanceof BigUint64Array || data instanceof BigInt64Array) return Float64Array.from(data, Number);
  return data;
}

/** Fixed-length text, padded with zeros: code points of 32 bits, or bytes, which are UTF-8. */
function textsOf(
  bytes: Uint8Array,
  layout: { readonly unicode: boolean; readonly elementBytes: number; readonly isBigEndian: boolean },
): readonly string[] {
  const { unicode, elementBytes, isBigEndian } = layout;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / elementBytes }, (_, index) => {
    const start = index * elementBytes;
    if (!unicode) {
      return new TextDecoder().decode(bytes.slice(start, start + elementBytes)).replace(/\0+$/, "");
    }
    let text = "";
    for (let at = 0; at < elementBytes; at += 4) {
      const point = view.getUint32(start + at, !isBigEndian);
      if (point === 0) break;
      text += point <= 0x10ffff ? String.fromCodePoint(point) : "\u{fffd}";
    }
    return text;
  });
}

/**
 * Writes bytes, 32-bit floats, 32-bit integers or strings as an `.npy` file of version 1, as NumPy does.
 *
 * @example
 * writeNpy([2, 2], Uint8Array.of(1, 2, 3, 4)).length; // 132
 */
export function writeNpy(
  shape: readonly number[],
  data: Uint8Array | Float32Array | Int32Array | readonly string[],
): Uint8Array {
  const texts = Array.isArray(data) ? (data as readonly string[]).map((text) => [...text]) : undefined;
  const width = Math.max(1, ...(texts?.map(({ length }) => length) ?? []));
  const descr = texts
    ? `<U${width}`
    : data instanceof Uint8Array
      ? "|u1"
      : data instanceof Float32Array
        ? "<f4"
        : "<i4";
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // The elements start at a multiple of 64, as in NumPy since 1.14.
  const start = Math.ceil((10 + header.length + 1) / 64) * 64;
  const elementBytes = texts ? 4 * width : data instanceof Uint8Array ? 1 : 4;
  const file = new Uint8Array(start + data.length * elementBytes);
  const view = new DataView(file.buffer);
  file.set([...MAGIC, 1, 0]);
  view.setUint16(8, start - 10, true);
  file.set(new TextEncoder().encode(`${header.padEnd(start - 11)}\n`), 10);
  if (texts) {
    texts.forEach((points, index) => {
      points.forEach((point, at) => {
        view.setUint32(start + 4 * (index * width + at), point.codePointAt(0)!, true);
      });
    });
  } else if (data instanceof Uint8Array) file.set(data, start);
  else {
    const numbers = data as Float32Array | Int32Array;
    for (let at = 0; at < numbers.length; at++) {
      if (numbers instanceof Float32Array) view.setFloat32(start + 4 * at, numbers[at]!, true);
      else view.setInt32(start + 4 * at, numbers[at]!, true);
    }
  }
  return file;
}

function refused(who: string, expected: string, received: string, next?: string): HeddleError {
  return new HeddleError({ who, expected, received, next: next ?? "Save the array again with numpy.savez." });
}
