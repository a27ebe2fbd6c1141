import { HeddleError } from "../base/errors.js";
import { formatShape, type Shape } from "../base/shape.js";
import { pool2dGeometry } from "../ops/max-pool.js";
import type { OpNode } from "../ops/node.js";
import { GlobalPooling } from "./global-pooling2d.js";

/** One value for each feature of a row of tokens: pooling with a window as long as the row. */
export abstract class GlobalPooling1D extends GlobalPooling {
  override outputShape(input: Shape): Shape {
    const [, features] = this.rowShape(input);
    return this.keepdims ? [1, features] : [features];
  }

  override lower(input: Shape): OpNode[] {
    const { who, name: owner, op } = this;
    const [steps, features] = this.rowShape(input);
    const window = { poolSize: [1, steps], strides: [1, steps], padding: "valid" } as const;
    return [
      { op, owner, geometry: pool2dGeometry([1, steps, features], { who, ...window }) },
      { op: "reshape", owner, shape: this.outputShape(input) },
    ];
  }

  private rowShape(input: Shape): readonly [steps: number, features: number] {
    if (input.length === 2) return input as unknown as readonly [number, number];
    throw new HeddleError({
      who: this.who,
      expected: "an input [batch, steps, features]",
      received: formatShape(input),
      next: "Reshape it first.",
    });
  }
}
