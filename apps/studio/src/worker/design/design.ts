import type { Model } from "@heddle/core";
import { messageOf } from "@heddle/core/internal/base/errors.js";
import type { Json, JsonObject } from "@heddle/core/internal/base/json.js";
import type { Shape } from "@heddle/core/internal/base/shape.js";
import { sizeOf } from "@heddle/core/internal/base/shape.js";
import { macsOf } from "@heddle/core/internal/compiler/graph.js";
import { type Layer, layers } from "@heddle/core/internal/layers/index.js";
import type { Design, DesignRow, LayerSpec } from "../protocol";
import { neededBy } from "./layer-list";
import { optionWords } from "./words-of-options";

/** What an option is called and holds, without the layer's own name, which models give. */
function withoutName({ name: _, ...options }: JsonObject): JsonObject {
  return options;
}

/** The layers of a model, each with the options that are not the defaults. */
export function specsOf(model: Model): readonly LayerSpec[] {
  return model.layers.map((layer) => {
    const { className } = layer;
    const full = withoutName(layer.getConfig());
    const needed = Object.keys(neededBy(className));
    const isNeeded = (name: string) => needed.includes(name);
    const config = entries(full, isNeeded);
    const defaults = withoutName(layers.create(className, className, config).getConfig());
    const isOwn = (name: string, value: Json) =>
      isNeeded(name) || JSON.stringify(value) !== JSON.stringify(defaults[name] ?? null);
    return { className, config: entries(full, isOwn) };
  });
}

function entries(config: JsonObject, keep: (name: string, value: Json) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(config).filter(([name, value]) => keep(name, value)));
}

/**
 * Builds a chain layer by layer, so that each fault is told in the row that it is in.
 *
 * @param whole checks the model as a whole, once every layer is right; its fault belongs to the last row
 */
export function checkedDesign(specs: readonly LayerSpec[], input: Shape, whole: () => void): Design {
  const rows: DesignRow[] = [];
  let shape: Shape | undefined = input;
  let weightsBefore = 0;
  specs.forEach(({ className, config }, position) => {
    const row = optionsOf(className, config);
    if (!row.layer || !shape) {
      rows.push({ className, config: row.config, fault: row.fault });
      shape = undefined;
      return;
    }
    const from = shape;
    try {
      // No weight is drawn before it is read.
      shape = row.layer.build([from], { name: className, seed: 0, position, weightsBefore });
      weightsBefore += row.layer.weights.length;
      rows.push({ className, config: row.config, ...sizesOf(row.layer, from, shape) });
    } catch (thrown) {
      shape = undefined;
      rows.push({ className, config: row.config, fault: faultOf(thrown) });
    }
  });
  const last = rows.at(-1);
  if (last?.output) {
    try {
      whole();
    } catch (thrown) {
      rows[rows.length - 1] = { ...last, fault: faultOf(thrown) };
    }
  }
  const sum = (name: "parameters" | "macs") => rows.reduce((total, row) => total + (row[name] ?? 0), 0);
  return {
    input,
    rows,
    parameters: sum("parameters"),
    macs: sum("macs"),
    words: optionWords,
    isWhole: rows.length > 0 && rows.every(({ output, fault }) => output && !fault),
  };
}

function sizesOf(
  layer: Layer,
  from: Shape,
  output: Shape,
): Pick<DesignRow, "output" | "parameters" | "macs"> {
  return {
    output,
    parameters: layer.weights.reduce((sum, weight) => sum + sizeOf(weight.shape), 0),
    macs: layer.lower(from).reduce((sum, node) => sum + macsOf(node), 0),
  };
}

/** A layer with all its options, defaults included; where it cannot be made, what is wrong. */
function optionsOf(className: string, config: JsonObject) {
  try {
    const layer = layers.create(className, className, config);
    return { layer, config: withoutName(layer.getConfig()), fault: undefined };
  } catch (thrown) {
    return { layer: undefined, config: { ...defaultsOf(className), ...config }, fault: faultOf(thrown) };
  }
}

function defaultsOf(className: string): JsonObject {
  try {
    return withoutName(layers.create(className, className, neededBy(className)).getConfig());
  } catch {
    // An unknown class has no options.
    return {};
  }
}

/** What is wrong, without the name of the layer: its row says which. */
function faultOf(thrown: unknown): string {
  const text = messageOf(thrown).replace(/^[^:]*: (?=expected )/, "");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
