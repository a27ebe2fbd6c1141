import { HeddleError, type Layer, type Model, type Shape } from "@heddle/core";
import { sameShape, sizeOf } from "@heddle/core/internal/base/shape.js";
import type { NamedTensor } from "@heddle/core/internal/formats/safetensors.js";
import type { Matches } from "../keras/set-weights.js";
import type { WeightMapping } from "../weight-mapping.js";
import { channelsLast, flattenedInput } from "./flattened.js";
import { COUNTERS, type TensorPlan, torchPlans } from "./torch-modules.js";

/**
 * Matches a model's weights with the tensors of a file.
 *
 * @param who the file, for errors
 * @throws HeddleError when the mapping names layers that the model does not have, or that it cannot map
 */
export function matchTensors(
  who: string,
  model: Model,
  tensors: ReadonlyMap<string, NamedTensor>,
  mapping: WeightMapping,
): Matches {
  const plans = plansFor(who, model, mapping);
  const left = new Set(tensors.keys());
  const pairs: Matches["pairs"][number][] = [];
  const unfilled: string[] = [];
  const misshaped: string[] = [];
  for (const { weight, tensor: name, ...plan } of plans) {
    const tensor = tensors.get(name);
    left.delete(name);
    if (!tensor) {
      unfilled.push(name === weight.name ? name : `${weight.name} (${name})`);
      continue;
    }
    const values = arranged(tensor, weight.shape, plan);
    if (!values) {
      misshaped.push(
        `${weight.name} [${weight.shape.join(", ")}] from [${tensor.shape.join(", ")}] of ${name}`,
      );
      continue;
    }
    const floats = async () => values();
    const dataset = {
      kind: "dataset",
      attributes: new Map(),
      shape: weight.shape,
      type: "float32",
      floats,
    } as const;
    pairs.push([weight, dataset]);
  }
  const ignored = (mapping.ignore ?? []).map(pattern);
  const extra = [...left].filter(
    (name) => !(name === COUNTERS || name.endsWith(`.${COUNTERS}`)) && !ignored.some((one) => one.test(name)),
  );
  return { pairs, unfilled, misshaped, extra };
}

/** A plan with the shape of a flattened image. */
type Plan = TensorPlan & { readonly flattened?: Shape | undefined };

function plansFor(who: string, model: Model, mapping: WeightMapping): Plan[] {
  const { layers = {}, weights = {}, flattened: order = "channels_first" } = mapping;
  const byName = (name: string): Layer | undefined =>
    model.layers.find((layer) => layer.name === name) ?? model.layerPaths.get(name);
  const named = new Map<Layer, string>();
  for (const name of Object.keys(layers)) {
    const layer = byName(name);
    if (!layer || layer.weights.length === 0) {
      const known = model.layers.filter((one) => one.weights.length > 0).map((one) => one.name);
      throw wrong(who, `layers of the model: ${known.slice(0, 12).join(", ")}`, name);
    }
    named.set(layer, name);
  }
  const unknown = Object.keys(weights).find((name) => !model.weights.some((weight) => weight.name === name));
  if (unknown !== undefined)
    throw wrong(who, `weights of the model, such as ${model.weights[0]?.name}`, unknown);
  return model.layers.flatMap((layer): Plan[] => {
    const name = named.get(layer);
    const flattened = order === "channels_first" ? flattenedInput(model, layer) : undefined;
    const modules = name === undefined ? undefined : layers[name]!;
    const plans =
      modules === undefined
        ? layer.weights.map((weight): TensorPlan => ({ weight, tensor: weight.name }))
        : torchPlans(layer, modules, flattened);
    if (!plans) throw wrong(who, `weights for ${layer.who}, one by one`, JSON.stringify(modules));
    return plans.map((plan): Plan => {
      const own = weights[plan.weight.name];
      if (own === undefined) return { ...plan, flattened };
      const { tensor, transpose } = typeof own === "string" ? { tensor: own, transpose: undefined } : own;
      return { weight: plan.weight, tensor, ...(transpose && { transpose }) };
    });
  });
}

/** How a tensor's values are brought into a weight's shape; undefined where it does not have that many, or other axes. */
function arranged(
  { values, shape }: NamedTensor,
  target: Shape,
  { transpose, rows, flattened, flattenedAxis }: Omit<Plan, "weight" | "tensor">,
): (() => Float32Array<ArrayBuffer>) | undefined {
  const size = sizeOf(target);
  // One slope for all channels.
  if (sizeOf(shape) === 1 && size > 1 && transpose === undefined && !rows) {
    return () => new Float32Array(size).fill(values[0]!);
  }
  const [first = 1, ...others] = shape;
  if (rows && (rows[1] > first || first !== 3 * (rows[1] - rows[0]))) return undefined;
  const own: Shape = rows ? [rows[1] - rows[0], ...others] : shape;
  if (transpose && transpose.length !== own.length) return undefined;
  const turned = transpose ? transpose.map((axis) => own[axis]!) : own;
  if (!fits(turned, target)) return undefined;
  return () => {
    const part = rows ? values.subarray(rows[0] * sizeOf(others), rows[1] * sizeOf(others)) : values;
    const result = transpose ? transposed(part, own, transpose) : Float32Array.from(part);
    return flattened && flattenedAxis !== undefined
      ? channelsLast(result, flattened, size / sizeOf(flattened))
      : result;
  };
}

/** Whether shapes are the same, apart from axes of size 1 and from axes that are split into several. */
function fits(shape: Shape, target: Shape): boolean {
  if (sameShape(shape, target)) return true;
  if (sizeOf(shape) !== sizeOf(target)) return false;
  const cuts = (sizes: Shape) => {
    let product = 1;
    return sizes.map((size) => {
      product *= size;
      return product;
    });
  };
  const fine = new Set(cuts(target));
  return cuts(shape).every((cut) => cut === 1 || fine.has(cut));
}

function transposed(values: Float32Array, shape: Shape, axes: readonly number[]): Float32Array<ArrayBuffer> {
  const result = new Float32Array(values.length);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const sizes = axes.map((axis) => shape[axis]!);
  const steps = axes.map((axis) => strides[axis]!);
  const position = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from]!;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++position[axis]! < sizes[axis]!) break;
      from -= steps[axis]! * sizes[axis]!;
      position[axis] = 0;
    }
  }
  return result;
}

/** A name in which `*` stands for anything. */
function pattern(text: string): RegExp {
  const parts = text.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

function wrong(who: string, expected: string, received: string): HeddleError {
  return new HeddleError({
    who: `${who}, mapping`,
    expected,
    received,
    next: "Correct the mapping; docs/interchange.md describes it.",
  });
}
