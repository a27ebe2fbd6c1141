import { numberIn, numbersIn } from "../base/config.js";
import { checkerOf } from "../base/ignored-keys.js";
import type { JsonObject } from "../base/json.js";
import { checkOptionsOf } from "../base/known-options.js";
import { atLeast } from "../base/rules.js";

/** A penalty on the size of a weight: every regularizer is a pair of factors. */
export interface Regularizer {
  /** Keras's name of the class. */
  readonly className: string;
  /** The loss grows by l1 · Σ|w|. */
  readonly l1: number;
  /** The loss grows by l2 · Σw². */
  readonly l2: number;
  getConfig(): { readonly [name: string]: number };
}

const checkedRegularizer = checkerOf("regularizer");

/**
 * Penalises a weight's size: l1 · Σ|w| + l2 · Σw². `L1` and `L2` are its special cases.
 *
 * @example
 * new Conv2D(16, 3, { kernelRegularizer: new L1L2({ l1: 1e-5, l2: 1e-4 }) });
 */
export class L1L2 implements Regularizer {
  readonly className: string = "L1L2";
  readonly l1: number;
  readonly l2: number;

  /** @param options `l1` and `l2`, at least 0; both 0 by default */
  constructor(options: { readonly l1?: number; readonly l2?: number } = {}) {
    checkOptionsOf(new.target, [L1L2], options, { l1: atLeast(0), l2: atLeast(0) });
    this.l1 = options.l1 ?? 0;
    this.l2 = options.l2 ?? 0;
  }

  static fromConfig(config: JsonObject): L1L2 {
    return checkedRegularizer(config, new L1L2(numbersIn(config, "l1", "l2")));
  }

  getConfig(): { readonly [name: string]: number } {
    return { l1: this.l1, l2: this.l2 };
  }
}

/** Penalises l1 · Σ|w|, which drives weights to zero; 0.01 by default. */
export class L1 extends L1L2 {
  override readonly className = "L1";

  constructor(l1 = 0.01) {
    super({ l1 });
  }

  static override fromConfig(config: JsonObject): L1 {
    return checkedRegularizer(config, new L1(numberIn(config, "l1", 0.01)));
  }

  override getConfig() {
    return { l1: this.l1 };
  }
}

/** Penalises l2 · Σw²; 0.01 by default. */
export class L2 extends L1L2 {
  override readonly className = "L2";

  constructor(l2 = 0.01) {
    super({ l2 });
  }

  static override fromConfig(config: JsonObject): L2 {
    return checkedRegularizer(config, new L2(numberIn(config, "l2", 0.01)));
  }

  override getConfig() {
    return { l2: this.l2 };
  }
}
