import { isJsonObject, type Json, type JsonObject } from "@heddle/core/internal/base/json.js";

/** A call of a layer, and those whose values it reads. */
interface Call {
  readonly layer: string;
  readonly reads: readonly Call[];
}

/**
 * A functional model's configuration with its layers in Keras's order, which decides the groups of an archive and the order of
 * the optimizer's variables: by the longest way to the output, then as a walk from the output meets them.
 */
export function inKerasOrder(config: JsonObject): JsonObject {
  const list = (Array.isArray(config["layers"]) ? (config["layers"] as readonly Json[]) : []).filter(
    isJsonObject,
  );
  const byName = new Map(list.map((layer) => [String(layer["name"]), layer]));
  const calls = new Map<string, Call>();
  const callOf = (layer: string, number: number): Call => {
    const key = `${number} ${layer}`;
    const known = calls.get(key);
    if (known) return known;
    const reads: Call[] = [];
    const call = { layer, reads };
    calls.set(key, call);
    const nodes = byName.get(layer)?.["inbound_nodes"];
    for (const [name, from] of historiesIn(Array.isArray(nodes) ? (nodes[number] as Json) : null)) {
      reads.push(callOf(name, from));
    }
    return call;
  };
  // In the order of the list every value is there before it is read: no recursion is deep.
  for (const { name, inbound_nodes: nodes } of list) {
    for (let number = 0; number < (Array.isArray(nodes) ? nodes.length : 0); number++)
      callOf(String(name), number);
    if (Array.isArray(nodes) && nodes.length === 0) callOf(String(name), 0);
  }
  const [output, number] = outputOf(config["output_layers"]);
  const { finished, met } = walk(callOf(output, number));
  const depths = new Map<Call, number>();
  const layerDepths = new Map<string, number>();
  for (const call of finished.reverse()) {
    const depth = Math.max(depths.get(call) ?? 0, layerDepths.get(call.layer) ?? 0);
    layerDepths.set(call.layer, depth);
    for (const from of call.reads) depths.set(from, Math.max(depth + 1, depths.get(from) ?? 0));
  }
  const place = ({ name }: JsonObject) =>
    [-(layerDepths.get(String(name)) ?? 0), met.get(String(name)) ?? -1] as const;
  const layers = [...list].sort((a, b) => place(a)[0] - place(b)[0] || place(a)[1] - place(b)[1]);
  return { ...config, layers };
}

/** Calls in the order in which a walk from the output is done with them, and when it first met each layer. */
function walk(output: Call) {
  const met = new Map<string, number>();
  const finished: Call[] = [];
  const done = new Set<Call>();
  const waiting = [{ call: output, next: 0 }];
  while (waiting.length > 0) {
    const top = waiting.at(-1)!;
    const { call } = top;
    if (!met.has(call.layer)) met.set(call.layer, met.size);
    const read = done.has(call) ? undefined : call.reads[top.next++];
    if (read) {
      if (!done.has(read)) waiting.push({ call: read, next: 0 });
      continue;
    }
    waiting.pop();
    if (!done.has(call)) finished.push(call);
    done.add(call);
  }
  return { finished, met };
}

/** The `[layer, call]` of each value in a call's arguments. */
function historiesIn(value: Json): (readonly [string, number])[] {
  if (Array.isArray(value)) return value.flatMap(historiesIn);
  if (!isJsonObject(value)) return [];
  const history = value["keras_history"];
  if (Array.isArray(history)) return [[String(history[0]), Number(history[1])]];
  return Object.values(value).flatMap(historiesIn);
}

function outputOf(value: Json | undefined): readonly [string, number] {
  const first = Array.isArray(value) && Array.isArray(value[0]) ? value[0] : value;
  return Array.isArray(first) ? [String(first[0]), Number(first[1])] : ["", 0];
}
