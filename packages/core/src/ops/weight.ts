import { type Shape, sizeOf } from "../base/shape.js";
import type { Slice } from "../engine/program-builder.js";
import type { KernelCall } from "./emitter.js";

/** Penalties on a weight's size, added to the loss: l1 · Σ|w| + l2 · Σw². */
interface Penalty {
  readonly l1: number;
  readonly l2: number;
}

/** A condition that a weight must meet after each update. */
export interface Projection {
  /** The kernel call that changes a weight so that it meets the constraint. */
  project(w: Slice, shape: Shape): KernelCall;
}

/** What a weight is made from. */
interface WeightOptions {
  /** `layer/kernel`; unique within a model. */
  readonly name: string;
  readonly shape: Shape;
  /**
   * Gives the first numbers. Called when they are first needed: a model checks the sizes of all weights before, and one that
   * is loaded never needs them.
   */
  readonly initial: () => Float32Array<ArrayBuffer>;
  /** Whether training changes the weight now; always by default. */
  readonly isTrainable?: () => boolean;
  readonly penalty?: Penalty | undefined;
  readonly constraint?: Projection | undefined;
}

/**
 * An array of a layer that training changes, or that belongs to it, such as a moving average. Between runs its numbers
 * are here; during a run the engine works on a copy, which is written again only after a change.
 */
export class Weight {
  readonly name: string;
  readonly shape: Shape;
  readonly penalty: Penalty | undefined;
  readonly constraint: Projection | undefined;
  readonly #options: WeightOptions;
  #numbers: Float32Array<ArrayBuffer> | undefined;
  #changes = 0;
  #handedOut = false;

  constructor(options: WeightOptions) {
    this.#options = options;
    this.name = options.name;
    this.shape = options.shape;
    this.penalty = options.penalty;
    this.constraint = options.constraint;
  }

  /** False while its layer is frozen, and for what no gradient changes. A session goes by its value when it opened. */
  get trainable(): boolean {
    return this.#options.isTrainable?.() ?? true;
  }

  /**
   * The numbers themselves, not a copy, row-major. Whoever holds the array may change it at any time, so a weight that
   * was asked for it is copied to the engine before every run from then on. `read` and `assign` cost no such copies.
   */
  get values(): Float32Array<ArrayBuffer> {
    this.#handedOut = true;
    return this.read();
  }

  /** The numbers themselves, to be looked at and neither changed nor kept. */
  read(): Float32Array<ArrayBuffer> {
    this.#numbers ??= this.#options.initial();
    return this.#numbers;
  }

  /** The numbers, or undefined where nobody has needed or set them. */
  get current(): Float32Array<ArrayBuffer> | undefined {
    return this.#numbers;
  }

  /** Makes the next reader draw the first numbers again. */
  forget(): void {
    this.#numbers = undefined;
    this.#changes++;
  }

  /** Sets all numbers. */
  assign(values: ArrayLike<number>): void {
    this.#numbers ??= new Float32Array(sizeOf(this.shape));
    this.#numbers.set(values);
    this.#changes++;
  }

  /** A number that differs after every change; undefined once anybody may change the numbers without notice. */
  get version(): number | undefined {
    return this.#handedOut ? undefined : this.#changes;
  }
}
