import { type Shape, sizeOf } from "../base/shape.js";
import type { Buffer } from "../engine/program-builder.js";
import { type ActivityPenaltyOperands, emitActivityPenalty } from "../ops/activity-penalty.js";
import type { Emitter, Parameter, Value } from "../ops/emitter.js";
import { emitMerge } from "../ops/merge.js";
import { emitNode } from "../ops/node.js";
import { emitBytesInput } from "../ops/rescale.js";
import type { Weight } from "../ops/weight.js";
import { type GraphOp, INPUT, isMerge, isPenalty, weightsOfOp } from "./graph.js";

/** How a program takes its samples. */
export interface InputFormat {
  /** Bytes as files hold them, or f32. */
  readonly element: "u8" | "f32";
}

/** What the backward pass of an op needs to know. */
interface TapeEntry {
  readonly op: GraphOp;
  readonly value: Value;
  /** As MergeBackward; only a penalty continues without `dy`. */
  readonly backward: (dy: Buffer | undefined, dxs: readonly (Buffer | undefined)[]) => void;
  /** Whether this op, or one that it depends on, has weights that are trained. */
  readonly trained: boolean;
}

/** Emits a graph of ops forward, and backward in the opposite order. */
export class Emission {
  private readonly tape: TapeEntry[] = [];
  private samples: Value | undefined;

  constructor(
    private readonly e: Emitter,
    private readonly inputShape: Shape,
    private readonly parameter: (weight: Weight) => Parameter,
    private readonly input: InputFormat,
    /** Where penalties on activities go; absent where they are not measured. */
    private readonly penalties?: Omit<ActivityPenaltyOperands, "first"> | undefined,
  ) {}

  /** Emits the ops in their order; returns the last one's value. */
  forward(ops: readonly GraphOp[]): Value {
    const { e, tape } = this;
    const rescaling = this.input.element === "u8" ? rescalingOfInput(ops) : undefined;
    const input = this.emitInput(rescaling);
    this.samples = input;
    let penalised = false;
    for (const op of ops) {
      const { node } = op;
      e.owner = node.owner;
      const values = op.inputs.map((from) => (from === INPUT ? input : tape[from]!.value));
      const before = op.inputs.some((from) => from !== INPUT && tape[from]!.trained);
      const trained = before || weightsOfOp(op).some((weight) => weight.trainable);
      if (op === rescaling) {
        tape.push({ op, value: input, backward: () => {}, trained });
      } else if (isPenalty(node)) {
        const [value] = values as [Value];
        if (!this.penalties) {
          tape.push({ op, value, backward: () => {}, trained });
          continue;
        }
        const operands = { ...this.penalties, first: !penalised };
        const [same, backward] = emitActivityPenalty(e, node, operands, value);
        penalised = true;
        tape.push({ op, value: same, backward: (dy, [dx]) => backward(dy, dx), trained });
      } else if (isMerge(node)) {
        const [value, backward] = emitMerge(e, node, values, this.parameter);
        tape.push({ op, value, backward: (dy, dxs) => backward(dy!, dxs), trained });
      } else {
        const [value, backward] = emitNode(e, node, values[0]!, this.parameter);
        tape.push({ op, value, backward: (dy, [dx]) => backward(dy!, dx), trained });
      }
    }
    return tape.at(-1)?.value ?? input;
  }

  /** The value of an op, or the model's input for INPUT. */
  valueOf(op: number): Value {
    return op === INPUT ? this.samples! : this.tape[op]!.value;
  }

  /**
   * Emits the gradients of everything that is trained.
   *
   * @param gradient that of the value of the op `of`; penalties add their own
   */
  backward(gradient: Buffer, of: number): void {
    const { e, tape } = this;
    const gradients: (Buffer | undefined)[] = tape.map(() => undefined);
    if (of !== INPUT) gradients[of] = gradient;
    for (let index = tape.length - 1; index >= 0; index--) {
      const { op, backward, trained } = tape[index]!;
      const dy = gradients[index];
      if (!trained || !(dy || isPenalty(op.node))) continue;
      e.owner = op.node.owner;
      // The first reader of a value writes its gradient, the others add to it.
      const sums: [total: Buffer, part: Buffer, shape: Shape][] = [];
      const dxs = op.inputs.map((from) => {
        if (from === INPUT || !tape[from]!.trained) return undefined;
        const { shape } = tape[from]!.value;
        const dx = e.value("input gradient", shape).data;
        const total = gradients[from];
        if (total) sums.push([total, dx, shape]);
        else gradients[from] = dx;
        return dx;
      });
      backward(dy, dxs);
      for (const [y, x, shape] of sums)
        e.call("addTo", "backward", { y, x, N: "samples", count: sizeOf(shape) });
    }
  }

  /** The model's input as f32: a rescaling at the start is done where bytes become floats. */
  private emitInput(rescaling: GraphOp | undefined): Value {
    const { e, inputShape } = this;
    e.owner = "input";
    if (this.input.element === "f32") {
      const value = e.value("input", inputShape);
      e.program.column(0, value.data);
      return value;
    }
    const bytes = e.program.buffer("input bytes", "sample", sizeOf(inputShape));
    e.program.column(0, bytes);
    if (rescaling?.node.op !== "rescale")
      return emitBytesInput(e, { scale: 1, offset: 0 }, bytes, inputShape);
    e.owner = rescaling.node.owner;
    const { scale, offset } = rescaling.node;
    return emitBytesInput(e, { scale, offset }, bytes, inputShape);
  }
}

/** The rescaling that is the only reader of the model's input, if there is one. */
function rescalingOfInput(ops: readonly GraphOp[]): GraphOp | undefined {
  const readers = ops.filter(({ inputs }) => inputs.includes(INPUT));
  return readers.length === 1 && readers[0]!.node.op === "rescale" ? readers[0] : undefined;
}
