import { HeddleError, messageOf } from "../base/errors.js";
import { isJsonObject, parseJsonText } from "../base/json.js";
import { type Shape, sizeOf } from "../base/shape.js";
import { ELEMENT_TYPES, type WrittenPrecision, writeElements } from "./safetensors-elements.js";

/** A named array, of floats of 32 bits whatever the file has. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: Shape;
  readonly values: Float32Array;
}

/** The headers of Heddle's models are far smaller. */
const MAX_HEADER_BYTES = 16 * 2 ** 20;

/**
 * Writes floats of 32 bits, or of 16, in the safetensors format: eight bytes of header length (little-endian), a JSON header,
 * the raw data. Tensors keep their order; `metadata` goes into the header.
 */
export function writeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
  precision: WrittenPrecision = "F32",
): Uint8Array {
  const { bytes: size } = ELEMENT_TYPES[precision]!;
  const entries: [string, unknown][] = [["__metadata__", { format: "heddle", ...metadata }]];
  let offset = 0;
  for (const { name, shape, values } of tensors) {
    const end = offset + size * values.length;
    entries.push([name, { dtype: precision, shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  // Trailing blanks pad the header, so that the data starts at a multiple of eight.
  const header = new Uint8Array(8 * Math.ceil(json.length / 8)).fill(0x20);
  header.set(json);
  const bytes = new Uint8Array(8 + header.length + offset);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  let at = 8 + header.length;
  for (const { values } of tensors) {
    writeElements(view, at, { values, precision });
    at += size * values.length;
  }
  return bytes;
}

/**
 * Reads a safetensors file, whichever program wrote it. Floats of 16 and 64 bits, and whole numbers, become floats of 32.
 *
 * @param who the file's name, for errors
 * @throws HeddleError if the file is damaged: wrong lengths, overlaps or gaps, wrong types
 */
export function readSafetensors(who: string, bytes: Uint8Array): Map<string, NamedTensor> {
  const fault = (expected: string, received: string) =>
    new HeddleError({
      who,
      expected,
      received,
      next: "Check that it is the right file, or download or copy it again.",
    });
  if (bytes.length < 8) throw fault("a safetensors file", `${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > Math.min(MAX_HEADER_BYTES, bytes.length - 8)) {
    throw fault(`a header within ${bytes.length - 8} bytes`, `a length of ${headerBytes}`);
  }
  let header: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + headerBytes));
    header = parseJsonText(text);
  } catch (thrown) {
    throw fault("a header of JSON", messageOf(thrown));
  }
  if (!isJsonObject(header)) throw fault("a header of named tensors", typeof header);

  const data = 8 + headerBytes;
  const spans: { name: string; dtype: string; shape: Shape; start: number; end: number }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype, shape, data_offsets: offsets } = isJsonObject(entry) ? entry : {};
    if (typeof dtype !== "string" || !Object.hasOwn(ELEMENT_TYPES, dtype)) {
      throw fault(
        `tensor ${name} of F32, F16, BF16, F64 or whole numbers`,
        typeof dtype === "string" ? dtype : (JSON.stringify(dtype) ?? "none"),
      );
    }
    if (!isSizes(shape)) throw fault(`a shape for tensor ${name}`, JSON.stringify(shape) ?? "nothing");
    if (!isSizes(offsets) || offsets.length !== 2) {
      throw fault(`two offsets for tensor ${name}`, JSON.stringify(offsets) ?? "nothing");
    }
    const [start, end] = offsets as [number, number];
    const length = ELEMENT_TYPES[dtype]!.bytes * sizeOf(shape);
    if (end - start !== length || end > bytes.length - data) {
      throw fault(`tensor ${name} of ${length} bytes within the file`, `bytes ${start} to ${end}`);
    }
    spans.push({ name, dtype, shape, start, end });
  }
  // All spans are checked before any value is read: a thousand tensors on the same bytes would take a thousand times
  // their memory.
  let covered = 0;
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== covered) throw fault("adjacent tensors", `a gap or overlap at byte ${start}`);
    covered = end;
  }
  if (covered !== bytes.length - data) throw fault(`${covered} bytes of data`, `${bytes.length - data}`);
  const tensors = new Map<string, NamedTensor>();
  for (const { name, dtype, shape, start } of spans) {
    const { bytes: size, read } = ELEMENT_TYPES[dtype]!;
    const values = new Float32Array(sizeOf(shape));
    for (let i = 0; i < values.length; i++) values[i] = read(view, data + start + size * i);
    tensors.set(name, { name, shape, values });
  }
  return tensors;
}

/** The `metadata` in the header of a file that `readSafetensors` accepts. */
export function safetensorsMetadata(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = bytes.subarray(8, 8 + Number(view.getBigUint64(0, true)));
  const metadata = JSON.parse(new TextDecoder().decode(header))["__metadata__"];
  return isJsonObject(metadata) ? metadata : {};
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
