import { HeddleError } from "../base/errors.js";
import { formatShape, type Shape } from "../base/shape.js";
import type { MergeNode } from "../ops/merge.js";
import { type BuildContext, Layer } from "./layer.js";

/** A layer that makes one value of two or more. */
export abstract class MergeLayer extends Layer {
  abstract override lower(input: Shape): readonly MergeNode[];

  /** The output's shape; inputs are at least two. */
  protected abstract mergedShape(inputs: readonly Shape[]): Shape;

  override outputShapeOf(inputs: readonly Shape[]): Shape {
    if (inputs.length < 2) throw this.fault("two inputs or more", `${inputs.length}`, "Apply it to a list.");
    return this.mergedShape(inputs);
  }

  override outputShape(input: Shape): Shape {
    return this.outputShapeOf([input]);
  }

  override buildOn(inputs: readonly Shape[], context: BuildContext): Shape {
    this.place(context);
    return this.outputShapeOf(inputs);
  }

  /** The complaint about inputs that do not go together. */
  protected mismatch(expected: string, inputs: readonly Shape[]): HeddleError {
    return this.fault(
      expected,
      inputs.map(formatShape).join(" and "),
      "Bring the inputs to one shape first.",
    );
  }

  private fault(expected: string, received: string, next: string): HeddleError {
    return new HeddleError({ who: this.who, expected, received, next });
  }
}
