import { create } from "@bufbuild/protobuf";
import type { Shape } from "@heddle/core";
import { FLOAT, INT64 } from "../elements.js";
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from "../schema/onnx_pb.js";

/** An attribute's value: a whole number as bigint, a fraction as number. */
export type AttributeValue = bigint | number | string | readonly bigint[];

/** Gathers the nodes and constants of a graph, and gives each value a name. */
export class GraphWriter {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  private readonly taken = new Set<string>();

  /** A name that no value has yet. */
  unique(base: string): string {
    let name = base;
    for (let number = 1; this.taken.has(name); number++) name = `${base}_${number}`;
    this.taken.add(name);
    return name;
  }

  /**
   * Adds a node.
   *
   * @param name of the node, and of its value
   * @param inputs names of values; empty for one that is left out
   * @returns the name of its value
   */
  add(
    operator: string,
    name: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string {
    const output = this.unique(name);
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    const node = { opType: operator, name: output, input: [...inputs], output: [output], attribute };
    this.nodes.push(create(NodeProtoSchema, node));
    return output;
  }

  /** Adds numbers of 32 bits. */
  floats(name: string, shape: Shape, values: ArrayLike<number>): string {
    const bytes = new DataView(new ArrayBuffer(4 * values.length));
    for (let index = 0; index < values.length; index++) bytes.setFloat32(4 * index, values[index]!, true);
    return this.tensor(name, { dataType: FLOAT, shape, bytes });
  }

  /** Adds whole numbers, for operators that take shapes. */
  integers(name: string, values: readonly number[]): string {
    const bytes = new DataView(new ArrayBuffer(8 * values.length));
    for (const [index, value] of values.entries()) bytes.setBigInt64(8 * index, BigInt(value), true);
    return this.tensor(name, { dataType: INT64, shape: [values.length], bytes });
  }

  private tensor(
    base: string,
    { dataType, shape, bytes }: { dataType: number; shape: Shape; bytes: DataView<ArrayBuffer> },
  ): string {
    const name = this.unique(base);
    const dims = shape.map(BigInt);
    const rawData = new Uint8Array(bytes.buffer);
    this.initializers.push(create(TensorProtoSchema, { name, dataType, dims, rawData }));
    return name;
  }
}

function attributeOf(name: string, value: AttributeValue): AttributeProto {
  if (typeof value === "bigint")
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: value });
  if (typeof value === "number")
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value });
  if (typeof value === "string") {
    const s = new TextEncoder().encode(value);
    return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s });
  }
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: [...value] });
}
