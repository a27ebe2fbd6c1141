import { optionsIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { shown } from "../base/rules.js";
import { type Shape, sizeOf } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { Weight } from "../ops/weight.js";
import { axisOf, checkLastAxis } from "./axis.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";

export interface NormalizationOptions extends LayerOptions {
  /**
   * The last axis, counted as Keras counts, for statistics of each of its places; null for one mean and one variance of
   * everything.
   *
   * @defaultValue `-1`
   */
  readonly axis?: number | readonly [number] | null;
  /**
   * One number for all, or one for each place of the last axis; together with `variance`.
   *
   * @defaultValue unknown until `adapt` has been called
   */
  readonly mean?: number | readonly number[];
  /**
   * As `mean`.
   *
   * @defaultValue unknown until `adapt` has been called
   */
  readonly variance?: number | readonly number[];
}

/** The smallest deviation that is divided by: Keras's epsilon. */
const EPSILON = 1e-7;

/**
 * output = (input − mean) / √variance, with statistics from the options, or that `adapt` computes from samples.
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
  readonly axis: number | null;
  private statistics: { mean: readonly number[]; variance: readonly number[] } | undefined;

  /** @throws HeddleError for a mean without a variance of the same length, and later for another axis */
  constructor(options: NormalizationOptions = {}) {
    super(options);
    const { axis = -1, mean, variance } = options;
    this.axis = axis === null ? null : axisOf(this.who, axis);
    if (mean !== undefined || variance !== undefined) this.setStatistics(mean, variance);
  }

  static fromConfig(config: JsonObject): Normalization {
    return checkedLayer(
      config,
      new Normalization({
        ...layerOptions(config),
        ...optionsIn(config, ...["mean", "variance"].filter((name) => config[name] !== null)),
        // Keras writes an empty list for null.
        ...(JSON.stringify(config["axis"]) === "[]" ? { axis: null } : optionsIn(config, "axis")),
      }),
    );
  }

  private setStatistics(
    mean: number | readonly number[] | undefined,
    variance: number | readonly number[] | undefined,
  ) {
    // From a file they may be anything.
    const list = (value: typeof mean) =>
      typeof value === "number" ? [value] : Array.isArray(value) ? (value as readonly number[]) : [];
    const [means, variances] = [list(mean), list(variance)];
    const finite = [...means, ...variances].every((value) => Number.isFinite(value));
    const sizes =
      means.length > 0 && means.length === variances.length && (this.axis !== null || means.length === 1);
    if (!finite || !sizes || !variances.every((value) => value >= 0)) {
      throw new HeddleError({
        who: this.who,
        expected: `mean and variance to be numbers${this.axis !== null ? ", or lists of the same length" : ""}, the variance not below 0`,
        received: `mean ${shown(mean)} and variance ${shown(variance)}`,
        next: "Pass both, or neither and call adapt.",
      });
    }
    this.statistics = { mean: means, variance: variances };
  }

  /** The mean, of one element or one for each place of the last axis; undefined until it is known. */
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
    if (images.length === 0 || images.length % sizeOf(shape) !== 0) {
      throw new HeddleError({
        who: this.who,
        expected: `samples of [${shape.join(", ")}]`,
        received: `${images.length} numbers`,
        next: "Pass the images and the shape of one.",
      });
    }
    this.checkAxis(shape);
    const places = this.axis === null ? 1 : shape.at(-1)!;
    const rows = images.length / places;
    const mean = new Array<number>(places).fill(0);
    for (let i = 0; i < images.length; i++) mean[i % places]! += images[i]!;
    for (let place = 0; place < places; place++) mean[place]! /= rows;
    const variance = new Array<number>(places).fill(0);
    for (let i = 0; i < images.length; i++) {
      const away = images[i]! - mean[i % places]!;
      variance[i % places]! += away * away;
    }
    this.setStatistics(
      mean,
      variance.map((sum) => sum / rows),
    );
  }

  override outputShape(input: Shape): Shape {
    this.checkAxis(input);
    const { mean } = this;
    if (!mean || mean.length === 1 || mean.length === input.at(-1)) return input;
    throw new HeddleError({
      who: this.who,
      expected: `an input with ${mean.length} places on its last axis, as mean has`,
      received: `${input.at(-1)}`,
      next: "Pass as many means and variances, or adapt to samples of this shape.",
    });
  }

  private checkAxis(input: Shape): void {
    if (this.axis !== null) checkLastAxis(this.who, this.axis, input);
  }

  override lower(): OpNode[] {
    // Like Keras's layer, one that was not adapted passes everything on.
    const { mean, variance } = this.statistics ?? { mean: [0], variance: [1] };
    const deviation = variance.map((value) => Math.max(EPSILON, Math.sqrt(Math.fround(value))));
    const constant = (name: string, values: readonly number[]) =>
      new Weight({
        name: `${this.name}/${name}`,
        shape: [values.length],
        initial: () => Float32Array.from(values),
        isTrainable: () => false,
      });
    return [
      {
        op: "normalize",
        owner: this.name,
        mean: constant("mean", mean),
        deviation: constant("deviation", deviation),
      },
    ];
  }

  override getConfig(): JsonObject {
    return {
      ...super.getConfig(),
      axis: this.axis === null ? [] : [-1],
      invert: false,
      mean: this.configOf(this.mean),
      variance: this.configOf(this.variance),
    };
  }

  /** Keras accepts a list only where the axis is kept. */
  private configOf(values: readonly number[] | undefined) {
    if (!values) return null;
    return values.length === 1 ? values[0]! : values;
  }
}
