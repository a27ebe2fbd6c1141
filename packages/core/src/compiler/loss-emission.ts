import { HeddleError } from "../base/errors.js";
import { type Shape, sizeOf } from "../base/shape.js";
import type { Buffer, ProgramBuilder } from "../engine/program-builder.js";
import type { Loss, LossInputForm } from "../losses/index.js";
import type { Emitter, Value } from "../ops/emitter.js";
import { emitNode, type OpNode } from "../ops/node.js";
import { type GraphOp, isPenalty } from "./graph.js";

/** What a loss judges. */
interface LossInput {
  /** The ops that a program needs. */
  readonly ops: readonly GraphOp[];
  /** The op whose value is judged, or INPUT. */
  readonly judged: number;
  readonly form: LossInputForm;
}

/**
 * What the loss judges: the value before a final activation that is part of the loss. The activation itself is omitted
 * where no penalty reads it.
 *
 * @throws HeddleError when the model does not end in what the loss needs
 */
export function lossInput(ops: readonly GraphOp[], loss: Loss): LossInput {
  const { activation, fromLogits } = loss;
  const judged = ops.length - 1;
  if (!activation) return { ops, judged, form: "outputs" };
  const end = ops.findLastIndex(({ node }) => !isPenalty(node));
  const last = ops[end]?.node;
  const hasActivation =
    last?.op === activation || (last?.op === "activation" && last.activation === activation);
  if (hasActivation && !fromLogits) {
    const needed = end === judged ? ops.slice(0, -1) : ops;
    return { ops: needed, judged: ops[end]!.inputs[0]!, form: "logits" };
  }
  if (!hasActivation && fromLogits) return { ops, judged, form: "logits" };
  if (!hasActivation && loss.takesAnyOutputs) return { ops, judged, form: "outputs" };
  throw new HeddleError({
    who: loss.className,
    expected: fromLogits ? "a model that outputs logits" : `a model that ends in a ${activation}`,
    received: fromLogits ? `one that ends in a ${activation}` : "one that does not",
    next: fromLogits
      ? `Remove \`fromLogits\`, or the ${activation}.`
      : `Set \`activation: "${activation}"\` on the last layer, or \`fromLogits: true\` on the loss.`,
  });
}

/** Where a program leaves what it measures. */
export interface ResultTables {
  /** f32: the loss of each sample. */
  readonly loss: Buffer;
  /** f32: the share of each sample's answers that are right; absent where accuracy is not measured. */
  readonly correct: Buffer | undefined;
  /** f32: the penalties on each sample's activities; absent where the model has none. */
  readonly activity: Buffer | undefined;
}

/** Emits a loss with the column of its targets; returns the gradient with respect to `x` in training. */
export function emitLoss(
  e: Emitter,
  loss: Loss,
  options: { readonly scale: Buffer; readonly results: ResultTables; readonly form: LossInputForm },
  x: Value,
): Buffer | undefined {
  e.owner = "loss";
  const target = targetColumn(e.program, loss, x.shape);
  return loss.emit(e, { target, scale: options.scale, ...options.results }, x, options.form);
}

function targetColumn(builder: ProgramBuilder, loss: Loss, shape: Shape): Buffer {
  const target =
    loss.targets === "classes"
      ? builder.buffer("labels", "sample", 4)
      : builder.buffer("targets", "sample", 4 * sizeOf(shape));
  builder.column(1, target);
  return target;
}

/** Multiplies each sample's loss and gradient by its weight, the third column of the data. */
export function emitSampleWeights(e: Emitter, loss: Buffer, gradient: Value): void {
  const w = e.program.buffer("sample weights", "sample", 4);
  e.program.column(2, w);
  e.call("scaleRows", "loss", { y: loss, w, N: "samples", count: 1 });
  e.call("scaleRows", "loss", { y: gradient.data, w, N: "samples", count: sizeOf(gradient.shape) });
}

/** What metrics judge: logits after the loss's activation, other values as they are. */
export function emitProbabilities(e: Emitter, loss: Loss, form: LossInputForm, x: Value): Value {
  if (form === "outputs" || !loss.activation) return x;
  const node: OpNode =
    loss.activation === "softmax"
      ? { op: "softmax", owner: "output" }
      : { op: "activation", activation: loss.activation, owner: "output" };
  e.owner = node.owner;
  return emitNode(e, node, x, () => {
    throw new Error("an activation has no weights");
  })[0];
}
