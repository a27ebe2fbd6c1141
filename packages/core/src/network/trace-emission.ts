import { HeddleError } from "../base/errors.js";
import { sizeOf } from "../base/shape.js";
import { INPUT, isMerge, isPenalty } from "../compiler/graph.js";
import type { Buffer } from "../engine/program-builder.js";
import type { Emitter, MergeBackward, Parameter, Value } from "../ops/emitter.js";
import { emitMerge } from "../ops/merge.js";
import { type AnyNode, emitNode } from "../ops/node.js";
import { emitBytesInput } from "../ops/rescale.js";
import type { Weight } from "../ops/weight.js";
import type { Network } from "./network.js";

/** What the backward pass of an op needs to know. */
interface TapeEntry {
  readonly node: AnyNode;
  readonly inputs: readonly Value[];
  readonly output: Value;
  readonly backward: MergeBackward;
}

/** A model's ops, one by one and unfused, with the value of each layer; and gradients of its logits by any of them. */
export class TraceEmission {
  private readonly tape: TapeEntry[] = [];
  private readonly byName = new Map<string, Value>();
  /** The model's output before a final softmax or sigmoid. */
  private readonly logits: Value;

  /** Emits the forward pass. */
  constructor(
    private readonly e: Emitter,
    private readonly model: Network,
    private readonly parameter: (weight: Weight) => Parameter,
    element: "u8" | "f32",
  ) {
    const input = this.emitInput(element);
    const values: Value[] = [];
    for (const { layer, inputs, inputShapes } of model.placed) {
      let reads = inputs.map((from) => (from === INPUT ? input : values[from]!));
      for (const node of layer.lower(inputShapes[0]!)) {
        reads = [this.emit(node, reads)];
      }
      values.push(reads[0]!);
      this.byName.set(layer.name, reads[0]!);
    }
    const output = values.at(-1)!;
    const last = this.tape.find((entry) => entry.output === output);
    this.logits = last && isProbability(last.node) ? last.inputs[0]! : output;
  }

  /** The output of a layer. */
  value(layer: string): Value {
    // Throws if there is no such layer.
    return this.byName.get(this.model.getLayer(layer).name)!;
  }

  /** Emits the gradient of a weighted sum of the logits with respect to a layer's output; column 1 holds the weights. */
  gradient(layer: string): Value {
    const { e, tape, logits } = this;
    const target = this.value(layer);
    const reached = new Set([target]);
    for (const { inputs, output } of tape) {
      if (output !== target && inputs.some((value) => reached.has(value))) reached.add(output);
    }
    if (!reached.has(logits)) throw this.notBeforeLogits(layer);
    const seed = e.program.sampleBuffer("output weights", logits.shape);
    e.program.column(1, seed);
    const gradients = new Map<Value, Buffer>([[logits, seed]]);
    for (const { node, inputs, output, backward } of tape.toReversed()) {
      const dy = gradients.get(output);
      if (!dy || output === target || !reached.has(output)) continue;
      e.owner = node.owner;
      // The first reader of a value writes its gradient, the others add to it.
      const sums: [total: Buffer, part: Buffer, floats: number][] = [];
      const dxs = inputs.map((value) => {
        if (!reached.has(value)) return undefined;
        const dx = e.value("input gradient", value.shape).data;
        const total = gradients.get(value);
        if (total) sums.push([total, dx, sizeOf(value.shape)]);
        else gradients.set(value, dx);
        return dx;
      });
      backward(dy, dxs);
      for (const [y, x, count] of sums) e.call("addTo", "backward", { y, x, N: "samples", count });
    }
    return { shape: target.shape, data: gradients.get(target)! };
  }

  private emit(node: AnyNode, inputs: readonly Value[]): Value {
    const { e, tape } = this;
    e.owner = node.owner;
    if (isPenalty(node)) return inputs[0]!;
    if (isMerge(node)) {
      const [output, backward] = emitMerge(e, node, inputs, this.parameter);
      tape.push({ node, inputs, output, backward });
      return output;
    }
    const [output, backward] = emitNode(e, node, inputs[0]!, this.parameter);
    // An op that acts only in training, such as dropout, returns its input.
    if (output !== inputs[0]) tape.push({ node, inputs, output, backward: (dy, [dx]) => backward(dy, dx) });
    return output;
  }

  /** The model's input as f32. */
  private emitInput(element: "u8" | "f32"): Value {
    const { e } = this;
    const { inputShape } = this.model;
    e.owner = "input";
    if (element === "f32") {
      const value = e.value("input", inputShape);
      e.program.column(0, value.data);
      return value;
    }
    const bytes = e.program.buffer("input bytes", "sample", sizeOf(inputShape));
    e.program.column(0, bytes);
    return emitBytesInput(e, { scale: 1, offset: 0 }, bytes, inputShape);
  }

  private notBeforeLogits(layer: string): HeddleError {
    return new HeddleError({
      who: `Model "${this.model.name}"`,
      expected: "a layer that the outputs depend on",
      received: `"${layer}", which ends the model or does not lead to its outputs`,
      next: "Choose an earlier layer.",
    });
  }
}

/** What a model's outputs are, by its last op: logits if that is neither a softmax nor a sigmoid. */
export function outputForm(model: Network): "softmax" | "sigmoid" | "logits" {
  const { layer, inputShapes } = model.placed.at(-1)!;
  const last = layer.lower(inputShapes[0]!).at(-1);
  if (last === undefined || !isProbability(last)) return "logits";
  return last.op === "softmax" ? "softmax" : "sigmoid";
}

function isProbability(node: AnyNode): boolean {
  return node.op === "softmax" || (node.op === "activation" && node.activation === "sigmoid");
}
