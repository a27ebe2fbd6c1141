import { HeddleError } from "../base/errors.js";
import { formatBytes } from "../base/format.js";
import type { JsonObject } from "../base/json.js";
import { camelCased, checkKnownOptions, optionsObject } from "../base/known-options.js";
import { MAXIMUM_MEMORY_BYTES } from "../base/limits.js";
import { Random } from "../base/random.js";
import { serialize } from "../base/registry.js";
import { shown } from "../base/rules.js";
import { formatShape, type Shape, sameShape, sizeOf } from "../base/shape.js";
import type { AnyNode } from "../ops/node.js";
import { Weight } from "../ops/weight.js";
import type { Regularizer, RegularizerName } from "../regularizers/index.js";
import { trueOrFalse } from "./options.js";
import { regularizerOf, type WeightRules } from "./weight-rules.js";
import { assignWeights, copyWeights, type WeightValues } from "./weight-values.js";

/** Options that every layer takes. */
export interface LayerOptions {
  /**
   * Unique within the model.
   *
   * @defaultValue made from the class: `conv2d`, `conv2d_1`
   */
  readonly name?: string;
  /**
   * Whether training changes the layer's weights.
   *
   * @defaultValue `true`
   */
  readonly trainable?: boolean;
  /**
   * Penalty on the layer's output, after its activation. Summed over a sample, averaged over the batch, and part of
   * `loss` in training and evaluation.
   *
   * @defaultValue none
   */
  readonly activityRegularizer?: Regularizer | RegularizerName;
}

/** A value within a model under construction: what `input` and `layer.apply` return. Holds no numbers. */
export class Tensor {
  constructor(
    /** Sizes of one sample. */
    readonly shape: Shape,
    /** The layer that produces it, and from what; absent for a model's input. */
    readonly source?: { readonly layer: Layer; readonly inputs: readonly Tensor[] },
  ) {}
}

/** What a model tells a layer when it builds it. */
export interface BuildContext {
  readonly name: string;
  readonly seed: number;
  /** The layer's place in the model, from 0. */
  readonly position: number;
  /** How many weights the model has so far: each draws its initial values from its own stream. */
  readonly weightsBefore: number;
}

/** How a weight of a layer starts and what happens to it. */
export interface LayerWeightOptions extends Pick<WeightRules, "initializer"> {
  /** Penalty on its size, added to the loss. */
  readonly regularizer?: WeightRules["regularizer"];
  /** Constraint that each update applies to it. */
  readonly constraint?: WeightRules["constraint"];
  /**
   * False for a weight that no gradient changes, such as a moving average.
   *
   * @defaultValue `true`
   */
  readonly trained?: boolean;
}

/**
 * A layer of a model. A subclass says what shape its output has (`outputShape`), which weights it needs
 * (`createWeights`), which ops it consists of (`lower`), and how it is written (`getConfig`) and read (a static
 * `fromConfig`). An instance belongs to one model, in which it may be used several times: its weights are then shared.
 *
 * A class with a `fromConfig` of its own promises that its configuration names all of its options: any other option is
 * refused as a mistake.
 */
export abstract class Layer {
  /** Keras's name of the class. */
  abstract readonly className: string;
  /** The weights, in Keras's order; empty until the model is built. */
  readonly weights: Weight[] = [];
  /**
   * False for a frozen layer: its weights get no gradient and no update. May be changed between calls; the next `fit`
   * respects it, with fresh optimizer state.
   */
  trainable: boolean;
  /** Penalty on the layer's output. */
  readonly activityRegularizer: Regularizer | undefined;
  /** What the constructor takes before its options. */
  protected readonly positional: readonly string[] = [];
  private ownName: string | undefined;
  private context: BuildContext | undefined;
  /** Raw options; the parsed values exist only after the subclass's constructor. */
  readonly #options: LayerOptions;

  constructor(options: LayerOptions = {}) {
    this.#options = optionsObject(new.target.name, options, ["name"]);
    checkName(new.target.name, options.name);
    this.ownName = options.name;
    this.trainable = trueOrFalse(this.who, "trainable", options.trainable, true);
    this.activityRegularizer = regularizerOf(this.who, "activityRegularizer", options.activityRegularizer);
  }

  get name(): string {
    return this.ownName ?? this.className;
  }

  /** True when the user chose the name. */
  get named(): boolean {
    return this.ownName !== undefined;
  }

  /** The layer in error messages: `Dense "head"`. */
  get who(): string {
    // A subclass's fields do not exist yet while a constructor of its base class runs.
    const className = this.className ?? this.constructor.name;
    return this.ownName === undefined ? className : `${className} "${this.ownName}"`;
  }

  /** The layer's place in the model that it was built for, from 0. */
  protected get position(): number {
    return this.context?.position ?? 0;
  }

  /** True once a model has the layer. */
  protected get built(): boolean {
    return this.context !== undefined;
  }

  /** Checks the shapes of the inputs and returns the output's, all without the batch. */
  abstract outputShape(...inputs: readonly Shape[]): Shape;

