import { groupDigits } from "../base/format.js";
import { isJsonObject, type Json, type JsonObject } from "../base/json.js";
import { MAXIMUM_LAYERS } from "./limits.js";
import { fault } from "./model-fault.js";

/** What a layer of a functional model reads. */
export interface Inbound {
  /** The layers that it reads. */
  readonly names: readonly string[];
  /** The `training` of its call, which Keras 2 respects whatever the model does. */
  readonly training: boolean | undefined;
  /** What of its calls Heddle does not have, in words. */
  readonly missing: readonly string[];
}

/** A value that a layer reads: the output of a layer, of one of its calls, one of several. */
type History = readonly [name: string, call: Json, output: Json];

/**
 * Reads `inbound_nodes`: in Keras 3 a list of `{ args, kwargs }`, before that lists of `[layer, call, output, kwargs]`.
 *
 * @throws HeddleError when it has neither form
 */
export function inboundOf(who: string, entry: JsonObject): Inbound {
  const name = String(entry["name"]);
  const calls = entry["inbound_nodes"];
  const [call, ...others] = Array.isArray(calls) ? (calls as readonly Json[]) : [];
  if (call === undefined) throw fault(who, "each layer to be used once", entry["name"]);
  const { values, options } = isJsonObject(call) ? callOfKeras3(call) : callOfKeras2(call);
  if (values.length === 0) throw fault(who, `${name} to read the outputs of layers`, call);
  if (values.length > MAXIMUM_LAYERS) {
    throw fault(who, `at most ${groupDigits(MAXIMUM_LAYERS)} inputs of each layer`, values.length);
  }
  const histories = values.map((value) => {
    const history = historyIn(value);
    if (history) return history;
    throw fault(who, `${name} to read the outputs of layers`, value);
  });
  const missing = others.length > 0 ? [`the layer "${name}" used ${others.length + 1} times`] : [];
  for (const [layer, callNumber, output] of histories) {
    if (callNumber !== 0) missing.push(`call ${String(callNumber)} of the layer "${layer}"`);
    if (output !== 0) missing.push(`output ${String(output)} of the layer "${layer}"`);
  }
  const { training, ...rest } = options;
  for (const [option, value] of Object.entries(rest)) {
    if (value !== null) missing.push(`the argument ${option.slice(0, 60)} in the call of "${name}"`);
  }
  return {
    names: histories.map(([layer]) => layer),
    training: typeof training === "boolean" ? training : undefined,
    missing,
  };
}

interface Call {
  readonly values: readonly Json[];
  readonly options: JsonObject;
}

function callOfKeras3({ args, kwargs }: JsonObject): Call {
  // Keras 3 writes a layer's `training`, but then runs it as the whole model runs.
  const { training: _, ...options } = isJsonObject(kwargs) ? kwargs : {};
  return { values: Array.isArray(args) ? args.flat() : [], options };
}

function callOfKeras2(call: Json): Call {
  const list: readonly Json[] = Array.isArray(call) ? call : [call];
  // A layer that reads one value may have it without a list around it.
  const values = typeof list[0] === "string" ? [list] : list;
  const options = values.map((value) => (Array.isArray(value) && isJsonObject(value[3]) ? value[3] : {}));
  return { values, options: Object.assign({}, ...options) as JsonObject };
}

function historyIn(value: Json): History | undefined {
  const config = isJsonObject(value) ? value["config"] : undefined;
  const history = isJsonObject(config) ? config["keras_history"] : value;
  if (!Array.isArray(history) || typeof history[0] !== "string") return undefined;
  return [history[0], history[1] ?? 0, history[2] ?? 0];
}
