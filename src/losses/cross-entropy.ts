import { HeddleError } from "../base/errors.js";

export interface CrossentropyOptions {
  /** True when the model's last layer gives logits, false (the default) when it ends in a softmax. */
  readonly fromLogits?: boolean;
  /** Share of each target that is spread evenly over all classes, from 0 (the default) to 1. */
  readonly labelSmoothing?: number;
}

/** What the training minimises. */
export interface Loss {
  /** Keras's name of the class. */
  readonly className: string;
  /** True when the targets are class numbers, false when they are one distribution over the classes a sample. */
  readonly sparse: boolean;
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;
  getConfig(): { readonly from_logits: boolean; readonly label_smoothing: number };
}

/**
 * −ln p(label), averaged over the batch; the targets are class numbers.
 *
 * Label smoothing: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision" (CVPR 2016).
 */
export class SparseCategoricalCrossentropy implements Loss {
  readonly className: string = "SparseCategoricalCrossentropy";
  readonly sparse: boolean = true;
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;

  constructor(options: CrossentropyOptions = {}) {
    this.fromLogits = options.fromLogits ?? false;
    this.labelSmoothing = options.labelSmoothing ?? 0;
    if (!(this.labelSmoothing >= 0 && this.labelSmoothing <= 1)) {
      throw new HeddleError({
        who: "Crossentropy",
        expected: "labelSmoothing to be from 0 to 1",
        received: String(options.labelSmoothing),
        next: "Correct labelSmoothing.",
      });
    }
  }

  getConfig() {
    return { from_logits: this.fromLogits, label_smoothing: this.labelSmoothing };
  }
}

/** −Σ target · ln p, averaged over the batch; the targets are distributions, such as one-hot rows. */
export class CategoricalCrossentropy extends SparseCategoricalCrossentropy {
  override readonly className = "CategoricalCrossentropy";
  override readonly sparse = false;
}
