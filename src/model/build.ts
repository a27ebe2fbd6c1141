import { HeddleError } from "../base/errors.js";
import type { Shape } from "../base/shape.js";
import type { Layer } from "../layers/index.js";

/** Builds each layer on the output of the one before; gives unnamed ones Keras's names. */
export function buildAll(layers: readonly Layer[], inputShape: Shape, seed: number) {
  const names = new Set(layers.filter((layer) => layer.named).map((layer) => layer.name));
  const used = new Set<string>();
  let weightsBefore = 0;
  let input = inputShape;
  return layers.map((layer, position) => {
    const name = layer.named ? layer.name : freeName(snakeCase(layer.className), names);
    const output = layer.build(input, { name, seed, position, weightsBefore });
    if (used.has(name)) {
      throw new HeddleError({
        who: "Sequential",
        expected: "layers with different names",
        received: `two of the name "${name}"`,
        next: "Rename one of them.",
      });
    }
    used.add(name);
    weightsBefore += layer.weights.length;
    const placed = { layer, input, output };
    input = output;
    return placed;
  });
}

/** `MaxPooling2D` → `max_pooling2d`, as Keras names layers. */
function snakeCase(className: string): string {
  return className.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
}

function freeName(base: string, taken: Set<string>): string {
  let name = base;
  for (let number = 1; taken.has(name); number++) name = `${base}_${number}`;
  taken.add(name);
  return name;
}