  /**
   * Creates the weights; called once, after `outputShape` has accepted the inputs, with the shape of the first and the shapes
   * of all.
   */
  protected createWeights(_input: Shape, _inputs: readonly Shape[]): void {}

  /**
   * The ops that the layer consists of, each applied to the value of the one before it.
   *
   * @param input the shape of the input, or of the first of several
   */
  abstract lower(input: Shape): readonly AnyNode[];

  /**
   * Places the layer after a value, for models that are not a plain chain.
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
    return new Tensor(this.shapeFor(list.map(({ shape }) => shape)), { layer: this, inputs: list });
  }

  /** The options under Keras's names, as its JSON has them. */
  getConfig(): JsonObject {
    const { name, trainable, activityRegularizer: activity } = this;
    return { name, trainable, ...(activity && { activity_regularizer: serialize(activity) }) };
  }

  /** @throws HeddleError for an option that the layer's configuration does not have */
  checkOptions(): void {
    // What a subclass without a fromConfig of its own does with its options is its own business.
    if (!Object.hasOwn(this.constructor, "fromConfig")) return;
    const { who, positional } = this;
    const isPositional = (name: string) => positional.includes(camelCased(name));
    const misplaced = Object.keys(this.#options).find(isPositional);
    if (misplaced !== undefined) {
      throw new HeddleError({
        who,
        expected: `${camelCased(misplaced)} by position`,
        received: `the option ${JSON.stringify(misplaced)}`,
        next: `Write new ${this.className}(${positional.join(", ")}, { … }).`,
      });
    }
    const config = Object.keys({ trainable: true, activity_regularizer: null, ...this.getConfig() });
    checkKnownOptions(who, this.#options, config.filter((name) => !isPositional(name)).map(camelCased));
  }

  /** Copies of the weights, in Keras's order. */
  getWeights(): WeightValues[] {
    return copyWeights(this.weights);
  }

  /**
   * Sets all weights, in the order of `getWeights`; changes none unless all fit.
   *
   * @throws HeddleError when their number, a shape or a length differs
   */
  setWeights(values: readonly WeightValues[]): void {
    assignWeights(this.who, this.weights, values);
  }

  /** Fixes name and weights; called by the model. Returns the output shape. */
  build(inputs: readonly Shape[], context: BuildContext): Shape {
    if (this.context) {
      throw new HeddleError({
        who: this.who,
        expected: "a layer that no model has yet",
        received: "one that is in use",
        next: "Create a new layer for each model.",
      });
    }
    this.context = context;
    this.ownName = context.name;
    const output = this.shapeFor(inputs);
    this.createWeights(inputs[0]!, inputs);
    return output;
  }

  /**
   * The output shape of a further call of a built layer, which shares its weights.
   *
   * @throws HeddleError when the weights do not fit the input
   */
  reuse(inputs: readonly Shape[]): Shape {
    const output = this.shapeFor(inputs);
    const { weights } = this;
    // What the layer would create for this input: nothing is drawn, and the layer stays as it is.
    const other: this = Object.create(this, { weights: { value: [] } });
    other.createWeights(inputs[0]!, inputs);
    weights.forEach(({ name, shape }, index) => {
      const needed = other.weights[index]!.shape;
      if (sameShape(shape, needed)) return;
      throw new HeddleError({
        who: this.who,
        expected: `inputs for one set of weights, whose ${name.slice(this.name.length + 1)} is [${shape.join(", ")}]`,
        received: `another input ${formatShape(inputs[0]!)}, which needs [${needed.join(", ")}]`,
        next: "Use the layer for inputs with equal channels, or create another layer.",
      });
    });
    return output;
  }

  /** `outputShape` of a list of inputs: of one, except for layers that merge. A file may list more than fit a call. */
  protected shapeFor(inputs: readonly Shape[]): Shape {
    const [input, ...others] = inputs;
    if (input && others.length === 0) return this.outputShape(input);
    throw new HeddleError({
      who: this.who,
      expected: "one input",
      received: String(inputs.length),
      next: "Merge them first, with Add, Multiply or Concatenate.",
    });
  }

  /** Adds a weight; for `createWeights`. */
  protected addWeight(name: string, shape: Shape, options: LayerWeightOptions): Weight {
    const { initializer, regularizer, constraint, trained = true } = options;
    constraint?.check(this.who, shape);
    const bytes = 4 * sizeOf(shape);
    if (!(bytes <= MAXIMUM_MEMORY_BYTES)) {
      throw new HeddleError({
        who: this.who,
        expected: `weights within ${formatBytes(MAXIMUM_MEMORY_BYTES)}`,
        received: `a ${name} [${shape.join(", ")}] of ${formatBytes(bytes)}`,
        next: "Use fewer filters or units, or pool before it.",
      });
    }
    initializer.check?.(shape);
    const { seed, weightsBefore } = this.context!;
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
    received: shown(name),
    next: "Choose another name, or omit it.",
  });
}
