import { HeddleError } from "../base/errors.js";
import { formatShape, type Shape } from "../base/shape.js";
import type { MergeNode } from "../ops/merge.js";
import { Layer } from "./layer.js";

/** A layer that makes one value of two or more. */
export abstract class MergeLayer extends Layer {
  abstract override lower(input: Shape): readonly MergeNode[];

  /** The output's shape for two inputs or more. */
  protected abstract mergedShape(inputs: readonly Shape[]): Shape;

  override outputShape(...inputs: readonly Shape[]): Shape {
    return this.shapeFor(inputs);
  }

  protected override shapeFor(inputs: readonly Shape[]): Shape {
    if (inputs.length >= 2) return this.mergedShape(inputs);
    throw this.fault("two inputs or more", String(inputs.length), "Apply it to a list.");
  }

  /** The error for inputs that do not go together. */
  protected mismatch(expected: string, inputs: readonly Shape[]): HeddleError {
    return this.fault(
      expected,
      inputs.map(formatShape).join(" and "),
      "Bring the inputs to one shape first.",
    );
  }

  /** An error for wrong inputs. */
  protected fault(expected: string, received: string, next: string): HeddleError {
    return new HeddleError({ who: this.who, expected, received, next });
  }
}
