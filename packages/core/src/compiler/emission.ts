import { type Shape, sizeOf } from "../base/shape.js";
import type { Buffer } from "../engine/program-builder.js";
import { type ActivityPenaltyOperands, emitActivityPenalty } from "../ops/activity-penalty.js";
import type { Emitter, Parameter, Value } from "../ops/emitter.js";
import { emitMerge } from "../ops/merge.js";
import { emitNode } from "../ops/node.js";
import { emitBytesInput } from "../ops/rescale.js";
import type { Weight } from "../ops/weight.js";
import { INPUT, isMerge, isPenalty, type Step, weightsOfStep } from "./graph.js";

/** How a program takes its samples. */
export interface InputFormat {
  /** Bytes as files hold them, or f32. */
  readonly element: "u8" | "f32";
}

/** What the backward pass of a step needs to know. */
interface Taped {
  readonly step: Step;
  readonly value: Value;
  /** As MergeBackward; only a penalty goes on without `dy`. */
  readonly backward: (dy: Buffer | undefined, dxs: readonly (Buffer | undefined)[]) => void;
  /** Something at or before it is trained. */
  readonly trained: boolean;
}

/** Emits a graph of steps forward, and backward in the opposite order. */
export class Emission {
  private readonly tape: Taped[] = [];
  private samples: Value | undefined;

  constructor(
    private readonly e: Emitter,
    private readonly inputShape: Shape,
    private readonly parameter: (weight: Weight) => Parameter,
    private readonly input: InputFormat,
    /** Where penalties on activities go; absent where nobody asks for them. */
    private readonly penalties?: Omit<ActivityPenaltyOperands, "first"> | undefined,
  ) {}

  /** Emits the steps in their order; returns the last one's value. */
  forward(steps: readonly Step[]): Value {
    const { e, tape } = this;
    const rescaled = this.input.element === "u8" ? rescalingOfInput(steps) : undefined;
    const input = this.emitInput(rescaled);
    this.samples = input;
    let penalised = false;
    for (const step of steps) {
      const { node } = step;
      e.owner = node.owner;
      const values = step.inputs.map((from) => (from === INPUT ? input : tape[from]!.value));
      const before = step.inputs.some((from) => from !== INPUT && tape[from]!.trained);
      const trained = before || weightsOfStep(step).some((weight) => weight.trainable);
      if (step === rescaled) {
        tape.push({ step, value: input, backward: () => {}, trained });
      } else if (isPenalty(node)) {
        const [value] = values as [Value];
        if (!this.penalties) {
          tape.push({ step, value, backward: () => {}, trained });
          continue;
        }
        const operands = { ...this.penalties, first: !penalised };
        const [same, backward] = emitActivityPenalty(e, node, operands, value);
        penalised = true;
        tape.push({ step, value: same, backward: (dy, [dx]) => backward(dy, dx), trained });
      } else if (isMerge(node)) {
        const [value, backward] = emitMerge(e, node, values);
        tape.push({ step, value, backward: (dy, dxs) => backward(dy!, dxs), trained });
      } else {
        const [value, backward] = emitNode(e, node, values[0]!, this.parameter);
        tape.push({ step, value, backward: (dy, [dx]) => backward(dy!, dx), trained });
      }
    }
    return tape.at(-1)?.value ?? input;
  }

  /** The value of a step, or the model's input for INPUT. */
  valueOf(step: number): Value {
    return step === INPUT ? this.samples! : this.tape[step]!.value;
  }

  /** Emits the gradients of everything that is trained, from that of one step's value and from the penalties. */
  backward(gradient: Buffer, of: number): void {
    const { e, tape } = this;
    const gradients: (Buffer | undefined)[] = tape.map(() => undefined);
    if (of !== INPUT) gradients[of] = gradient;
    for (let index = tape.length - 1; index >= 0; index--) {
      const { step, backward, trained } = tape[index]!;
      const dy = gradients[index];
      if (!trained || !(dy || isPenalty(step.node))) continue;
      e.owner = step.node.owner;
      // The first reader of a value writes its gradient, the others add to it.
      const sums: [total: Buffer, part: Buffer, shape: Shape][] = [];
      const dxs = step.inputs.map((from) => {
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

  /** The model's input as f32: a rescaling at the start happens where bytes become floats. */
  private emitInput(rescaled: Step | undefined): Value {
    const { e, inputShape } = this;
    e.owner = "input";
    if (this.input.element === "f32") {
      const value = e.value("input", inputShape);
      e.program.column(0, value.data);
      return value;
    }
    const bytes = e.program.buffer("input bytes", "sample", sizeOf(inputShape));
    e.program.column(0, bytes);
    if (rescaled?.node.op !== "rescale") return emitBytesInput(e, { scale: 1, offset: 0 }, bytes, inputShape);
    e.owner = rescaled.node.owner;
    const { scale, offset } = rescaled.node;
    return emitBytesInput(e, { scale, offset }, bytes, inputShape);
  }
}

/** The rescaling that alone reads the model's input, if there is one. */
function rescalingOfInput(steps: readonly Step[]): Step | undefined {
  const readers = steps.filter(({ inputs }) => inputs.includes(INPUT));
  return readers.length === 1 && readers[0]!.node.op === "rescale" ? readers[0] : undefined;
}
