import { damaged, Fields, type Hdf5Source, unread } from "./fields.js";

/** The messages of an object's header that Heddle reads. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

export interface Message {
  readonly type: number;
  readonly data: Uint8Array;
}

/** An object has a few dozen; a damaged chain of blocks may have any number. */
const MAXIMUM_MESSAGES = 100_000;

/** The messages that describe the object at an address, from all blocks of its header. */
export function readMessages(source: Hdf5Source, address: number): readonly Message[] {
  const isNew = new Fields(source, "an object's header", address).u8() === 0x4f;
  return isNew ? newMessages(source, address) : oldMessages(source, address);
}

interface Block {
  readonly at: number;
  readonly end: number;
}

function oldMessages(source: Hdf5Source, address: number): Message[] {
  const fields = new Fields(source, "an object's header", address);
  if (fields.u8() !== 1) throw damaged(source, "an object's header of version 1 or 2", "another version");
  fields.skip(7);
  const size = fields.u32();
  fields.skip(4);
  return messagesIn(source, { at: fields.position, end: fields.position + size }, (block) => {
    const type = block.u16();
    const bytes = block.u16();
    const flags = block.u8();
    block.skip(3);
    return { type, bytes, flags };
  });
}

function newMessages(source: Hdf5Source, address: number): Message[] {
  const fields = new Fields(source, "an object's header", address);
  fields.signature("OHDR");
  if (fields.u8() !== 2) throw damaged(source, "an object's header of version 1 or 2", "another version");
  const flags = fields.u8();
  fields.skip((flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0));
  const size = fields.whole(1 << (flags & 3));
  const start = { at: fields.position, end: fields.position + size };
  const readHead = (block: Fields) => {
    const type = block.u8();
    const bytes = block.u16();
    const own = block.u8();
    block.skip(flags & 4 ? 2 : 0);
    return { type, bytes, flags: own };
  };
  return messagesIn(source, start, readHead, "OCHK");
}

/** The shortest head of a message. */
const HEAD_BYTES = 4;

/** The messages of a header's first block and of those that continue it. */
function messagesIn(
  source: Hdf5Source,
  start: Block,
  readHead: (fields: Fields) => { readonly type: number; readonly bytes: number; readonly flags: number },
  signature?: string,
): Message[] {
  const messages: Message[] = [];
  const blocks: Block[] = [start];
  for (let index = 0; index < blocks.length; index++) {
    const { at, end } = blocks[index]!;
    const fields = new Fields(source, "an object's header", at, end);
    // A gap of fewer bytes than a message has may end a block.
    while (fields.left >= (signature ? HEAD_BYTES : 2 * HEAD_BYTES)) {
      const { type, bytes, flags } = readHead(fields);
      const data = fields.bytes(bytes);
      if (messages.length + blocks.length > MAXIMUM_MESSAGES) {
        throw damaged(source, `at most ${MAXIMUM_MESSAGES} messages of an object`, "more");
      }
      if (type === MESSAGE.continuation) {
        blocks.push(continuation(source, data, signature));
        continue;
      }
      if ((flags & 2) !== 0 && (type === MESSAGE.datatype || type === MESSAGE.dataspace)) {
        throw unread(source, "types that each dataset has for itself", "one that several datasets share");
      }
      messages.push({ type, data });
    }
  }
  return messages;
}

function continuation(source: Hdf5Source, data: Uint8Array, signature: string | undefined): Block {
  const fields = fieldsOf(source, "the rest of an object's header", data);
  const [at, length] = [fields.length(), fields.length()];
  if (signature === undefined) return { at, end: at + length };
  new Fields(source, "the rest of an object's header", at).signature(signature);
  // A checksum ends the block.
  return { at: at + 4, end: at + length - 4 };
}

/** The fields of a message. */
export function fieldsOf(source: Hdf5Source, what: string, data: Uint8Array): Fields {
  const at = data.byteOffset - source.bytes.byteOffset;
  return new Fields(source, what, at, at + data.length);
}
