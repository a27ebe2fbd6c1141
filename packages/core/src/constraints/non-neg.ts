import type { JsonObject } from "../base/json.js";
import { type Shape, sizeOf } from "../base/shape.js";
import type { Slice } from "../engine/program-builder.js";
import type { KernelCall } from "../ops/emitter.js";
import type { Constraint } from "./constraint.js";
import { checkedConstraint } from "./constraint.js";

/** Sets negative numbers to 0. */
export class NonNeg implements Constraint {
  readonly className = "NonNeg";

  static fromConfig(config: JsonObject): NonNeg {
    return checkedConstraint(config, new NonNeg());
  }

  check(): void {}

  project(w: Slice, shape: Shape): KernelCall {
    return ["nonNegative", { w, count: sizeOf(shape) }];
  }

  getConfig(): JsonObject {
    return {};
  }
}
