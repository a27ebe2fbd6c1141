import { HeddleError } from "../base/errors.js";
import { sizeOf } from "../base/shape.js";

/**
 * The element types of IDX, the format of MNIST and the datasets modelled on it: two zero bytes, a byte for the
 * element type, a byte D for the number of dimensions, D sizes of 32 bits, then the elements row by row,
 * everything big-endian. Source: http://yann.lecun.com/exdb/mnist/.
 */
export type IdxElementType = "uint8" | "int8" | "int16" | "int32" | "float32" | "float64";

/** The elements of an IDX file, in the array type of their element type. */
export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** The contents of one IDX file. */
export interface IdxArray {
  readonly elementType: IdxElementType;
  /** The sizes as the file declares them: `[N, H, W]` for grey images, `[N]` for labels. */
  readonly shape: readonly number[];
  /** The elements, row-major; in shared memory where the platform has it. */
  readonly data: IdxData;
}

/** What the header of an IDX file declares. */
export interface IdxLayout {
  readonly elementType: IdxElementType;
  readonly shape: readonly number[];
  readonly headerBytes: number;
  /** How many bytes of elements follow the header. */
  readonly dataBytes: number;
}

/** The most bytes of elements that one file may declare; beyond it, JavaScript engines differ in what they allocate. */
const MAXIMUM_IDX_BYTES = 2 ** 31 - 1;

interface Element {
  /** The header's third byte. */
  readonly code: number;
  readonly bytes: number;
  readonly over: (buffer: ArrayBufferLike) => IdxData;
  readonly get: (view: DataView, offset: number) => number;
  readonly set: (view: DataView, offset: number, value: number) => void;
}

const elements: Record<IdxElementType, Element> = {
  uint8: {
    code: 0x08,
    bytes: 1,
    over: (buffer) => new Uint8Array(buffer),
    get: (view, offset) => view.getUint8(offset),
    set: (view, offset, value) => view.setUint8(offset, value),
  },
  int8: {
    code: 0x09,
    bytes: 1,
    over: (buffer) => new Int8Array(buffer),
    get: (view, offset) => view.getInt8(offset),
    set: (view, offset, value) => view.setInt8(offset, value),
  },
  int16: {
    code: 0x0b,
    bytes: 2,
    over: (buffer) => new Int16Array(buffer),
    get: (view, offset) => view.getInt16(offset),
    set: (view, offset, value) => view.setInt16(offset, value),
  },
  int32: {
    code: 0x0c,
    bytes: 4,
    over: (buffer) => new Int32Array(buffer),
    get: (view, offset) => view.getInt32(offset),
    set: (view, offset, value) => view.setInt32(offset, value),
  },
  float32: {
    code: 0x0d,
    bytes: 4,
    over: (buffer) => new Float32Array(buffer),
    get: (view, offset) => view.getFloat32(offset),
    set: (view, offset, value) => view.setFloat32(offset, value),
  },
  float64: {
    code: 0x0e,
    bytes: 8,
    over: (buffer) => new Float64Array(buffer),
    get: (view, offset) => view.getFloat64(offset),
    set: (view, offset, value) => view.setFloat64(offset, value),
  },
};

/**
 * Reads the header of an IDX file as its bytes arrive: `undefined` until all of it is there.
 *
 * @param header the file's first bytes; no longer than the header
 * @param name the file's name, for errors
 * @param largestBytes the most bytes of elements to accept; by default what fits an array
 * @throws HeddleError at the first wrong byte, and for sizes of zero or beyond `largestBytes`
 */
export function readIdxHeader(
  header: readonly number[],
  name: string,
  largestBytes = MAXIMUM_IDX_BYTES,
): IdxLayout | undefined {
  if (header.length < 4) return undefined;
  const [zero0, zero1, code, dimensions] = header as [number, number, number, number];
  const known = (Object.keys(elements) as IdxElementType[]).find((type) => elements[type].code === code);
  if (zero0 !== 0 || zero1 !== 0 || known === undefined || dimensions === 0) {
    const hex = header.slice(0, 4).map((byte) => byte.toString(16).padStart(2, "0"));
    throw new HeddleError({
      who: name,
      expected:
        "an IDX file, which starts with 00 00, 08 to 0e for the element type, and a number of dimensions",
      received: `the bytes ${hex.join(" ")}`,
      next: "Check that this is the right file.",
    });
  }
  const headerBytes = 4 + 4 * dimensions;
  if (header.length < headerBytes) return undefined;
  const view = new DataView(Uint8Array.from(header).buffer);
  const shape = Array.from({ length: dimensions }, (_, axis) => view.getUint32(4 + 4 * axis));
  return {
    elementType: known,
    shape,
    headerBytes,
    dataBytes: dataBytesOf(shape, known, { name, largestBytes }),
  };
}

function dataBytesOf(
  shape: readonly number[],
  elementType: IdxElementType,
  { name, largestBytes }: { readonly name: string; readonly largestBytes: number },
): number {
  const received = `the sizes ${shape.join(" × ")} of ${elementType}`;
  if (shape.includes(0)) {
    const next = "Choose a file that holds data.";
    throw new HeddleError({ who: name, expected: "at least one element", received, next });
  }
  let { bytes } = elements[elementType];
  for (const size of shape) {
    bytes *= size;
    // Checked within the loop, because the product of 255 sizes would exceed exact numbers.
    if (bytes > largestBytes) {
      throw new HeddleError({
        who: name,
        expected: `at most ${largestBytes} bytes of elements`,
        received,
        next: "Stream it from disk, or download it again if it is damaged.",
      });
    }
  }
  return bytes;
}

/** Converts big-endian bytes to numbers in place; `bytes` must cover its whole buffer. */
export function numbersOf(bytes: Uint8Array, elementType: IdxElementType): IdxData {
  const numbers = elements[elementType].over(bytes.buffer);
  const step = numbers.BYTES_PER_ELEMENT;
  if (step === 1) return numbers;
  const { get } = elements[elementType];
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < numbers.length; index++) numbers[index] = get(view, index * step);
  return numbers;
}

/**
 * Writes an array as an IDX file, not compressed.
 *
 * @throws HeddleError if the shape does not match the number of elements
 * @example
 * writeIdx({ elementType: "uint8", shape: [3], data: Uint8Array.of(7, 0, 9) }).length; // 11
 */
export function writeIdx({ elementType, shape, data }: IdxArray): Uint8Array<ArrayBuffer> {
  if (shape.length < 1 || shape.length > 255 || sizeOf(shape) !== data.length) {
    throw new HeddleError({
      who: "writeIdx",
      expected: "1 to 255 sizes whose product is the number of elements",
      received: `[${shape.join(", ")}] for ${data.length} elements`,
      next: "Correct the shape.",
    });
  }
  const { code, bytes: elementBytes, set } = elements[elementType];
  const headerBytes = 4 + 4 * shape.length;
  const file = new Uint8Array(headerBytes + data.length * elementBytes);
  const view = new DataView(file.buffer);
  file.set([0, 0, code, shape.length]);
  for (const [axis, size] of shape.entries()) view.setUint32(4 + 4 * axis, size);
  for (let index = 0; index < data.length; index++) {
    set(view, headerBytes + index * elementBytes, data[index]!);
  }
  return file;
}
