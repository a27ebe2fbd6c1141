import { booleanIn, nullableNumbersIn, numbersIn, textsIn } from "../base/config.js";
import { HeddleError, messageOf } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { checkOptionValues, optionsObject } from "../base/known-options.js";
import {
  atLeast,
  belowOne,
  finite,
  fromTo,
  listOf,
  orNull,
  text,
  trueOrFalse,
  whole,
} from "../base/rules.js";
import { at, type KernelCall } from "../ops/emitter.js";
import { adamScalars } from "./adam.js";
import { checkedOptimizer } from "./ignored-keys.js";
import {
  Optimizer,
  type OptimizerOptions,
  optimizerOptionsIn,
  type UpdateOperands,
  type WeightDescription,
} from "./optimizer.js";

/** Options of `Muon`; the learning rate is 0.001 and `weightDecay` 0.004 by default. */
export interface MuonOptions extends OptimizerOptions {
  /**
   * Share of the last direction that each step keeps, 0..1.
   *
   * @defaultValue `0.95`
   */
  readonly momentum?: number;
  /**
   * Nesterov's correction of the momentum.
   *
   * @defaultValue `true`
   */
  readonly nesterov?: boolean;
  /**
   * Rounds of the Newton–Schulz iteration.
   *
   * @defaultValue `5`
   */
  readonly nsSteps?: number;
  /**
   * Coefficient a of the iteration a X + (b A + c A²) X.
   *
   * @defaultValue `3.4445`
   */
  readonly muonA?: number;
  /**
   * Coefficient b of the iteration.
   *
   * @defaultValue `-4.775`
   */
  readonly muonB?: number;
  /**
   * Coefficient c of the iteration.
   *
   * @defaultValue `2.0315`
   */
  readonly muonC?: number;
  /**
   * Scales a step by this · √(longer side), so that Adam's learning rates fit; null turns it off.
   *
   * @defaultValue `0.2`
   */
  readonly rmsRate?: number | null;
  /**
   * Regular expressions: AdamW updates the weights whose names match one.
   *
   * @defaultValue none
   */
  readonly excludeLayers?: readonly string[];
  /**
   * Whether AdamW updates weights with "embedding" in their names.
   *
   * @defaultValue `true`
   */
  readonly excludeEmbeddings?: boolean;
  /**
   * AdamW's decay of the gradient's mean.
   *
   * @defaultValue `0.9`
   */
  readonly adamBeta1?: number;
  /**
   * AdamW's decay of the gradient's mean square.
   *
   * @defaultValue `0.999`
   */
  readonly adamBeta2?: number;
  /**
   * Keeps AdamW's division finite.
   *
   * @defaultValue `1e-7`
   */
  readonly epsilon?: number;
  /**
   * AdamW's weight decay; null for none.
   *
   * @defaultValue `0.004`
   */
  readonly adamWeightDecay?: number | null;
  /**
   * AdamW's learning rate as a share of Muon's.
   *
   * @defaultValue `1`
   */
  readonly adamLrRatio?: number;
}

/** The index of Adam's first number among the step's. */
const ADAM_SCALARS = 2;

/**
 * Steps along the matrix that has the gradient's directions, all of one size, for weights of two dimensions; AdamW for all
 * others, including the kernels of convolutions, as in Keras. The output layer is better left to AdamW:
 * `excludeLayers`.
 *
 * Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024); Liu et al., "Muon is Scalable for
 * LLM Training" (2025).
 *
 * @example
 * model.compile({ optimizer: new Muon({ learningRate: 1e-3, excludeLayers: ["head"] }) });
 */
export class Muon extends Optimizer {
  readonly className = "Muon";
  readonly slots = 2;
  private readonly options: Required<
    Omit<MuonOptions, keyof OptimizerOptions | "excludeLayers" | "rmsRate" | "adamWeightDecay">
  >;
  readonly rmsRate: number | null;
  readonly adamWeightDecay: number | null;
  private readonly excluded: readonly RegExp[];

