import { HeddleError } from "@heddle/core";
import { isJsonObject, type Json, type JsonObject } from "@heddle/core/internal/base/json.js";
import { type Shape, sizeOf } from "@heddle/core/internal/base/shape.js";
import type { FileMap } from "../format.js";
import type { Variables } from "../keras/variables.js";
import { BYTES, decoded, type Stored, storedAs } from "./elements.js";

/** The weights that a `weightsManifest` describes. */
export interface ManifestWeights {
  /** By their names, without TensorFlow's `:0`. */
  readonly variables: Variables;
  /** What the optimizer kept. */
  readonly optimizer: readonly string[];
}

interface Entry extends Stored {
  readonly name: string;
  readonly shape: Shape;
  readonly isOptimizers: boolean;
}

/** The names of the files with the weights, in their order. */
export function shardNames(who: string, json: JsonObject): readonly string[] {
  return groupsIn(who, json).flatMap((group) => pathsIn(who, group));
}

/**
 * Cuts the files of weights into tensors.
 *
 * @throws HeddleError when a file is missing, or their length is not that of the tensors
 */
export function readManifest(who: string, json: JsonObject, files: FileMap): ManifestWeights {
  const variables = new Map<string, Variables extends ReadonlyMap<string, infer T> ? T : never>();
  const optimizer: string[] = [];
  for (const group of groupsIn(who, json)) {
    const paths = pathsIn(who, group);
    const bytes = joined(who, paths, files);
    let at = 0;
    for (const entry of entriesIn(who, group)) {
      const { name, shape, isOptimizers } = entry;
      const length = BYTES[entry.type] * sizeOf(shape);
      if (!(at + length <= bytes.length)) throw damaged(who, `${name} within ${paths.join(", ")}`, "less");
      const own = bytes.subarray(at, at + length);
      at += length;
      if (isOptimizers) optimizer.push(name);
      else if (variables.has(name)) throw damaged(who, "weights with different names", `two named ${name}`);
      else {
        const floats = async () => decoded(entry, own);
        variables.set(name, { kind: "dataset", attributes: new Map(), shape, type: entry.type, floats });
      }
    }
    if (at < bytes.length) throw damaged(who, `${at} bytes in ${paths.join(", ")}`, String(bytes.length));
  }
  return { variables, optimizer };
}

function groupsIn(who: string, { weightsManifest: manifest }: JsonObject): readonly JsonObject[] {
  if (Array.isArray(manifest) && manifest.every(isJsonObject)) return manifest;
  throw damaged(who, "a weightsManifest, a list of groups", shortened(manifest));
}

function pathsIn(who: string, { paths }: JsonObject): readonly string[] {
  if (Array.isArray(paths) && paths.every((path) => typeof path === "string")) {
    // TensorFlow.js writes the folder itself, too.
    return paths.map((path: string) => path.replace(/^(\.\/)+/, ""));
  }
  throw damaged(who, "groups with a list of paths", shortened(paths));
}

function entriesIn(who: string, { weights }: JsonObject): readonly Entry[] {
  if (!Array.isArray(weights)) throw damaged(who, "groups with a list of weights", shortened(weights));
  return (weights as readonly Json[]).map((weight) => {
    const { name, shape, group } = isJsonObject(weight) ? weight : {};
    if (typeof name !== "string" || !isSizes(shape) || !isJsonObject(weight)) {
      throw damaged(who, "weights with a name and a shape", shortened(weight));
    }
    return {
      ...storedAs(`${who}, ${name.slice(0, 80)}`, weight),
      name: name.replace(/:0$/, ""),
      shape,
      isOptimizers: group === "optimizer",
    };
  });
}

/** Files one behind the other; of one, its own bytes. */
function joined(who: string, paths: readonly string[], files: FileMap): Uint8Array {
  const missing = paths.filter((path) => !files.has(path));
  if (missing.length > 0) {
    throw new HeddleError({
      who,
      expected: `all files that it names, ${missing.slice(0, 3).join(", ")} among them`,
      received: [...files.keys()].slice(0, 8).join(", "),
      next: "Pass them together.",
    });
  }
  const parts = paths.map((path) => files.get(path)!);
  if (parts.length === 1) return parts[0]!;
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function isSizes(value: Json | undefined): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0) &&
    Number.isSafeInteger(sizeOf(value as readonly number[]))
  );
}

function damaged(who: string, expected: string, received: string): HeddleError {
  return new HeddleError({ who, expected, received, next: "The file is damaged: get it again." });
}

function shortened(value: Json | undefined): string {
  return JSON.stringify(value)?.slice(0, 60) ?? "nothing";
}
