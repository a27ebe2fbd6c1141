import { elementTypeOf } from "../elements.js";
import type { AttributeProto, NodeProto } from "../schema/onnx_pb.js";
import type { Constant } from "./constant.js";
import { damaged, Lacking } from "./fault.js";
import { type ExternalFiles, readTensor } from "./initializer.js";

/** How many more numbers may be computed from a file's constants: what it asks for must be in proportion to its size. */
export interface Budget {
  left: number;
}

/** A node of a graph with its attributes by name. */
export class Node {
  readonly operator: string;
  /** The name, or that of the first output where the node has none. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  private readonly attributes: ReadonlyMap<string, AttributeProto>;

  constructor(
    private readonly who: string,
    proto: NodeProto,
    /** The version of the operators that the file uses. */
    readonly opset: number,
    private readonly files: ExternalFiles,
    readonly budget: Budget,
  ) {
    const isStandard = proto.domain === "" || proto.domain === "ai.onnx";
    this.operator = isStandard ? proto.opType : `${proto.domain}.${proto.opType}`;
    this.name = proto.name || (proto.output[0] ?? "");
    this.inputs = proto.input;
    this.outputs = proto.output;
    this.attributes = new Map(proto.attribute.map((attribute) => [attribute.name, attribute]));
  }

  /** The node in errors. */
  get what(): string {
    return `${this.who}, ${this.operator} "${this.name}"`;
  }

  has(name: string): boolean {
    return this.attributes.has(name);
  }

  /** A whole number. */
  integer(name: string, fallback: number): number {
    const attribute = this.attributes.get(name);
    return attribute === undefined ? fallback : Number(attribute.i);
  }

  /** A fraction. */
  float(name: string, fallback: number): number {
    return this.attributes.get(name)?.f ?? fallback;
  }

  text(name: string, fallback: string): string {
    const attribute = this.attributes.get(name);
    return attribute === undefined ? fallback : new TextDecoder().decode(attribute.s);
  }

  /** Whole numbers, or undefined where the attribute is missing. */
  integers(name: string): readonly number[] | undefined {
    return this.attributes.get(name)?.ints.map(Number);
  }

  floats(name: string): readonly number[] | undefined {
    return this.attributes.get(name)?.floats;
  }

  tensor(name: string): Constant | undefined {
    const tensor = this.attributes.get(name)?.t;
    return tensor && readTensor(this.what, tensor, this.files);
  }

  /** The element type that an attribute names by its number. */
  elementType(name: string) {
    return elementTypeOf(this.what, this.integer(name, 0));
  }

  /**
   * Refuses attributes with another value than the one that Heddle computes.
   *
   * @param only the value of each attribute, which is also what its absence means
   */
  only(only: Readonly<Record<string, number | string>>): void {
    for (const [name, value] of Object.entries(only)) {
      const actual = typeof value === "number" ? this.integer(name, value) : this.text(name, value);
      if (actual !== value) throw new Lacking(`${name} ${actual}`);
    }
  }

  /** Counts numbers that the node makes of the file's: so many nodes may read the same weights. */
  spend(count: number): void {
    this.budget.left -= count;
    if (this.budget.left >= 0) return;
    throw this.damaged("constants in proportion to the file", `more of them, ${count} numbers last`);
  }

  /** The error for a node that breaks ONNX's own rules. */
  damaged(expected: string, received: string): Error {
    return damaged(this.what, expected, received);
  }
}
