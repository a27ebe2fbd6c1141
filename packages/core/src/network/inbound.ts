import { groupDigits } from "../base/format.js";
import { isJsonObject, type Json, type JsonObject } from "../base/json.js";
import { MAXIMUM_LAYERS } from "./limits.js";
import { fault } from "./model-fault.js";

/** A value that a call reads: an output of a call of a layer. */
export interface Reference {
  readonly layer: string;
  /** Which call of the layer, from 0. */
  readonly call: number;
  /** Which output of the call; layers that Heddle has only have number 0. */
  readonly output: number;
  /** The sizes with the batch, null where they are unknown; undefined where Keras 2 does not write them. */
  readonly shape: readonly Json[] | undefined;
}

/** One call of a layer or an operation, as Keras's JSON has it. */
export interface Call {
  readonly args: readonly Json[];
  readonly kwargs: JsonObject;
  /** The `training` of the call where Keras respects it whatever the model does, which is Keras 2. */
  readonly training: boolean | undefined;
}

/**
 * The calls of a layer by its `inbound_nodes`: in Keras 3 a list of `{ args, kwargs }`, before that lists of
 * `[layer, call, output, kwargs]`.
 *
 * @throws HeddleError when there is none
 */
export function callsOf(who: string, { name, inbound_nodes: nodes }: JsonObject): readonly Call[] {
  const calls: readonly Json[] = Array.isArray(nodes) ? nodes : [];
  if (calls.length === 0) throw fault(who, "each layer to be used", name);
  return calls.map((call) => (isJsonObject(call) ? callOfKeras3(call) : callOfKeras2(call)));
}

/** The values that a call reads, in its order, however deep in its arguments; constants are left out. */
export function referencesIn(who: string, name: string, { args, kwargs }: Call): readonly Reference[] {
  const references: Reference[] = [];
  const walk = (value: Json): void => {
    const reference = referenceIn(value);
    if (reference) references.push(reference);
    else if (Array.isArray(value)) for (const item of value as readonly Json[]) walk(item);
  };
  for (const value of [...args, ...Object.values(kwargs)]) walk(value);
  if (references.length === 0) throw fault(who, `${name} to read the outputs of layers`, args);
  if (references.length > MAXIMUM_LAYERS) {
    throw fault(who, `at most ${groupDigits(MAXIMUM_LAYERS)} inputs of each layer`, references.length);
  }
  return references;
}

/** A reference, if a value is one. */
export function referenceIn(value: Json | undefined): Reference | undefined {
  if (Array.isArray(value)) {
    const [layer, call, output] = value as readonly Json[];
    if (typeof layer !== "string" || typeof call !== "number") return undefined;
    return { layer, call, output: typeof output === "number" ? output : 0, shape: undefined };
  }
  const config = isJsonObject(value) ? value["config"] : undefined;
  const history = isJsonObject(config) ? config["keras_history"] : undefined;
  if (!isJsonObject(config) || !Array.isArray(history)) return undefined;
  const reference = referenceIn(history);
  const { shape } = config;
  return reference && { ...reference, shape: Array.isArray(shape) ? shape : undefined };
}

/** The arguments through which layers take values, in their order: those of `MultiHeadAttention` after `inputs`. */
const VALUES = ["inputs", "query", "value", "key"];

/**
 * The values that a call of a layer reads, and in words what it passes that Heddle does not have. Arguments that are at
 * their defaults, which Keras writes too, say nothing.
 */
export function layerArguments(
  who: string,
  name: string,
  call: Call,
): { readonly reads: readonly Reference[]; readonly missing: readonly string[] } {
  const missing: string[] = [];
  // Keras 3 writes a layer's `training`, but then runs it as the whole model runs.
  const { training: _, ...kwargs } = call.kwargs;
  for (const [key, value] of Object.entries(kwargs)) {
    if (VALUES.includes(key) || value === null || value === false) continue;
    missing.push(`the argument ${key.slice(0, 60)} in the call of "${name}"`);
  }
  const named = VALUES.filter((key) => key in kwargs).map((key) => kwargs[key]!);
  // By position, `training` and `mask` are true, false or null.
  const args = call.args.filter((value) => value !== null && typeof value !== "boolean");
  const values = [...args, ...named].flatMap((value) =>
    Array.isArray(value) && !referenceIn(value) ? (value as readonly Json[]) : [value],
  );
  const stray = values.find((value) => !referenceIn(value));
  if (stray !== undefined) throw fault(who, `${name} to read the outputs of layers`, stray);
  return { reads: referencesIn(who, name, { ...call, args: values, kwargs: {} }), missing };
}

function callOfKeras3({ args, kwargs }: JsonObject): Call {
  return {
    args: Array.isArray(args) ? args : [],
    kwargs: isJsonObject(kwargs) ? kwargs : {},
    training: undefined,
  };
}

function callOfKeras2(call: Json): Call {
  const list: readonly Json[] = Array.isArray(call) ? call : [call];
  // A layer that reads one value may have it without a list around it.
  const values = typeof list[0] === "string" ? [list] : list;
  const options = values.map((value) => (Array.isArray(value) && isJsonObject(value[3]) ? value[3] : {}));
  const kwargs = Object.assign({}, ...options) as JsonObject;
  const { training } = kwargs;
  return {
    args: values.map((value) => (Array.isArray(value) ? [value[0], value[1] ?? 0, value[2] ?? 0] : value)),
    kwargs,
    training: typeof training === "boolean" ? training : undefined,
  };
}
