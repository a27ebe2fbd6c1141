import { HeddleError } from "../base/errors.js";
import { formatBytes } from "../base/format.js";
import type { JsonObject } from "../base/json.js";
import { camelCased, checkKnownOptions, optionsObject } from "../base/known-options.js";
import { Random } from "../base/random.js";
import { serialize } from "../base/registry.js";
import { type Shape, sizeOf } from "../base/shape.js";
import type { Constraint } from "../constraints/index.js";
import { MAXIMUM_PAGES } from "../engine/kernel-table.js";
import type { Initializer } from "../initializers/index.js";
import type { AnyNode } from "../ops/node.js";
import { Weight } from "../ops/weight.js";
import type { Regularizer } from "../regularizers/index.js";
import { regularizerOf } from "./options.js";
import { assignWeights, copyWeights, type WeightValues } from "./weight-values.js";

/** Options that every layer takes. */
export interface LayerOptions {
  /** Unique within the model; made from the class by default: `conv2d`, `conv2d_1`. */
  readonly name?: string;
  /** Whether training changes the layer's weights; true by default. */
  readonly trainable?: boolean;
  /**
   * Penalty on what the layer gives, behind its activation; none by default. Summed over a sample, averaged over the
   * batch, and part of `loss` in training and evaluation.
   */
  readonly activityRegularizer?: Regularizer | string;
}

/** A value within a model under construction: what `input` and `layer.apply` give. Holds no numbers. */
export class Tensor {
  constructor(
    /** Sizes of one sample. */
    readonly shape: Shape,
    /** The layer that gives it, and on what; absent for a model's input. */
    readonly source?: { readonly layer: Layer; readonly inputs: readonly Tensor[] },
  ) {}
}

/** What a model gives a layer when it builds it. */
export interface BuildContext {
  readonly name: string;
  readonly seed: number;
  /** Where the layer stands in the model, from 0. */
  readonly position: number;
  /** How many weights the model has so far: each draws its first values from its own stream. */
  readonly weightsBefore: number;
}

/**
 * A layer of a model. A subclass says what shape it gives (`outputShape`), which weights it has (`createWeights`),
 * and which ops it comes to (`lower`). One instance belongs to one place of one model.
 */
export abstract class Layer {
  /** Keras's name of the class. */
  abstract readonly className: string;
  /** The weights, in Keras's order; empty until the model is built. */
  readonly weights: Weight[] = [];
  /**
   * False for a frozen layer: its weights get no gradient and no update. May be set at any time between calls; the next
   * `fit` goes by it, with the optimizer's state anew.
   */
  trainable: boolean;
  /** What the constructor takes before its options. */
  protected readonly positional: readonly string[] = [];
  /** Penalty on what the layer gives. */
  readonly activityRegularizer: Regularizer | undefined;
  private givenName: string | undefined;
  private context: BuildContext | undefined;
  /** As given: what a subclass made of them is known when it has been constructed. */
  readonly #given: LayerOptions;

  constructor(options: LayerOptions = {}) {
    this.#given = optionsObject(new.target.name, options, ["name"]);
    this.givenName = options.name;
    this.trainable = options.trainable ?? true;
    // The class's own name is there only when this constructor has ended.
    checkName(new.target.name, options.name);
    const who = options.name === undefined ? new.target.name : `${new.target.name} "${options.name}"`;
    this.activityRegularizer = regularizerOf(who, options.activityRegularizer);
  }

  get name(): string {
    return this.givenName ?? this.className;
  }

  /** True when the user chose the name. */
  get named(): boolean {
    return this.givenName !== undefined;
  }

  /** Who complains in messages: `Dense "head"`. */
  get who(): string {
    return this.givenName === undefined ? this.className : `${this.className} "${this.givenName}"`;
  }

  /** Checks the input and gives the output's shape, both without the batch. */
  abstract outputShape(input: Shape): Shape;

  /** Makes the weights for an input; called once, after `outputShape` has accepted it. */
  protected createWeights(_input: Shape): void {}

  /** The ops that the layer comes to, each on the value of the one before it. */
  abstract lower(input: Shape): readonly AnyNode[];

  /**
   * Places the layer behind a value, for models that are no plain chain.
   *
   * @param inputs one value, or several for a layer that merges
   * @throws HeddleError when the layer does not take inputs of these shapes
   *
   * @example
   * const x = input([28, 28, 1]);
   * new Conv2D(16, 3).apply(x).shape; // [26, 26, 16]
   */
  apply(inputs: Tensor | readonly Tensor[]): Tensor {
    const list = inputs instanceof Tensor ? [inputs] : inputs;
    return new Tensor(this.outputShapeOf(list.map(({ shape }) => shape)), { layer: this, inputs: list });
  }

