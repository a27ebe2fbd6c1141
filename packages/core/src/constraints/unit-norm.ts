import type { JsonObject } from "../base/json.js";
import { checkOptionsOf } from "../base/known-options.js";
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

/** Brings the vectors of a weight to length 1. */
export class UnitNorm implements Constraint {
  readonly className = "UnitNorm";
  readonly axis: Axes;

  /** @param options `axis`, along which vectors run, 0 by default as in Keras */
  constructor(options: { readonly axis?: Axes } = {}) {
    checkOptionsOf(new.target, [UnitNorm], options, { axis: axesRule });
    this.axis = options.axis ?? 0;
  }

  static fromConfig(config: JsonObject): UnitNorm {
    return checkedConstraint(config, new UnitNorm({ axis: axesIn(config) }));
  }

  check(who: string, shape: Shape): void {
    vectorsAlong(`${who}, ${this.className}`, this.axis, shape);
  }

  project(w: Slice, shape: Shape): KernelCall {
    return ["constrainNorm", { w, ...vectorsAlong(this.className, this.axis, shape), limit: 1, unit: 1 }];
  }

  getConfig(): JsonObject {
    return { axis: this.axis };
  }
}
