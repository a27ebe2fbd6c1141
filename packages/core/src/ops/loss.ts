import type { Buffer } from "../engine/program-builder.js";

/** What a loss reads and writes beside the values that it judges. Letters: N samples. */
export interface LossOperands {
  /** What the values should be: one i32 a sample for class numbers, else f32 of the values' shape. */
  readonly target: Buffer;
  /** 1 / batch size (f32), which gradients are multiplied by. */
  readonly scale: Buffer;
  /** f32 [N]: the loss of each sample. */
  readonly loss: Buffer;
  /** f32 [N]: the share of each sample's answers that are right; absent where nobody asks. */
  readonly correct: Buffer | undefined;
}
