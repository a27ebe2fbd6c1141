import { booleanIn, numberIn, optionsIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { belowOne, checkValue, shown } from "../base/rules.js";
import { formatShape, type Shape, sizeOf, wholeNumber } from "../base/shape.js";
import { conv2dGeometry } from "../ops/conv2d-geometry.js";
import type { AnyNode } from "../ops/node.js";
import { layerOptions } from "./config.js";
import { POINT } from "./conv-window.js";
import { checkedLayer } from "./ignored-keys.js";
import { type BiasOptions, biasSettings, type KernelOptions, kernelRules } from "./kernel-options.js";
import { Layer, type LayerOptions } from "./layer.js";
import { withDefault } from "./options.js";
import { rulesConfig, rulesIn, type WeightRules } from "./weight-rules.js";

export interface MultiHeadAttentionOptions extends LayerOptions, Omit<KernelOptions, "activation"> {
  /**
   * Numbers of each head of a value.
   *
   * @defaultValue `keyDim`
   */
  readonly valueDim?: number | null;
  /**
   * Numbers of each token of the output.
   *
   * @defaultValue as many as the query's tokens have
   */
  readonly outputShape?: number | readonly [number] | null;
  /**
   * Share of the attention that is dropped in training, 0 ≤ dropout < 1.
   *
   * @defaultValue `0`
   */
  readonly dropout?: number;
  /**
   * The axes of the tokens, the first of a sample being 1: all of them but the last.
   *
   * @defaultValue `null`, which is the same
   */
  readonly attentionAxes?: readonly number[] | null;
}

/**
 * Each token of a query takes from all tokens of a value, in several heads: softmax(q · k / √keyDim) · v, with q, k and v
 * linear in the inputs, and a linear output. Applied to a list: `[query, value]`, or `[query, value, key]`; for
 * self-attention the same value twice.
 *
 * Weights: `query/kernel` `[I, numHeads, keyDim]`, `key/kernel` the same, `value/kernel` `[I, numHeads, valueDim]` and
 * `attention_output/kernel` `[numHeads, valueDim, O]`, each followed by its bias unless `useBias` is false.
 *
 * Input shape: `[batch, tokens, …]` each, value and key with the same tokens. Of more axes, all but the last are tokens.
 *
 * Output shape: the query's, its last size O.
 *
 * Vaswani et al., "Attention Is All You Need" (NeurIPS 2017).
 *
 * @example
 * const x = input([64, 128]);
 * new MultiHeadAttention(4, 32).apply([x, x]).shape; // [64, 128]
 */
export class MultiHeadAttention extends Layer {
  readonly className = "MultiHeadAttention";
  protected override readonly positional: readonly string[] = ["numHeads", "keyDim"];
  readonly valueDim: number;
  readonly dropout: number;
  private readonly units: number | undefined;
  private readonly useBias: boolean;
  private readonly kernel: WeightRules;
  private readonly bias: WeightRules;
  private axes: readonly number[] | null;
  /** The tokens of the value. */
  private keys = 1;

  /**
   * @param numHeads heads
   * @param keyDim numbers of each head of a query and of a key
   * @throws HeddleError for sizes below 1, other rates and unknown names
   */
  constructor(
    readonly numHeads: number,
    readonly keyDim: number,
    options: MultiHeadAttentionOptions = {},
  ) {
    super(options);
    const { who } = this;
    wholeNumber(who, "numHeads", numHeads);
    wholeNumber(who, "keyDim", keyDim);
    this.valueDim = wholeNumber(who, "valueDim", options.valueDim ?? keyDim);
    const units: unknown = options.outputShape ?? undefined;
    const unit: unknown = Array.isArray(units) && units.length === 1 ? units[0] : units;
    this.units = unit === undefined ? undefined : wholeNumber(who, "outputShape", unit);
    this.axes = withDefault(options.attentionAxes, null);
    if (this.axes !== null && !(Array.isArray(this.axes) && this.axes.every(Number.isInteger))) {
      throw this.axesFault("a list of whole numbers, or null");
    }
    this.dropout = checkValue(who, "dropout", withDefault(options.dropout, 0), belowOne);
    const { useBias, bias } = biasSettings(who, options as BiasOptions);
    this.useBias = useBias;
    this.bias = bias;
    this.kernel = kernelRules(who, options);
  }

  static fromConfig(config: JsonObject): MultiHeadAttention {
    const { value_dim: valueDim, output_shape: units } = config;
    return checkedLayer(
      config,
      new MultiHeadAttention(numberIn(config, "num_heads"), numberIn(config, "key_dim"), {
        ...layerOptions(config),
        ...rulesIn("MultiHeadAttention", config, "kernel", "bias"),
        ...optionsIn(config, "attention_axes"),
        ...(valueDim === undefined ? {} : { valueDim: valueDim as number | null }),
        ...(units === undefined ? {} : { outputShape: units as number | null }),
        dropout: numberIn(config, "dropout", 0),
        useBias: booleanIn(config, "use_bias", true),
      }),
    );
  }

  override outputShape(...inputs: readonly Shape[]): Shape {
    return this.shapeFor(inputs);
  }

  protected override shapeFor(inputs: readonly Shape[]): Shape {
    const [query, value, key = value] = inputs;
    const fits =
      (inputs.length === 2 || inputs.length === 3) &&
      inputs.every(({ length }) => length >= 2) &&
      tokensOf(value!) === tokensOf(key!);
    if (fits) {
      for (const shape of inputs) this.checkAxes(shape);
      return [...query!.slice(0, -1), this.units ?? query!.at(-1)!];
    }
    throw new HeddleError({
      who: this.who,
      expected:
        "a query and a value, or a query, a value and a key with the value's tokens, [batch, tokens, …] each",
      received: inputs.slice(0, 4).map(formatShape).join(" and "),
      next: "Apply it to [x, x] for self-attention.",
    });
  }

  /** The axes of the tokens; null where the layer has no input yet, and all are. */
  get attentionAxes(): readonly number[] | null {
    return this.axes;
  }

  private checkAxes({ length }: Shape): void {
    const all = axesOfTokens(length);
    if (this.axes === null || String(this.axes) === String(all)) return;
    throw this.axesFault(`all axes but the batch and the last, [${all.join(", ")}]`);
  }

  private axesFault(expected: string): HeddleError {
    return new HeddleError({
      who: this.who,
      expected: `attentionAxes to be ${expected}`,
      received: shown(this.axes),
      next: "Omit attentionAxes, or reshape the input first.",
    });
  }

  protected override createWeights(query: Shape, inputs: readonly Shape[]): void {
    const { numHeads: heads, keyDim, valueDim } = this;
    const [, value, key = value] = inputs as readonly [Shape, Shape, Shape?];
    this.keys = tokensOf(value);
    // As Keras writes them.
    this.axes = axesOfTokens(query.length);
    const projection = (name: string, kernel: Shape, bias: Shape) => {
      this.addWeight(`${name}/kernel`, kernel, this.kernel);
      if (this.useBias) this.addWeight(`${name}/bias`, bias, this.bias);
    };
    projection("query", [query.at(-1)!, heads, keyDim], [heads, keyDim]);
    projection("key", [key.at(-1)!, heads, keyDim], [heads, keyDim]);
    projection("value", [value.at(-1)!, heads, valueDim], [heads, valueDim]);
    const units = this.units ?? query.at(-1)!;
    projection("attention_output", [heads, valueDim, units], [units]);
  }

  override lower(query: Shape): readonly AnyNode[] {
    const { who, name: owner, numHeads: heads, keyDim, valueDim, weights } = this;
    const step = this.useBias ? 2 : 1;
    const [q, k, v, output] = [0, step, 2 * step, 3 * step].map((first) => ({
      kernel: weights[first]!,
      bias: this.useBias ? weights[first + 1]! : undefined,
    }));
    const tokens = [tokensOf(query), this.keys] as const;
    const units = output!.kernel.shape.at(-1)!;
    const row = [1, tokens[0], heads * valueDim];
    const geometry = conv2dGeometry(row, { who, filters: units, ...POINT });
    const projections = { query: q!, key: k!, value: v! };
    const place = { heads, keyDim, valueDim, tokens, dropout: this.dropout, layer: this.position };
    return [
      { op: "attention", owner, ...place, ...projections },
      { op: "conv2d", owner, geometry, ...output!, relu: false },
      { op: "reshape", owner, shape: [...query.slice(0, -1), units] },
    ];
  }

  override getConfig(): JsonObject {
    const { numHeads, keyDim, valueDim, dropout, useBias, units, kernel, bias } = this;
    return {
      ...super.getConfig(),
      num_heads: numHeads,
      key_dim: keyDim,
      value_dim: valueDim,
      dropout,
      use_bias: useBias,
      output_shape: units ?? null,
      attention_axes: this.axes,
      ...rulesConfig({ kernel, bias }),
    };
  }
}

/** All axes but the last. */
function tokensOf(shape: Shape): number {
  return sizeOf(shape.slice(0, -1));
}

/** All axes but the batch and the last, of a sample of this rank. */
function axesOfTokens(rank: number): readonly number[] {
  return Array.from({ length: rank - 1 }, (_, index) => index + 1);
}
