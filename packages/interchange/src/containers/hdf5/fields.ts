import { HeddleError } from "@heddle/core/internal/base/errors.js";

/** The address of what is not there. */
export const UNDEFINED_ADDRESS = 0xffff_ffff_ffff_ffffn;

/** An HDF5 file's bytes. */
export interface Hdf5Source {
  /** The file, for errors. */
  readonly who: string;
  readonly bytes: Uint8Array;
}

/** The error for a file that is not as its format has it. */
export function damaged({ who }: Hdf5Source, expected: string, received: string): HeddleError {
  return new HeddleError({
    who,
    expected,
    received,
    next: "The file is damaged: download, copy or write it again.",
  });
}

/** The error for what HDF5 has and Heddle does not read. */
export function unread({ who }: Hdf5Source, expected: string, received: string, next?: string): HeddleError {
  const rewrite = "Write the file again with h5py or Keras, without options.";
  return new HeddleError({ who, expected, received, next: next ?? rewrite });
}

/** Reads little-endian fields one after another, within a part of a file. */
export class Fields {
  private readonly view: DataView;

  /** @param what the part, for errors: `a group's table` */
  constructor(
    readonly source: Hdf5Source,
    private readonly what: string,
    private at: number,
    private readonly end: number = source.bytes.length,
  ) {
    const { buffer, byteOffset, byteLength } = source.bytes;
    this.view = new DataView(buffer, byteOffset, byteLength);
    if (!(at >= 0 && at <= end && end <= byteLength)) throw this.fault(`bytes ${at} to ${end}`);
  }

  get position(): number {
    return this.at;
  }

  get left(): number {
    return this.end - this.at;
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** A length in eight bytes; one beyond 2^53 becomes inexact, and is no less too large. */
  length(): number {
    return Number(this.view.getBigUint64(this.take(8), true));
  }

  /** An address in eight bytes; undefined where nothing is. */
  address(): number | undefined {
    const address = this.view.getBigUint64(this.take(8), true);
    return address === UNDEFINED_ADDRESS ? undefined : Number(address);
  }

  /** A whole number of 1, 2, 4 or 8 bytes. */
  whole(bytes: number): number {
    if (bytes === 8) return this.length();
    return bytes === 1 ? this.u8() : bytes === 2 ? this.u16() : this.u32();
  }

  /** A part of the file's own memory. */
  bytes(count: number): Uint8Array {
    const at = this.take(count);
    return this.source.bytes.subarray(at, at + count);
  }

  skip(count: number): void {
    this.take(count);
  }

  /** A text, up to its first zero byte. */
  text(count: number): string {
    return textOf(this.source, this.bytes(count));
  }

  /** @throws HeddleError when the next four bytes are not a block's signature */
  signature(signature: string): void {
    const received = String.fromCharCode(...this.bytes(4));
    if (received !== signature)
      throw damaged(this.source, `"${signature}" before ${this.what}`, "other bytes");
  }

  private take(count: number): number {
    const at = this.at;
    if (!(count >= 0 && count <= this.end - at)) throw this.fault(`an end at byte ${this.end}`);
    this.at = at + count;
    return at;
  }

  private fault(received: string): HeddleError {
    return damaged(this.source, `${this.what} within the file's ${this.source.bytes.length} bytes`, received);
  }
}

/** A text of UTF-8, up to its first zero byte. */
export function textOf(source: Hdf5Source, bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(
      (end < 0 ? bytes : bytes.subarray(0, end)).slice(),
    );
  } catch {
    throw damaged(source, "texts in UTF-8", "other bytes");
  }
}
