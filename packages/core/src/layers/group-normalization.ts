import { numberIn, optionsIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { shown } from "../base/rules.js";
import { formatShape, type Shape, sizeOf } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { AffineLayer, type AffineLayerOptions, affineOptionsIn } from "./affine-layer.js";
import { axisOf, checkLastAxis } from "./axis.js";
import { checkedLayer } from "./ignored-keys.js";
import { withDefault } from "./options.js";

export interface GroupNormalizationOptions extends AffineLayerOptions {
  /**
   * How many groups of adjacent channels there are; −1 for each channel by itself (instance normalization).
   *
   * @defaultValue `32`
   */
  readonly groups?: number;
  /**
   * The axis of the channels, counted as Keras counts: the last one.
   *
   * @defaultValue `-1`
   */
  readonly axis?: number | readonly [number];
}

/**
 * output = (input − mean) / √(variance + epsilon) · gamma + beta, with mean and variance over all places and the channels of
 * a group, in each sample: the other samples make no difference, so that small batches are as good as large ones.
 *
 * Weights: gamma and beta, `[C]`.
 *
 * Input shape: any, `[batch, …, C]`, C a multiple of `groups`.
 *
 * Output shape: the same.
 *
 * Wu and He, "Group Normalization" (ECCV 2018).
 *
 * @example
 * new GroupNormalization({ groups: 8 }).outputShape([14, 14, 64]); // [14, 14, 64]
 */
export class GroupNormalization extends AffineLayer {
  readonly className = "GroupNormalization";
  readonly groups: number;
  private readonly axis: number;

  /** @throws HeddleError for other groups, an epsilon below 0 and unknown names, and later for another axis */
  constructor(options: GroupNormalizationOptions = {}) {
    super(options);
    this.axis = axisOf(this.who, withDefault(options.axis, -1));
    this.groups = withDefault(options.groups, 32);
    if (this.groups === -1 || (Number.isSafeInteger(this.groups) && this.groups > 0)) return;
    throw new HeddleError({
      who: this.who,
      expected: "groups to be a whole number above 0, or -1 for each channel by itself",
      received: shown(options.groups),
      next: "Correct groups, or omit it.",
    });
  }

  static fromConfig(config: JsonObject): GroupNormalization {
    return checkedLayer(
      config,
      new GroupNormalization({
        ...affineOptionsIn("GroupNormalization", config),
        ...optionsIn(config, "axis"),
        groups: numberIn(config, "groups", 32),
      }),
    );
  }

  override outputShape(input: Shape): Shape {
    checkLastAxis(this.who, this.axis, input);
    if (input.at(-1)! % this.groupsOf(input) === 0) return input;
    throw new HeddleError({
      who: this.who,
      expected: `a multiple of ${this.groups} channels, one for each of the groups`,
      received: formatShape(input),
      next: "Correct groups.",
    });
  }

  protected override createWeights(input: Shape): void {
    this.addAffineWeights([input.at(-1)!]);
  }

  /** The groups lie in turns at each place: they are moved next to each other, each normalized as a row, and moved back. */
  override lower(input: Shape): OpNode[] {
    const { name: owner, epsilon } = this;
    const { gamma, beta } = this.affine;
    const [channels, groups] = [input.at(-1)!, this.groupsOf(input)];
    const [places, size] = [sizeOf(input) / channels, channels / groups];
    const rows = { op: "layerNormalization", owner, gamma: undefined, beta: undefined, epsilon } as const;
    const normalized: OpNode = { ...rows, length: places * size };
    const exchanged: OpNode = { op: "permute", owner, axes: [1, 0, 2] };
    const apart: OpNode = { op: "reshape", owner, shape: [places, groups, size] };
    const together: OpNode = { op: "reshape", owner, shape: input };
    const isInOrder = groups === 1 || places === 1;
    return [
      ...(isInOrder ? [normalized] : [apart, exchanged, normalized, exchanged, together]),
      ...(gamma || beta ? [{ op: "channelScale", owner, gamma, beta } as const] : []),
    ];
  }

  private groupsOf(input: Shape): number {
    return this.groups === -1 ? input.at(-1)! : this.groups;
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), groups: this.groups, axis: -1 };
  }
}
