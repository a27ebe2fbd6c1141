import { sizeOf } from "@heddle/core/internal/base/shape.js";
import { readDataspace } from "./dataspace.js";
import { type Datatype, readDatatype } from "./datatype.js";
import { damaged, Fields, type Hdf5Source, textOf, unread } from "./fields.js";
import { fieldsOf, MESSAGE, type Message } from "./header.js";

/** The attributes of an object that are texts or lists of texts, by their names. */
export type Attributes = ReadonlyMap<string, string | readonly string[]>;

/** The most texts that are read of one attribute: a list of layers or weights. */
const MAXIMUM_TEXTS = 100_000;

/** Reads the attributes of texts; attributes of numbers are not needed. */
export function readAttributes(source: Hdf5Source, messages: readonly Message[]): Attributes {
  const attributes = new Map<string, string | readonly string[]>();
  for (const { type, data } of messages) {
    if (type === MESSAGE.attributeInfo) checkNotDense(source, data);
    if (type !== MESSAGE.attribute) continue;
    const { name, value } = readAttribute(source, data);
    if (value !== undefined) attributes.set(name, value);
  }
  return attributes;
}

/** Many or large attributes may be kept outside of the header, in structures of their own. */
function checkNotDense(source: Hdf5Source, data: Uint8Array): void {
  const fields = fieldsOf(source, "the place of attributes", data);
  fields.skip(1);
  fields.skip(fields.u8() & 1 ? 2 : 0);
  if (fields.address() === undefined) return;
  throw unread(source, "attributes in an object's header", "attributes in a heap (h5py's libver)");
}

function readAttribute(source: Hdf5Source, data: Uint8Array) {
  const fields = fieldsOf(source, "an attribute", data);
  const version = fields.u8();
  if (version < 1 || version > 3)
    throw damaged(source, "an attribute of version 1 to 3", `version ${version}`);
  const flags = fields.u8();
  const [nameBytes, typeBytes, spaceBytes] = [fields.u16(), fields.u16(), fields.u16()];
  if (version === 3) fields.skip(1);
  const padded = (bytes: number) => (version === 1 ? 8 * Math.ceil(bytes / 8) : bytes);
  const name = fields.text(padded(nameBytes));
  const typeData = fields.bytes(padded(typeBytes));
  const spaceData = fields.bytes(padded(spaceBytes));
  // Types that several objects share: Keras writes none, and no text that is needed has one.
  if (version > 1 && (flags & 3) !== 0) return { name, value: undefined };
  const type = readDatatype(source, typeData);
  const shape = readDataspace(source, spaceData);
  return { name, value: shape && textsIn(source, type, shape, fields) };
}

function textsIn(source: Hdf5Source, type: Datatype, shape: readonly number[], fields: Fields) {
  if ((type.kind !== "text" && type.kind !== "long text") || shape.length > 1) return undefined;
  const count = sizeOf(shape);
  if (!(count <= MAXIMUM_TEXTS)) throw damaged(source, `at most ${MAXIMUM_TEXTS} texts`, `${count}`);
  const texts = Array.from({ length: count }, () =>
    type.kind === "text" ? fields.text(type.bytes).trimEnd() : longText(source, fields),
  );
  return shape.length === 0 ? texts[0]! : texts;
}

/** A text in a global heap: the attribute has its length, the heap's address and the object's number. */
function longText(source: Hdf5Source, fields: Fields): string {
  const length = fields.u32();
  const address = fields.address();
  const wanted = fields.u32();
  if (length === 0 || address === undefined) return "";
  const heap = new Fields(source, "a heap of texts", address);
  heap.signature("GCOL");
  heap.skip(4);
  const objects = new Fields(source, "a heap of texts", address + 16, address + heap.length());
  while (objects.left >= 16) {
    const index = objects.u16();
    objects.skip(6);
    const size = objects.length();
    if (index === 0) break;
    if (index === wanted) return textOf(source, objects.bytes(Math.min(size, length)));
    objects.skip(Math.min(objects.left, 8 * Math.ceil(size / 8)));
  }
  throw damaged(source, `text ${wanted} in a heap`, "none of that number");
}
