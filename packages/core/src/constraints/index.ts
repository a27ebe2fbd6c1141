import type { JsonObject } from "../base/json.js";
import { Registry } from "../base/registry.js";
import type { Axes, Constraint } from "./constraint.js";
import { MaxNorm } from "./max-norm.js";
import { NonNeg } from "./non-neg.js";
import { UnitNorm } from "./unit-norm.js";

export { type Axes, type Constraint, MaxNorm, NonNeg, UnitNorm };

export const constraints = new Registry<Constraint>("constraint", {
  MaxNorm: (config) => new MaxNorm(Number(config["max_value"] ?? 2), axisIn(config)),
  NonNeg: () => new NonNeg(),
  UnitNorm: (config) => new UnitNorm(axisIn(config)),
});

function axisIn(config: JsonObject): { axis: Axes } {
  const axis = config["axis"];
  return { axis: Array.isArray(axis) ? axis.map(Number) : Number(axis ?? 0) };
}
