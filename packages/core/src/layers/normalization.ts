import { booleanIn, optionsIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { shown } from "../base/rules.js";
import { formatShape, type Shape, sameShape, sizeOf } from "../base/shape.js";
import { type Initializer, Zeros } from "../initializers/index.js";
import type { OpNode } from "../ops/node.js";
import { normalizeAxes } from "../ops/normalize.js";
import { Weight } from "../ops/weight.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";
import { flattened, type NestedNumbers, nested } from "./nested-numbers.js";
import { trueOrFalse } from "./options.js";

export interface NormalizationOptions extends LayerOptions {
  /**
   * The axis or axes whose places have a mean and a variance each, the first axis of a sample being 1; null for one mean
   * and one variance of everything.
   *
   * @defaultValue `-1`, the channels
   */
  readonly axis?: number | readonly number[] | null;
  /**
   * One number for all, or one for each place of the axis, nested where there are several axes; together with `variance`.
   *
   * @defaultValue unknown until `adapt` has been called, or the weights have been set
   */
  readonly mean?: NestedNumbers;
  /**
   * As `mean`.
   *
   * @defaultValue unknown until `adapt` has been called, or the weights have been set
   */
  readonly variance?: NestedNumbers;
  /**
   * Whether the layer goes back, from normalized values to those of the input.
   *
   * @defaultValue `false`
   */
  readonly invert?: boolean;
}

/** The smallest deviation that is divided by: Keras's epsilon. */
const EPSILON = 1e-7;

interface Statistics {
  /** How mean and variance are nested. */
  readonly shape: Shape;
  readonly mean: readonly number[];
  readonly variance: readonly number[];
}

/**
 * output = (input − mean) / √variance, with statistics from the options, or that `adapt` computes from samples; with
 * `invert`, output = input · √variance + mean.
 *
 * Weights: mean and variance, of the sizes of `axis`, and count, which Keras has and nobody reads; none where the
 * statistics are in the options or were adapted. Until they are set, the model refuses to compute.
 *
 * Input shape: any, `[batch, …]`.
 *
 * Output shape: the same.
 *
 * @example
 * const normalization = new Normalization();
 * normalization.adapt(train);
 * const model = new Sequential([new Input([28, 28, 1]), normalization, …]);
 */
export class Normalization extends Layer {
  readonly className = "Normalization";
  readonly axis: readonly number[] | null;
  readonly invert: boolean;
  private statistics: Statistics | undefined;

  /** @throws HeddleError for a mean without a variance of the same length, and later for an axis that the input lacks */
  constructor(options: NormalizationOptions = {}) {
    super(options);
    const { axis = -1, mean, variance } = options;
    this.axis = axis === null ? null : this.axesOf(axis);
    this.invert = trueOrFalse(this.who, "invert", options.invert, false);
    if (mean !== undefined || variance !== undefined) this.setStatistics(mean, variance);
  }

  static fromConfig(config: JsonObject): Normalization {
    return checkedLayer(
      config,
      new Normalization({
        ...layerOptions(config),
        ...optionsIn(config, ...["mean", "variance"].filter((name) => config[name] !== null)),
        invert: booleanIn(config, "invert", false),
        // Keras writes an empty list for null.
        ...(JSON.stringify(config["axis"]) === "[]" ? { axis: null } : optionsIn(config, "axis")),
      }),
    );
  }

  private axesOf(value: unknown): readonly number[] {
    const axes: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (axes.length > 0 && axes.every((axis) => Number.isSafeInteger(axis) && axis !== 0)) {
      return axes as readonly number[];
    }
    throw new HeddleError({
      who: this.who,
      expected: "axis to be a whole number other than 0, the batch, a list of them, or null",
      received: shown(value),
      next: "Correct axis, or omit it.",
    });
  }

  private setStatistics(mean: NestedNumbers | undefined, variance: NestedNumbers | undefined) {
    const [means, variances] = [flattened(mean), flattened(variance)];
    const axes = this.axis?.length ?? 0;
    const fits = means && variances && means.shape.length <= axes && sameShape(means.shape, variances.shape);
    const numbers = fits ? [...means.values, ...variances.values] : [];
    if (fits && numbers.every((value) => Number.isFinite(value)) && variances.values.every((v) => v >= 0)) {
      this.statistics = { shape: means.shape, mean: means.values, variance: variances.values };
      return;
    }
    throw new HeddleError({
      who: this.who,
      expected: `mean and variance to be numbers${axes > 0 ? ", or lists of the same length" : ""}, the variance not below 0`,
      received: `mean ${shown(mean)} and variance ${shown(variance)}`,
      next: "Pass both, or neither and call adapt.",
    });
  }

  /** The mean, row-major, of one element or of one for each place of the axes; undefined if it is a weight. */
  get mean(): readonly number[] | undefined {
    return this.statistics?.mean;
  }

  /** The variance, as `mean`. */
  get variance(): readonly number[] | undefined {
    return this.statistics?.variance;
  }

  /**
   * Computes mean and variance from samples, summed in 64 bits. They become part of the layer's configuration.
   *
   * @param samples `images` holds samples of `shape`, one after the other
   * @throws HeddleError when a model has the layer already, or there are no samples
   */
  adapt(samples: { readonly images: ArrayLike<number>; readonly shape: Shape }): void {
    const { images, shape } = samples;
    if (this.built) {
      throw new HeddleError({
        who: this.who,
        expected: "adapt before a model has the layer",
        received: "a call after that",
        next: "Adapt the layer first, then create the model.",
      });
    }
    const values = sizeOf(shape);
    if (images.length === 0 || images.length % values !== 0) {
      throw new HeddleError({
        who: this.who,
        expected: `samples of [${shape.join(", ")}]`,
        received: `${images.length} numbers`,
        next: "Pass the images and the shape of one.",
      });
    }
    const kept = this.keptAxes(shape);
    const keptShape = kept.map((axis) => shape[axis]!);
    const placeOf = places(shape, kept);
    const count = sizeOf(keptShape);
    const rows = images.length / count;
    const mean = new Array<number>(count).fill(0);
    for (let i = 0; i < images.length; i++) mean[placeOf[i % values]!]! += images[i]!;
    for (let place = 0; place < count; place++) mean[place]! /= rows;
    const variance = new Array<number>(count).fill(0);
    for (let i = 0; i < images.length; i++) {
      const place = placeOf[i % values]!;
      const away = images[i]! - mean[place]!;
      variance[place]! += away * away;
    }
    // Of a single place, a number serves images of any size.
    const nesting = count === 1 ? [] : keptShape;
    this.setStatistics(
      nested(mean, nesting),
      nested(
        variance.map((sum) => sum / rows),
        nesting,
      ),
    );
  }

  override outputShape(input: Shape): Shape {
    this.fitted(input);
    return input;
  }

  /** The axes of a sample that have statistics of their own, in order. */
  private keptAxes(input: Shape): readonly number[] {
    const axes = (this.axis ?? []).map((axis) => (axis < 0 ? input.length + axis : axis - 1));
    const exist = axes.every((axis) => axis >= 0 && axis < input.length);
    if (exist && new Set(axes).size === axes.length) return axes.sort((a, b) => a - b);
    throw new HeddleError({
      who: this.who,
      expected: `axis to name different axes of ${formatShape(input)}, 1 to ${input.length} or -1 to -${input.length}`,
      received: shown(this.axis),
      next: "Correct axis, or omit it for the channels.",
    });
  }

  /** Where the statistics lie along an input's axes; checks both. */
  private fitted(input: Shape) {
    const kept = this.keptAxes(input);
    const keptShape = kept.map((axis) => input[axis]!);
    const { shape } = this.statistics ?? { shape: keptShape };
    const missing = keptShape.length - shape.length;
    if (!shape.every((size, index) => size === 1 || size === keptShape[missing + index])) {
      throw new HeddleError({
        who: this.who,
        expected: `mean and variance of [${keptShape.join(", ")}], the sizes of ${formatShape(input)} along axis`,
        received: `[${shape.join(", ")}]`,
        next: "Pass as many means and variances, or adapt to samples of this shape.",
      });
    }
    const repeats = (index: number) => index < missing || shape[index - missing] === 1;
    const own = kept.filter((_, index) => !repeats(index) || keptShape[index] === 1);
    const axes = normalizeAxes(input, own);
    if (axes) return { ...axes, keptShape };
    throw new HeddleError({
      who: this.who,
      expected: "axis to name neighbouring axes, or an input of at most three axes after the batch",
      received: `${shown(this.axis)} for ${formatShape(input)}`,
      next: "Reshape the input first.",
    });
  }

  protected override createWeights(input: Shape): void {
    if (this.statistics) return;
    const { keptShape } = this.fitted(input);
    const initializer = new NoStatistics(this.who);
    this.addWeight("mean", keptShape, { initializer, trained: false });
    this.addWeight("variance", keptShape, { initializer, trained: false });
    this.addWeight("count", [], { initializer: new Zeros(), trained: false });
  }

  override lower(input: Shape): OpNode[] {
    const { axes, statisticsAxes } = this.fitted(input);
    const constant = (name: string, values: readonly number[]) =>
      new Weight({
        name: `${this.name}/${name}`,
        shape: [values.length],
        initial: () => Float32Array.from(values),
        isTrainable: () => false,
      });
    const [mean, variance] = this.statistics
      ? [constant("mean", this.statistics.mean), constant("variance", this.statistics.variance)]
      : this.weights;
    const options = { axes, statisticsAxes, epsilon: EPSILON, invert: this.invert };
    return [{ op: "normalize", owner: this.name, mean: mean!, variance: variance!, ...options }];
  }

  override getConfig(): JsonObject {
    const { axis, invert, statistics } = this;
    const written = (values: readonly number[]) => nested(values, statistics!.shape);
    return {
      ...super.getConfig(),
      axis: axis ?? [],
      invert,
      mean: statistics ? written(statistics.mean) : null,
      variance: statistics ? written(statistics.variance) : null,
    };
  }
}

/** Statistics that nobody has set have no first numbers: zeros and ones would pass every input on in silence. */
class NoStatistics implements Initializer {
  readonly className = "NoStatistics";

  constructor(private readonly who: string) {}

  initialize(): never {
    throw new HeddleError({
      who: this.who,
      expected: "mean and variance, from its options, from adapt or from the model's weights",
      received: "none",
      next: "Load the model with its weights, or call adapt before you create it.",
    });
  }

  getConfig(): JsonObject {
    return {};
  }
}

/** For each value of a sample, its place among the statistics. */
function places(shape: Shape, kept: readonly number[]): Int32Array {
  return Int32Array.from({ length: sizeOf(shape) }, (_, index) => {
    let [place, step, rest] = [0, 1, index];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis]!;
      if (kept.includes(axis)) {
        place += (rest % size) * step;
        step *= size;
      }
      rest = Math.floor(rest / size);
    }
    return place;
  });
}
