import { Registry } from "../base/registry.js";
import type { Spelling } from "../base/spelling.js";
import type { Constraint } from "./constraint.js";
import { MaxNorm } from "./max-norm.js";
import { NonNeg } from "./non-neg.js";
import { UnitNorm } from "./unit-norm.js";

export type { Axes, Constraint } from "./constraint.js";
export { MaxNorm, NonNeg, UnitNorm };

const constraintClasses = { MaxNorm, NonNeg, UnitNorm };

/** @inline */
type ConstraintNames = Spelling<keyof typeof constraintClasses>;

/** A constraint by its name: `"maxNorm"`, with its default bound. */
export type ConstraintName = ConstraintNames;

/** The constraints by Keras's names. */
export const constraints = new Registry<Constraint>("constraint", constraintClasses);
