import { UnsupportedError } from "../base/errors.js";
import type { Json, JsonObject } from "../base/json.js";
import { type Call, referenceIn } from "./inbound.js";

/** A tensor of an operation: what its call reads, or what one of its layers computes. */
export interface OperationTensor {
  /** The sizes with the batch; null where they are unknown. */
  readonly shape: readonly Json[];
  readonly source: Source;
}

/** What an argument is: a tensor, or a constant as the JSON has it. */
export type Operand = OperationTensor | { readonly constant: Json };

/** A number among what the call reads, or among the steps. */
type Source = { readonly read: number } | { readonly step: number };

/** A layer of an operation, and what it reads. */
export interface Step {
  readonly serialized: Json;
  readonly inputs: readonly Source[];
}

/** Collects the layers that an operation becomes. */
export class OperationSteps {
  private readonly steps: {
    readonly className: string;
    readonly config: JsonObject;
    readonly inputs: readonly Source[];
  }[] = [];

  constructor(
    readonly className: string,
    private readonly name: string,
  ) {}

  /** The arguments of a call: positional ones, then named ones. A list of tensors counts as so many arguments. */
  operandsOf({ args, kwargs }: Call): readonly Operand[] {
    let reads = 0;
    const operandOf = (value: Json): Operand => {
      const reference = referenceIn(value);
      if (!reference) return { constant: value };
      if (!reference.shape) throw this.unsupported("no shape");
      return { shape: reference.shape, source: { read: reads++ } };
    };
    const isTensors = (value: Json): value is readonly Json[] =>
      Array.isArray(value) && !referenceIn(value) && value.some((item: Json) => referenceIn(item));
    return [...args, ...Object.values(kwargs)]
      .flatMap((value) => (isTensors(value) ? value : [value]))
      .map(operandOf)
      .filter((operand) => !("constant" in operand && operand.constant === null));
  }

  /** An operand that has to be a tensor. */
  tensor(operand: Operand | undefined): OperationTensor {
    if (operand && "shape" in operand) return operand;
    throw this.unsupported("a constant where a tensor belongs");
  }

  /** How many numbers known sizes hold. */
  sizeOf(sizes: readonly Json[]): number {
    return sizes.reduce<number>((product, size) => {
      if (typeof size !== "number") throw this.unsupported("an unknown size");
      return product * size;
    }, 1);
  }

  /** Adds a layer; `shape` is its output's where a further step asks for it. */
  add(
    className: string,
    config: JsonObject,
    inputs: readonly OperationTensor[],
    shape: readonly Json[] = inputs[0]!.shape,
  ): OperationTensor {
    this.steps.push({ className, config, inputs: inputs.map(({ source }) => source) });
    return { shape, source: { step: this.steps.length - 1 } };
  }

  /** Adds a `Reshape`. */
  reshape(tensor: OperationTensor, shape: readonly Json[]): OperationTensor {
    const sizes = shape.slice(1);
    this.sizeOf(sizes);
    return this.add("Reshape", { target_shape: sizes }, [tensor], shape);
  }

  /** All layers; the last has the operation's name. */
  finished(): readonly Step[] {
    const last = this.steps.length - 1;
    return this.steps.map(({ className, config, inputs }, index) => ({
      serialized: { class_name: className, config: index === last ? { ...config, name: this.name } : config },
      inputs,
    }));
  }

  /** The error for what no layer does. */
  unsupported(what?: string): UnsupportedError {
    const name = `the operation ${this.className.slice(0, 60)} "${this.name.slice(0, 60)}"`;
    return new UnsupportedError(
      {
        who: `Operation "${this.name}"`,
        expected: "an operation that layers of Heddle can do",
        received: what === undefined ? this.className : `${this.className} with ${what}`,
        next: "Replace it by a layer.",
      },
      [what === undefined ? name : `${name} with ${what}`],
    );
  }
}