  /** @throws HeddleError for numbers outside their bounds and texts that are not regular expressions */
  constructor(options: MuonOptions = {}) {
    super({ weightDecay: 0.004, ...optionsObject("Muon", options, ["learningRate"]) }, 0.001);
    checkOptionValues("Muon", options, {
      momentum: fromTo(0, 1),
      nesterov: trueOrFalse,
      nsSteps: whole(1),
      muonA: finite,
      muonB: finite,
      muonC: finite,
      excludeEmbeddings: trueOrFalse,
      adamBeta1: belowOne,
      adamBeta2: belowOne,
      epsilon: atLeast(0),
      adamLrRatio: atLeast(0),
      rmsRate: orNull(atLeast(0)),
      adamWeightDecay: orNull(atLeast(0)),
      excludeLayers: listOf("texts", text),
    });
    this.options = {
      momentum: options.momentum ?? 0.95,
      nesterov: options.nesterov ?? true,
      nsSteps: options.nsSteps ?? 5,
      muonA: options.muonA ?? 3.4445,
      muonB: options.muonB ?? -4.775,
      muonC: options.muonC ?? 2.0315,
      excludeEmbeddings: options.excludeEmbeddings ?? true,
      adamBeta1: options.adamBeta1 ?? 0.9,
      adamBeta2: options.adamBeta2 ?? 0.999,
      epsilon: options.epsilon ?? 1e-7,
      adamLrRatio: options.adamLrRatio ?? 1,
    };
    const { rmsRate = 0.2, adamWeightDecay = 0.004 } = options;
    this.rmsRate = rmsRate;
    this.adamWeightDecay = adamWeightDecay;
    this.excluded = (options.excludeLayers ?? []).map(pattern);
  }

  static fromConfig(config: JsonObject): Muon {
    return checkedOptimizer(
      config,
      new Muon({
        ...optimizerOptionsIn(config),
        ...numbersIn(config, "adam_beta_1", "adam_beta_2", "adam_lr_ratio", "epsilon"),
        ...numbersIn(config, "muon_a", "muon_b", "muon_c", "momentum", "ns_steps"),
        ...nullableNumbersIn(config, "rms_rate", "adam_weight_decay"),
        // Null turns these off, unlike a missing value, which is the default.
        ...(config["rms_rate"] === null ? { rmsRate: null } : {}),
        ...(config["adam_weight_decay"] === null ? { adamWeightDecay: null } : {}),
        excludeLayers: textsIn(config, "exclude_layers"),
        excludeEmbeddings: booleanIn(config, "exclude_embeddings", true),
        nesterov: booleanIn(config, "nesterov", true),
      }),
    );
  }

  scalars(step: number, rate: number): readonly number[] {
    const { momentum, adamBeta1: beta1, adamBeta2: beta2, epsilon, adamLrRatio } = this.options;
    return [rate, momentum, ...adamScalars({ beta1, beta2, epsilon }, step, rate * adamLrRatio)];
  }

  override wholeWeight({ name, shape }: WeightDescription): number | undefined {
    const [rows, columns] = shape;
    if (shape.length !== 2) return undefined;
    if (this.options.excludeEmbeddings && name.toLowerCase().includes("embedding")) return undefined;
    if (this.excluded.some((pattern) => pattern.test(name))) return undefined;
    const padded = (count: number) => 4 * Math.ceil(count / 4);
    const [short, long] = rows! < columns! ? [rows!, columns!] : [columns!, rows!];
    return 2 * short * (padded(long) + padded(short));
  }

  override decayOf(weight: WeightDescription): number {
    if (this.wholeWeight(weight) !== undefined) return super.decayOf(weight);
    return this.decays(weight) ? (this.adamWeightDecay ?? 0) : 0;
  }

  update({ weights: w, gradient: g, slots, scalars, count, whole }: UpdateOperands): KernelCall {
    const [m, v] = slots;
    if (!whole) return ["adam", { w, g, m: m!, v: v!, count, scalars: at(scalars, 4 * ADAM_SCALARS) }];
    const { nesterov, nsSteps: steps, muonA: a, muonB: b, muonC: c } = this.options;
    const [rows, columns] = whole.shape as readonly [number, number];
    const scale = this.rmsRate === null ? 1 : this.rmsRate * Math.sqrt(Math.max(rows, columns));
    return [
      "muon",
      {
        w,
        g,
        m: m!,
        scratch: whole.scratch,
        rows,
        columns,
        scalars,
        nesterov: nesterov ? 1 : 0,
        steps,
        a,
        b,
        c,
        scale,
      },
    ];
  }

  override getConfig() {
    const { options } = this;
    return {
      ...super.getConfig(),
      adam_beta_1: options.adamBeta1,
      adam_beta_2: options.adamBeta2,
      adam_weight_decay: this.adamWeightDecay,
      epsilon: options.epsilon,
      exclude_layers: this.excluded.map(({ source }) => source),
      exclude_embeddings: options.excludeEmbeddings,
      muon_a: options.muonA,
      muon_b: options.muonB,
      muon_c: options.muonC,
      adam_lr_ratio: options.adamLrRatio,
      momentum: options.momentum,
      ns_steps: options.nsSteps,
      nesterov: options.nesterov,
      rms_rate: this.rmsRate,
    };
  }
}

/** A regular expression that a user gave as text. */
function pattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (fault) {
    throw new HeddleError({
      who: "Muon",
      expected: "excludeLayers to be regular expressions",
      received: JSON.stringify(text),
      next: `Correct it: ${messageOf(fault)}.`,
    });
  }
}
