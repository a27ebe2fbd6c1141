import { numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { checkOptionsOf } from "../base/known-options.js";
import { atLeast, checkValue } from "../base/rules.js";
import type { Shape } from "../base/shape.js";
import type { Slice } from "../engine/program-builder.js";
import type { KernelCall } from "../ops/emitter.js";
import {
  type Axes,
  axesIn,
  axesRule,
  type Constraint,
  checkedConstraint,
  vectorsAlong,
} from "./constraint.js";

/**
 * Shortens the vectors of a weight that are longer than a limit.
 *
 * Srivastava et al., "Dropout" (JMLR 2014), section 5.1.
 *
 * @example
 * new Conv2D(16, 3, { kernelConstraint: new MaxNorm(3, { axis: [0, 1, 2] }) }); // each filter
 */
export class MaxNorm implements Constraint {
  readonly className = "MaxNorm";
  readonly axis: Axes;

  /**
   * @param maxValue the longest that a vector may be; 2 by default
   * @param options `axis`, along which vectors run, 0 by default as in Keras
   */
  constructor(
    readonly maxValue = 2,
    options: { readonly axis?: Axes } = {},
  ) {
    checkOptionsOf(new.target, [MaxNorm], options, { axis: axesRule });
    this.axis = options.axis ?? 0;
    checkValue(this.className, "maxValue", maxValue, atLeast(0));
  }

  static fromConfig(config: JsonObject): MaxNorm {
    return checkedConstraint(config, new MaxNorm(numberIn(config, "max_value", 2), { axis: axesIn(config) }));
  }

  check(who: string, shape: Shape): void {
    vectorsAlong(`${who}, ${this.className}`, this.axis, shape);
  }

  project(w: Slice, shape: Shape): KernelCall {
    const sizes = vectorsAlong(this.className, this.axis, shape);
    return ["constrainNorm", { w, ...sizes, limit: this.maxValue, unit: 0 }];
  }

  getConfig(): JsonObject {
    return { max_value: this.maxValue, axis: this.axis };
  }
}
