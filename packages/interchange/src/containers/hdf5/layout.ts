import { damaged, type Fields, type Hdf5Source, unread } from "./fields.js";
import { fieldsOf, MESSAGE, type Message } from "./header.js";
import { treeEntries } from "./links.js";

/** Where a dataset's bytes are. */
export type Layout =
  | { readonly kind: "whole"; readonly bytes: Uint8Array }
  /** In chunks of a shape, each stored through filters. */
  | { readonly kind: "chunks"; readonly shape: readonly number[]; readonly tree: number | undefined };

/** A piece of a dataset. */
export interface Chunk {
  /** Its first element on each axis. */
  readonly start: readonly number[];
  readonly bytes: Uint8Array;
  /** A bit for each filter that was left out. */
  readonly skipped: number;
}

/** Reads where the bytes of a dataset are. */
export function readLayout(source: Hdf5Source, messages: readonly Message[], totalBytes: number): Layout {
  if (messages.some(({ type }) => type === MESSAGE.externalFiles)) {
    throw unread(
      source,
      "data in the file itself",
      "a dataset in another file",
      "Other files are never opened: copy the data into this one.",
    );
  }
  const message = messages.find(({ type }) => type === MESSAGE.layout);
  if (!message) throw damaged(source, "where a dataset's data is", "nothing");
  const fields = fieldsOf(source, "a dataset's layout", message.data);
  const version = fields.u8();
  if (version === 1 || version === 2) return oldLayout(source, fields, totalBytes);
  if (version !== 3 && version !== 4)
    throw damaged(source, "a layout of version 1 to 4", `version ${version}`);
  const kind = fields.u8();
  if (kind === 0) return { kind: "whole", bytes: whole(source, fields.bytes(fields.u16()), totalBytes) };
  if (kind === 1) return contiguous(source, fields.address(), totalBytes);
  if (kind !== 2 || version === 4) {
    const received = kind === 3 ? "a virtual dataset, which is in other files" : 'chunks of libver="latest"';
    throw unread(source, "datasets as h5py writes them by default", received);
  }
  const axes = fields.u8() - 1;
  const tree = fields.address();
  return { kind: "chunks", shape: chunkShape(source, fields, axes), tree };
}

/** Versions 1 and 2, of HDF5 before 1.6.3. */
function oldLayout(source: Hdf5Source, fields: Fields, totalBytes: number): Layout {
  const axes = fields.u8();
  const kind = fields.u8();
  fields.skip(5);
  const address = kind === 0 ? undefined : fields.address();
  if (kind === 2) return { kind: "chunks", shape: chunkShape(source, fields, axes - 1), tree: address };
  fields.skip(4 * axes);
  if (kind === 1) return contiguous(source, address, totalBytes);
  if (kind !== 0) throw damaged(source, "a layout that HDF5 has", `class ${kind}`);
  return { kind: "whole", bytes: whole(source, fields.bytes(fields.u32()), totalBytes) };
}

function chunkShape(source: Hdf5Source, fields: Fields, axes: number): readonly number[] {
  if (axes < 0) throw damaged(source, "a chunk with axes", "none");
  const shape = Array.from({ length: axes }, () => fields.u32());
  if (shape.includes(0)) throw damaged(source, "chunks that hold something", `[${shape.join(", ")}]`);
  return shape;
}

function contiguous(source: Hdf5Source, address: number | undefined, totalBytes: number): Layout {
  if (totalBytes === 0) return { kind: "whole", bytes: new Uint8Array() };
  if (address === undefined)
    throw damaged(source, `${totalBytes} bytes of a dataset`, "none, it was never written");
  const end = address + totalBytes;
  if (!(end <= source.bytes.length)) {
    throw damaged(
      source,
      `a dataset within the file's ${source.bytes.length} bytes`,
      `bytes ${address} to ${end}`,
    );
  }
  return { kind: "whole", bytes: source.bytes.subarray(address, end) };
}

function whole(source: Hdf5Source, bytes: Uint8Array, totalBytes: number): Uint8Array {
  if (bytes.length >= totalBytes) return bytes.subarray(0, totalBytes);
  throw damaged(source, `${totalBytes} bytes of a dataset`, `${bytes.length}`);
}

/** The chunks of a dataset that were written. */
export function readChunks(source: Hdf5Source, tree: number, axes: number): readonly Chunk[] {
  return treeEntries(source, tree, {
    type: 1,
    what: "a dataset's tree of chunks",
    readKey: (fields) => {
      const [bytes, skipped] = [fields.u32(), fields.u32()];
      const start = Array.from({ length: axes }, () => fields.length());
      // The place within an element, always 0.
      fields.skip(8);
      return { bytes, skipped, start };
    },
    keep: ({ bytes, skipped, start }, child) => {
      if (!(child + bytes <= source.bytes.length)) {
        throw damaged(source, "chunks within the file", `bytes ${child} to ${child + bytes}`);
      }
      return { start, skipped, bytes: source.bytes.subarray(child, child + bytes) };
    },
  });
}
