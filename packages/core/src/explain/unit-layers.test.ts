import { describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import { sizeOf } from "../base/shape.js";
import type { Layer } from "../layers/index.js";
import { layers } from "../layers/registry.js";
import { Trace } from "../model/trace.js";
import { activationReference } from "../ops/elementwise-activation.reference.js";
import { type UnitInput, unitNumbers } from "./unit.js";
import { drawnLayers, layersModel, READS } from "./unit-layers.testing.js";
import type { UnitActivation, UnitNumbers } from "./unit-numbers.js";

/** Layers of each class, and units of each. */
const OF_EACH = 8;
const UNITS = 12;

/** What is stated of a unit, computed: the sum, the product, or the pick. */
const formulas: Readonly<Record<UnitNumbers["how"], (numbers: UnitNumbers) => number>> = {
  sum: ({ terms, bias }) => terms.reduce((sum, { input, weight }) => sum + input * weight, bias),
  product: ({ terms }) => terms.reduce((product, { input }) => product * input, 1),
  largest: ({ terms }) => Math.max(...terms.map(({ input }) => input)),
  smallest: ({ terms }) => Math.min(...terms.map(({ input }) => input)),
  copy: ({ terms }) => terms[0]?.input ?? 0,
};

/** A function by its name and its settings, as they are stated. */
function applied({ name, settings }: UnitActivation, x: number): number {
  const { slope = 0, threshold = 0, maximum = Number.POSITIVE_INFINITY, alpha = 1 } = settings;
  if (name === "relu") return x > threshold ? Math.min(x, maximum) : slope * (x - threshold);
  if (name === "prelu" || name === "leakyRelu") return x > 0 ? x : slope * x;
  if (name === "elu") return x > 0 ? x : alpha * Math.expm1(x);
  return activationReference[name as keyof typeof activationReference].value(x);
}

/** Some of each layer with random weights, biases and statistics, and the values that the engine computes. */
async function computed() {
  const random = new Random(11, "split");
  const { model, layersOf } = layersModel(random, OF_EACH);
  for (const weight of model.weights) {
    // Variances are positive.
    const low = weight.name.endsWith("variance") ? 0.5 : -1;
    weight.assign(Float32Array.from({ length: sizeOf(weight.shape) }, () => low + 1.7 * random.uniform()));
  }
  const images = Float32Array.from({ length: READS }, () => random.uniform() * 2 - 0.9);
  const trace = await Trace.open(model, { threads: 1 });
  try {
    const names = model.layers.map(({ name }) => name);
    const { values } = await trace.run({ images, count: 1, shape: [READS] }, { layers: names });
    const unitsOf = (layer: Layer) => {
      const { inputs, inputShapes, output } = model.placed.find((one) => one.layer === layer)!;
      const read = inputs.map((from, at): UnitInput => {
        return { shape: inputShapes[at]!, values: values.get(model.placed[from]!.layer.name)! };
      });
      return { read, row: output.at(-1)!, outputs: values.get(layer.name)! };
    };
    return { random, layersOf, unitsOf };
  } finally {
    trace.close();
  }
}

/** The value that the numbers of a unit make, by what they state. */
function made(unitAt: (index: number) => UnitNumbers, index: number, row: number): number {
  const numbers = unitAt(index);
  return numbers.activations.reduce((x, activation) => {
    if (activation.name !== "softmax") return applied(activation, x);
    const first = index - (index % row);
    const powers = Array.from({ length: row }, (_, at) => Math.exp(unitAt(first + at).value));
    return powers[index - first]! / powers.reduce((sum, power) => sum + power, 0);
  }, numbers.value);
}

describe("the numbers of a unit", () => {
  const all = computed();

  it("are tried for every layer that there is", () => {
    expect(Object.keys(drawnLayers).sort()).toEqual([...layers.names].sort());
  });

  it.each(Object.keys(drawnLayers))("make what the layer computes, %s", async (className) => {
    const { random, layersOf, unitsOf } = await all;
    for (const layer of layersOf(className)) {
      expect(layer.className).toBe(className);
      const { read, row, outputs } = unitsOf(layer);
      const unitAt = (index: number) => unitNumbers(layer, read, index)!;
      for (let unit = 0; unit < UNITS; unit++) {
        const index = Math.floor(random.uniform() * outputs.length);
        const numbers = unitAt(index);
        const shapes = read.map(({ shape }) => shape.join("×")).join(" and ");
        const what = `${JSON.stringify(layer.getConfig())} of ${shapes}, unit ${index}`;
        expect(formulas[numbers.how](numbers), what).toBeCloseTo(numbers.value, 8);
        const scale = Math.max(1, Math.abs(outputs[index]!));
        expect(Math.abs(made(unitAt, index, row) - outputs[index]!) / scale, what).toBeLessThan(1e-4);
        for (const { from, index: place, input, weight, kernelAt } of numbers.terms) {
          if (!numbers.isInside) expect(input, what).toBe(read[from]!.values[place]);
          if (kernelAt !== undefined) expect(weight, what).toBe(numbers.kernel!.read()[kernelAt]);
        }
      }
    }
  });
});
