// TensorBoard's event files: TFRecords of `Event` messages, encoded as protocol buffers.
import { maskedCrc32c } from "./crc.js";

/** One event. */
export interface Event {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** Only in the first event of a file, which has no step and no scalars. */
  readonly fileVersion?: string;
  readonly step?: number;
  readonly scalars?: ReadonlyMap<string, number>;
}

/** The `fileVersion` of a file's first event. */
export const FILE_VERSION = "brain.Event:2";

/** An event as a TFRecord: length (u64), its masked checksum (u32), the message, its masked checksum; little endian. */
export function eventRecord(event: Event): Uint8Array {
  const message = eventMessage(event);
  const record = new Uint8Array(12 + message.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(message.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(message, 12);
  view.setUint32(12 + message.length, maskedCrc32c(message), true);
  return record;
}

/**
 * The leading events of a file whose step is below `step`, ending at the first damaged or truncated record. The file must
 * hold records of {@link eventRecord}, in ascending order of their steps.
 */
export function eventsBefore(step: number, file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let end = 0;
  while (end + 12 <= file.length) {
    const first = end + 12;
    const last = first + Number(view.getBigUint64(end, true));
    if (last + 4 > file.length) break;
    const message = file.subarray(first, last);
    if (view.getUint32(last, true) !== maskedCrc32c(message) || stepOf(message) >= step) break;
    end = last + 4;
  }
  return file.subarray(0, end);
}

/** The step follows the 9-byte wall time; the first event, the version header, has none and counts as -1. */
function stepOf(message: Uint8Array): number {
  const [key, ...digits] = message.subarray(9, 20);
  if (key !== 8 * 2) return key === 8 * 3 + 2 ? -1 : 0;
  const last = digits.findIndex((digit) => digit < 0x80);
  return digits.slice(0, last + 1).reduce((sum, digit, place) => sum + (digit & 0x7f) * 0x80 ** place, 0);
}

/** `Event`: wall_time = 1, step = 2, file_version = 3, summary = 5. */
function eventMessage({ wallTime, fileVersion, step, scalars }: Event): Uint8Array {
  const fields = [float64(1, wallTime)];
  // An absent field reads as 0.
  if (step) fields.push(integer(2, step));
  if (fileVersion !== undefined) fields.push(text(3, fileVersion));
  if (scalars)
    fields.push(bytes(5, joined([...scalars].map(([tag, value]) => bytes(1, scalar(tag, value))))));
  return joined(fields);
}

/**
 * `Summary.Value` as TensorFlow 2 writes a scalar: tag = 1, tensor = 8 (`TensorProto`: dtype = 1, tensor_shape = 2,
 * float_val = 5), metadata = 9 (`SummaryMetadata`: plugin_data = 1 with plugin_name = 1).
 */
function scalar(tag: string, value: number): Uint8Array {
  const DT_FLOAT = 1;
  const tensor = joined([integer(1, DT_FLOAT), bytes(2, new Uint8Array()), bytes(5, float32(value))]);
  const metadata = bytes(1, text(1, "scalars"));
  return joined([text(1, tag), bytes(8, tensor), bytes(9, metadata)]);
}

// Protocol buffers: a key (field number · 8 + wire type), then the value. Wire types: 0 a varint, 1 eight bytes, 2 a
// length and as many bytes.

function integer(field: number, value: number): Uint8Array {
  return joined([varint(8 * field), varint(value)]);
}

function float64(field: number, value: number): Uint8Array {
  const number = new Uint8Array(8);
  new DataView(number.buffer).setFloat64(0, value, true);
  return joined([varint(8 * field + 1), number]);
}

function float32(value: number): Uint8Array {
  const number = new Uint8Array(4);
  new DataView(number.buffer).setFloat32(0, value, true);
  return number;
}

function bytes(field: number, value: Uint8Array): Uint8Array {
  return joined([varint(8 * field + 2), varint(value.length), value]);
}

function text(field: number, value: string): Uint8Array {
  return bytes(field, new TextEncoder().encode(value));
}

/** Seven bits per byte, the lowest first; the top bit is set while more follow. */
function varint(value: number): Uint8Array {
  const digits: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) digits.push((rest % 0x80) + 0x80);
  digits.push(rest);
  return Uint8Array.from(digits);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
