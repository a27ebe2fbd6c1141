export interface CrossentropyOptions {
  /** True when the model's last layer gives logits, false (the default) when it ends in a softmax. */
  readonly fromLogits?: boolean;
}

/** What the training minimises. */
export interface Loss {
  /** Keras's name of the class. */
  readonly className: string;
  /** True when the targets are class numbers, false when they are one distribution over the classes a sample. */
  readonly sparse: boolean;
  readonly fromLogits: boolean;
  getConfig(): { readonly from_logits: boolean };
}

/** −ln p(label), averaged over the batch; the targets are class numbers. */
export class SparseCategoricalCrossentropy implements Loss {
  readonly className: string = "SparseCategoricalCrossentropy";
  readonly sparse: boolean = true;
  readonly fromLogits: boolean;

  constructor(options: CrossentropyOptions = {}) {
    this.fromLogits = options.fromLogits ?? false;
  }

  getConfig() {
    return { from_logits: this.fromLogits };
  }
}

/** −Σ target · ln p, averaged over the batch; the targets are distributions, such as one-hot rows. */
export class CategoricalCrossentropy extends SparseCategoricalCrossentropy {
  override readonly className = "CategoricalCrossentropy";
  override readonly sparse = false;
}
