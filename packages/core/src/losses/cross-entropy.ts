import type { JsonObject } from "../base/json.js";
import { checkOptionsOf } from "../base/known-options.js";
import { emitCrossEntropy } from "../ops/cross-entropy.js";
import type { Emitter, Value } from "../ops/emitter.js";
import type { LossOperands } from "../ops/loss.js";
import { checkedLoss } from "./ignored-keys.js";
import type { Loss, Targets } from "./loss.js";
import { CROSSENTROPY_RULES, crossentropyOptionsIn } from "./options.js";

export interface CrossentropyOptions {
  /**
   * True when the model's last layer outputs logits, false when it ends in a softmax.
   *
   * @defaultValue `false`
   */
  readonly fromLogits?: boolean;
  /**
   * Share of each target that is spread evenly over all classes, 0..1.
   *
   * @defaultValue `0`
   */
  readonly labelSmoothing?: number;
}

/**
 * −ln p(label), averaged over the batch; the targets are class numbers.
 *
 * Label smoothing: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision" (CVPR 2016).
 */
export class SparseCategoricalCrossentropy implements Loss {
  readonly className: string = "SparseCategoricalCrossentropy";
  readonly targets: Targets = "classes";
  readonly activation = "softmax";
  readonly takesAnyOutputs = false;
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;

  /** @throws HeddleError when labelSmoothing is not from 0 to 1 */
  constructor(options: CrossentropyOptions = {}) {
    const classes = [SparseCategoricalCrossentropy, CategoricalCrossentropy];
    checkOptionsOf(new.target, classes, options, CROSSENTROPY_RULES);
    this.fromLogits = options.fromLogits ?? false;
    this.labelSmoothing = options.labelSmoothing ?? 0;
  }

  static fromConfig(config: JsonObject): SparseCategoricalCrossentropy {
    return checkedLoss(config, new SparseCategoricalCrossentropy(crossentropyOptionsIn(config)));
  }

  emit(e: Emitter, operands: LossOperands, x: Value) {
    const sparse = this.targets === "classes";
    return emitCrossEntropy(e, operands, { sparse, smoothing: this.labelSmoothing }, x);
  }

  getConfig() {
    return { from_logits: this.fromLogits, label_smoothing: this.labelSmoothing };
  }
}

/** −Σ target · ln p, averaged over the batch; the targets are distributions, such as one-hot rows. */
export class CategoricalCrossentropy extends SparseCategoricalCrossentropy {
  override readonly className = "CategoricalCrossentropy";
  override readonly targets = "distributions";

  static override fromConfig(config: JsonObject): CategoricalCrossentropy {
    return checkedLoss(config, new CategoricalCrossentropy(crossentropyOptionsIn(config)));
  }
}
