import { Registry } from "../base/registry.js";
import type { Constraint } from "./constraint.js";
import { MaxNorm } from "./max-norm.js";
import { NonNeg } from "./non-neg.js";
import { UnitNorm } from "./unit-norm.js";

export type { Axes, Constraint } from "./constraint.js";
export { MaxNorm, NonNeg, UnitNorm };

/** The constraints by Keras's names. */
export const constraints = new Registry<Constraint>("constraint", { MaxNorm, NonNeg, UnitNorm });