  /** The output's shape for all inputs: one, but for layers that merge. */
  outputShapeOf(inputs: readonly Shape[]): Shape {
    return this.outputShape(this.only(inputs));
  }

  /** The options under Keras's names, as its JSON has them. */
  getConfig(): JsonObject {
    const { name, trainable, activityRegularizer: activity } = this;
    return { name, trainable, ...(activity && { activity_regularizer: serialize(activity) }) };
  }

  /** @throws HeddleError for an option that the layer's configuration does not have */
  checkOptions(): void {
    const { who, positional } = this;
    const isPositional = (name: string) => positional.includes(camelCased(name));
    const misplaced = Object.keys(this.#given).find(isPositional);
    if (misplaced !== undefined) {
      throw new HeddleError({
        who,
        expected: `${camelCased(misplaced)} by position`,
        received: `the option ${JSON.stringify(misplaced)}`,
        next: `Write new ${this.className}(${positional.join(", ")}, { … }).`,
      });
    }
    const config = Object.keys({ trainable: true, activity_regularizer: null, ...this.getConfig() });
    checkKnownOptions(who, this.#given, config.filter((name) => !isPositional(name)).map(camelCased));
  }

  /** Copies of the weights, in Keras's order. */
  getWeights(): WeightValues[] {
    return copyWeights(this.weights);
  }

  /**
   * Sets all weights, in the order of `getWeights`; changes none unless all fit.
   *
   * @throws HeddleError when their number, a shape or a length is another
   */
  setWeights(values: readonly WeightValues[]): void {
    assignWeights(this.who, this.weights, values);
  }

  /** Fixes name and weights; called by the model. Returns the output shape. */
  buildOn(inputs: readonly Shape[], context: BuildContext): Shape {
    return this.build(this.only(inputs), context);
  }

  build(input: Shape, context: BuildContext): Shape {
    this.place(context);
    const output = this.outputShape(input);
    this.createWeights(input);
    return output;
  }

  /** Takes the place in a model that the layer keeps. */
  protected place(context: BuildContext): void {
    if (this.context) {
      throw new HeddleError({
        who: this.who,
        expected: "a layer that no model has yet",
        received: "one that is in use",
        next: "Create a new layer for each place.",
      });
    }
    this.context = context;
    this.givenName = context.name;
  }

  private only(inputs: readonly Shape[]): Shape {
    const [input, ...others] = inputs;
    if (input && others.length === 0) return input;
    throw new HeddleError({
      who: this.who,
      expected: "one input",
      received: `${inputs.length}`,
      next: "Merge them first, with Add, Multiply or Concatenate.",
    });
  }

  /**
   * @param trained false for a weight that no gradient changes, such as a moving average
   * @param constraint what it is held to after each update
   */
  protected addWeight(
    name: string,
    shape: Shape,
    initializer: Initializer,
    regularizer: Regularizer | undefined,
    trained = true,
    constraint?: Constraint | undefined,
  ): Weight {
    constraint?.check(this.who, shape);
    const { seed, weightsBefore } = this.context!;
    const bytes = 4 * sizeOf(shape);
    if (!(bytes <= MAXIMUM_PAGES * 65536)) {
      throw new HeddleError({
        who: this.who,
        expected: `weights within ${formatBytes(MAXIMUM_PAGES * 65536)}`,
        received: `a ${name} [${shape.join(", ")}] of ${formatBytes(bytes)}`,
        next: "Take fewer filters or units, or pool before it.",
      });
    }
    const random = new Random(seed, "initializer", weightsBefore + this.weights.length);
    const weight = new Weight({
      name: `${this.name}/${name}`,
      shape,
      initial: () => initializer.initialize(shape, random),
      isTrainable: () => trained && this.trainable,
      penalty: regularizer && { l1: regularizer.l1, l2: regularizer.l2 },
      constraint,
    });
    this.weights.push(weight);
    return weight;
  }
}

/** Names are parts of the weights' names, `layer/kernel`. */
function checkName(who: string, name: unknown): void {
  if (name === undefined || (typeof name === "string" && name !== "" && !name.includes("/"))) return;
  throw new HeddleError({
    who,
    expected: "name to be a text without a slash",
    received: JSON.stringify(name),
    next: "Give another name, or none.",
  });
}
