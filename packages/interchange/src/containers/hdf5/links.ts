import { damaged, Fields, type Hdf5Source, unread } from "./fields.js";
import { fieldsOf, MESSAGE, type Message } from "./header.js";

/** An object of a group. */
export interface Link {
  readonly name: string;
  readonly address: number;
}

/** The most objects of one group. */
const MAXIMUM_LINKS = 100_000;
/** The most levels of a group's tree: each holds at least twice as many as the one below. */
const MAXIMUM_LEVELS = 16;

/**
 * The objects of a group, by the tables of old files or by the messages of newer ones.
 *
 * @throws HeddleError for links that lead elsewhere: nothing outside of the file is ever opened
 */
export function readLinks(source: Hdf5Source, messages: readonly Message[]): readonly Link[] {
  const links: Link[] = [];
  for (const { type, data } of messages) {
    if (type === MESSAGE.symbolTable) links.push(...tableLinks(source, data));
    if (type === MESSAGE.link) links.push(linkIn(source, data));
    if (type === MESSAGE.linkInfo) checkNotDense(source, data);
  }
  const names = new Set<string>();
  for (const { name } of links) {
    if (names.has(name))
      throw damaged(source, "objects with different names", `two named ${JSON.stringify(name)}`);
    names.add(name);
  }
  return links;
}

/** Whether an object is a group. */
export function isGroup(messages: readonly Message[]): boolean {
  return messages.some(({ type }) => type === MESSAGE.symbolTable || type === MESSAGE.linkInfo);
}

/** New files may keep the links of large groups in a heap. */
function checkNotDense(source: Hdf5Source, data: Uint8Array): void {
  const fields = fieldsOf(source, "the place of links", data);
  fields.skip(1);
  fields.skip(fields.u8() & 1 ? 8 : 0);
  if (fields.address() === undefined) return;
  throw unread(
    source,
    "groups as h5py writes them by default",
    'groups in a heap (libver="latest", track_order)',
  );
}

function linkIn(source: Hdf5Source, data: Uint8Array): Link {
  const fields = fieldsOf(source, "a link", data);
  fields.skip(1);
  const flags = fields.u8();
  const type = flags & 8 ? fields.u8() : 0;
  fields.skip((flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0));
  const name = fields.text(fields.whole(1 << (flags & 3)));
  if (type !== 0) throw foreign(source, name);
  return { name, address: addressIn(source, fields) };
}

function foreign(source: Hdf5Source, name: string) {
  return unread(
    source,
    "objects in the file itself",
    `a link to elsewhere, ${JSON.stringify(name.slice(0, 80))}`,
    "Links are never followed: copy what they lead to into the file.",
  );
}

function addressIn(source: Hdf5Source, fields: Fields): number {
  const address = fields.address();
  if (address === undefined) throw damaged(source, "the address of an object", "none");
  return address;
}

/** A link whose object is a text, a path, rather than an address. */
const SYMBOLIC = 2;

/** The links of a symbol table: a tree of nodes, with names in a heap. */
function tableLinks(source: Hdf5Source, data: Uint8Array): Link[] {
  const table = fieldsOf(source, "a group's table", data);
  const [tree, heapAddress] = [addressIn(source, table), addressIn(source, table)];
  const heap = new Fields(source, "a heap of names", heapAddress);
  heap.signature("HEAP");
  heap.skip(4);
  const size = heap.length();
  heap.skip(8);
  const start = addressIn(source, heap);
  const nameAt = (offset: number) => {
    const names = new Fields(source, "a heap of names", start + offset, start + size);
    return names.text(names.left);
  };
  const links: Link[] = [];
  for (const node of leavesOf(source, tree)) {
    const fields = new Fields(source, "a group's node", node);
    fields.signature("SNOD");
    fields.skip(2);
    const count = fields.u16();
    for (let index = 0; index < count; index++) {
      const name = nameAt(fields.length());
      const address = fields.address();
      const kind = fields.u32();
      fields.skip(20);
      if (kind === SYMBOLIC) throw foreign(source, name);
      if (address === undefined) throw damaged(source, `the address of ${JSON.stringify(name)}`, "none");
      links.push({ name, address });
    }
    if (links.length > MAXIMUM_LINKS)
      throw damaged(source, `at most ${MAXIMUM_LINKS} objects of a group`, "more");
  }
  return links;
}

function leavesOf(source: Hdf5Source, root: number): number[] {
  return treeEntries(source, root, {
    type: 0,
    what: "a group's tree",
    readKey: (fields) => fields.skip(8),
    keep: (_, child) => child,
  });
}

/** The entries of a tree's leaves: of a group's nodes (type 0), or of a dataset's chunks (type 1). */
export function treeEntries<K, T>(
  source: Hdf5Source,
  root: number,
  tree: {
    readonly type: 0 | 1;
    readonly what: string;
    readKey(fields: Fields): K;
    keep(key: K, child: number): T;
  },
): T[] {
  const entries: T[] = [];
  const seen = new Set<number>();
  const visit = (address: number, above: number) => {
    const fields = new Fields(source, tree.what, address);
    fields.signature("TREE");
    const [type, level, used] = [fields.u8(), fields.u8(), fields.u16()];
    if (type !== tree.type || level >= above || seen.has(address)) {
      throw damaged(
        source,
        `${tree.what} of nodes, each on a level of its own`,
        `level ${level} of type ${type}`,
      );
    }
    seen.add(address);
    fields.skip(16);
    for (let index = 0; index < used; index++) {
      const key = tree.readKey(fields);
      const child = addressIn(source, fields);
      if (level > 0) visit(child, level);
      else entries.push(tree.keep(key, child));
    }
  };
  visit(root, MAXIMUM_LEVELS);
  return entries;
}
