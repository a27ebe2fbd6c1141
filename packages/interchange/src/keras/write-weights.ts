import { HeddleError, type Model } from "@heddle/core";
import { formatBytes } from "@heddle/core/internal/base/format.js";
import type { JsonObject } from "@heddle/core/internal/base/json.js";
import { FACTS_KEY } from "@heddle/core/internal/network/model-facts.js";
import type { Hdf5Dataset } from "../containers/hdf5/read.js";
import { type Hdf5DatasetContent, type Hdf5GroupContent, writeHdf5 } from "../containers/hdf5/write.js";
import type { WriteContext } from "../format.js";
import { RECEIPT_KEY } from "../receipt.js";
import { describedForKeras, Group, weightsTree } from "./write-archive.js";
import { compileConfig } from "./write-compile-config.js";

/** Where a path's last part begins: that of a variable within its group. */
const groupOf = (path: string) => path.slice(0, path.lastIndexOf("/"));

/**
 * Writes a model's weights, and its optimizer's state, as Keras 3's `save_weights` does: in one file, or in several with an
 * index. What Heddle says about the model is an attribute of the file, or an entry of the index; Keras ignores both.
 */
export async function writeWeights(
  model: Model,
  { name, shardBytes, warn, about }: WriteContext,
): Promise<Record<string, Uint8Array>> {
  const file = `${name}.weights.${shardBytes === undefined ? "h5" : "json"}`;
  const { json, layers } = describedForKeras(file, model);
  const tree = await weightsTree(model, layers, compileConfig(model, warn));
  const datasets = datasetsIn(tree);
  const said = await about(joined(datasets.map(([path, { values }]) => [path, floatsOf(values)])));
  const known = RECEIPT_KEY in said ? { ...said, model: json } : undefined;
  if (shardBytes !== undefined) return writeShards(file, name, { tree, datasets, known, shardBytes });
  const attributes = known && { [FACTS_KEY]: JSON.stringify(known) };
  return { [file]: writeHdf5(file, { ...tree, ...(attributes && { attributes }) }) };
}

/** The bytes of a file's weights by which it is known whether they have changed. */
export async function storedWeights(variables: ReadonlyMap<string, Hdf5Dataset>): Promise<Uint8Array> {
  const values: (readonly [string, Float32Array])[] = [];
  for (const [path, dataset] of variables) values.push([path, await dataset.floats()]);
  return joined(values);
}

/** The numbers of layers, ordered by their paths, one after another. */
function joined(variables: readonly (readonly [path: string, values: Float32Array])[]): Uint8Array {
  const own = variables
    .filter(([path]) => !path.startsWith("optimizer/"))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const all = new Uint8Array(own.reduce((sum, [, { byteLength }]) => sum + byteLength, 0));
  let at = 0;
  for (const [, values] of own) {
    all.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return all;
}

function floatsOf(values: Hdf5DatasetContent["values"]): Float32Array {
  return typeof values === "bigint" ? Float32Array.of(Number(values)) : values;
}

/** The datasets of a group by their paths. */
function datasetsIn({ children }: Hdf5GroupContent, prefix = ""): [string, Hdf5DatasetContent][] {
  return [...children].flatMap(([name, child]) =>
    "children" in child ? datasetsIn(child, `${prefix}${name}/`) : [[`${prefix}${name}`, child] as const],
  ) as [string, Hdf5DatasetContent][];
}

/** As many files as are needed, each filled up in the order of the weights, and the index of them. */
function writeShards(
  index: string,
  name: string,
  {
    tree,
    datasets,
    known,
    shardBytes,
  }: {
    readonly tree: Group;
    readonly datasets: readonly (readonly [string, Hdf5DatasetContent])[];
    readonly known: JsonObject | undefined;
    readonly shardBytes: number;
  },
): Record<string, Uint8Array> {
  const shards = [new Group()];
  const map: Record<string, string[]> = {};
  let [used, total] = [0, 0];
  for (const [path, dataset] of datasets) {
    const bytes = typeof dataset.values === "bigint" ? 8 : dataset.values.byteLength;
    if (bytes > shardBytes) {
      throw new HeddleError({
        who: index,
        expected: `weights of at most ${formatBytes(shardBytes)} each, as \`shardBytes\` says`,
        received: `${path} of ${formatBytes(bytes)}`,
        next: "Allow larger files.",
      });
    }
    if (used + bytes > shardBytes) {
      shards.push(new Group());
      used = 0;
    }
    used += bytes;
    total += bytes;
    const shard = shards.at(-1)!;
    const group = groupOf(path);
    shard.group(group).attributes = tree.group(group).attributes;
    shard.add(path, dataset);
    const files = map[`/${group}`] ?? [];
    const file = shardName(name, shards.length - 1);
    map[`/${group}`] = files.at(-1) === file ? files : [...files, file];
  }
  const metadata = { total_size: total, ...(known && { [FACTS_KEY]: known }) };
  const text = JSON.stringify({ metadata, weight_map: map });
  const files = shards.map((shard, number) => [shardName(name, number), writeHdf5(index, shard)] as const);
  return { [index]: new TextEncoder().encode(text), ...Object.fromEntries(files) };
}

function shardName(name: string, number: number): string {
  return `${name}_${String(number).padStart(5, "0")}.weights.h5`;
}
