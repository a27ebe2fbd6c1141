/** The next multiple of 8. */
export function padded(bytes: number): number {
  return 8 * Math.ceil(bytes / 8);
}

/** A block of an HDF5 file, filled field by field; what is not written is zero. */
export class Block {
  readonly content: Uint8Array;
  private readonly view: DataView;
  private position = 0;

  constructor(bytes: number) {
    this.content = new Uint8Array(bytes);
    this.view = new DataView(this.content.buffer);
  }

  at(position: number): this {
    this.position = position;
    return this;
  }

  align(): this {
    return this.at(padded(this.position));
  }

  bytes(...values: readonly number[]): this {
    this.content.set(values, this.position);
    return this.at(this.position + values.length);
  }

  /** Bytes of any number: too many arguments would not fit onto the stack. */
  put(values: Uint8Array): this {
    this.content.set(values, this.position);
    return this.at(this.position + values.length);
  }

  /** ASCII. */
  text(text: string): this {
    return this.bytes(...new TextEncoder().encode(text));
  }

  u16(...values: readonly number[]): this {
    for (const value of values) this.view.setUint16(this.advance(2), value, true);
    return this;
  }

  u32(...values: readonly number[]): this {
    for (const value of values) this.view.setUint32(this.advance(4), value, true);
    return this;
  }

  u64(...values: readonly (number | bigint)[]): this {
    for (const value of values)
      this.view.setBigUint64(this.advance(8), BigInt.asUintN(64, BigInt(value)), true);
    return this;
  }

  private advance(bytes: number): number {
    const at = this.position;
    this.position += bytes;
    return at;
  }
}

/** A message of an object's header. */
export function message(type: number, data: Uint8Array): Uint8Array {
  const block = new Block(8 + padded(data.length)).u16(type, padded(data.length)).at(8);
  block.content.set(data, 8);
  return block.content;
}

/** An object's header (version 1). */
export function objectHeader(messages: readonly Uint8Array[]): Uint8Array {
  const bytes = messages.reduce((sum, { length }) => sum + length, 0);
  const block = new Block(16 + bytes).bytes(1, 0).u16(messages.length).u32(1, bytes);
  let at = 16;
  for (const one of messages) {
    block.content.set(one, at);
    at += one.length;
  }
  return block.content;
}

/** The sizes of an array; none for a single value. */
function dataspace(shape: readonly number[]): Uint8Array {
  return new Block(8 + 8 * shape.length)
    .bytes(1, shape.length)
    .at(8)
    .u64(...shape).content;
}

/** Little-endian IEEE 754, sign at bit 31, exponent of 8 bits from bit 23, biased by 127. */
const FLOAT32 = new Block(24).bytes(0x11, 0x20, 31, 0).u32(4).u16(0, 32).bytes(23, 8, 0, 23).u32(127).content;

/** Little-endian, signed. */
const INT64 = new Block(16).bytes(0x10, 8, 0, 0).u32(8).u16(0, 64).content;

/** Texts of any length in UTF-8, made of single characters. */
const LONG_TEXT = new Block(24).bytes(0x19, 1, 1, 0).u32(16).bytes(0x13, 0x10, 0, 0).u32(1).content;

/** The messages of a dataset that lies in one piece. */
export function datasetMessages(dataset: {
  readonly type: "float32" | "int64";
  readonly shape: readonly number[];
  readonly address: number | bigint;
  readonly bytes: number;
}): readonly Uint8Array[] {
  const { type, shape, address, bytes } = dataset;
  return [
    message(0x01, dataspace(shape)),
    message(0x03, type === "float32" ? FLOAT32 : INT64),
    // No value of its own for elements that were never written; all are.
    message(0x05, new Block(8).bytes(2, 2, 2, 1).content),
    message(0x08, new Block(18).bytes(3, 1).u64(address, bytes).content),
  ];
}

/** An attribute that is a text in a heap. */
export function attribute(
  name: string,
  text: { readonly length: number; readonly heap: number; readonly index: number },
): Uint8Array {
  const nameBytes = new TextEncoder().encode(name).length + 1;
  const space = dataspace([]);
  const block = new Block(8 + padded(nameBytes) + padded(LONG_TEXT.length) + space.length + 16)
    .bytes(1, 0)
    .u16(nameBytes, LONG_TEXT.length, space.length)
    .text(name)
    .at(8 + padded(nameBytes))
    .bytes(...LONG_TEXT)
    .align()
    .bytes(...space)
    .u32(text.length)
    .u64(text.heap)
    .u32(text.index);
  return message(0x0c, block.content);
}
