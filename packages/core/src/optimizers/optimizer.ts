import { booleanIn, nullableNumbersIn, numbersIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import {
  camelCased,
  checkKnownOptions,
  checkOptionValues,
  type OptionRules,
  optionsObject,
} from "../base/known-options.js";
import { serialize } from "../base/registry.js";
import { above, atLeast, either, fromTo, trueOrFalse, whole } from "../base/rules.js";
import type { Shape } from "../base/shape.js";
import type { Slice } from "../engine/program-builder.js";
import { at, type KernelCall } from "../ops/emitter.js";
import { Constant, type Schedule, schedules } from "../schedules/index.js";
import { scheduleRule } from "../schedules/schedule.js";

/** Options that every optimizer takes, as in Keras. */
export interface OptimizerOptions {
  /**
   * The learning rate, at least 0, or a schedule of it.
   *
   * @defaultValue the class's own
   */
  readonly learningRate?: number | Schedule;
  /**
   * Shrinks each weight by this share of itself, times the learning rate, before each update.
   *
   * @defaultValue none, except for `AdamW` and `Muon`
   */
  readonly weightDecay?: number;
  /**
   * Scales a weight's gradient down to this norm where it is longer.
   *
   * @defaultValue off
   */
  readonly clipnorm?: number;
  /**
   * Clips each number of a gradient to ± this.
   *
   * @defaultValue off
   */
  readonly clipvalue?: number;
  /**
   * Scales all gradients down so that their common norm is at most this.
   *
   * @defaultValue off
   */
  readonly globalClipnorm?: number;
  /**
   * Whether the model has the running average of its weights once `fit` has ended.
   *
   * @defaultValue `false`
   */
  readonly useEma?: boolean;
  /**
   * Share of that average that each step keeps, 0..1.
   *
   * @defaultValue `0.99`
   */
  readonly emaMomentum?: number;
  /**
   * The number of steps after which the weights are replaced with their average, from which training continues.
   *
   * @defaultValue never
   */
  readonly emaOverwriteFrequency?: number;
}

const SHARED_RULES: OptionRules<OptimizerOptions> = {
  learningRate: either(atLeast(0), scheduleRule),
  weightDecay: atLeast(0),
  clipnorm: above(0),
  clipvalue: above(0),
  globalClipnorm: above(0),
  useEma: trueOrFalse,
  emaMomentum: fromTo(0, 1),
  emaOverwriteFrequency: whole(1),
};

/** What an optimizer knows about a weight. */
export interface WeightDescription {
  /** `layer/kernel`. */
  readonly name: string;
  readonly shape: Shape;
}

/** Where an update's arrays lie, each of `count` floats, a multiple of 4. */
export interface UpdateOperands {
  readonly weights: Slice;
  readonly gradient: Slice;
  /** The optimizer's own state, `slots` arrays. */
  readonly slots: readonly Slice[];
  /** The step's `scalars`. */
  readonly scalars: Slice;
  readonly count: number;
  /** The weight's shape and its scratch memory where it is updated whole. */
  readonly whole?: { readonly shape: Shape; readonly scratch: Slice };
}

/** Room for an optimizer's numbers in each step: a class's own, then those that all share. */
export const MAX_SCALARS = 15;
const OWN_SCALARS = 12;

/**
 * Moves the weights against their gradient. A subclass says which state it keeps (`slots`), which numbers a step needs
 * (`scalars`) and which kernel updates the weights (`update`).
 *
 * A class with a static `fromConfig` of its own promises that its configuration names all of its options: any other
 * option is refused as a mistake.
 */
export abstract class Optimizer {
  abstract readonly className: string;
  /** The learning rate over the steps. */
  readonly schedule: Schedule;
  readonly weightDecay: number | undefined;
  readonly clipnorm: number | undefined;
  readonly clipvalue: number | undefined;
  readonly globalClipnorm: number | undefined;
  readonly useEma: boolean;
  readonly emaMomentum: number;
  readonly emaOverwriteFrequency: number | undefined;
  private readonly notDecayed: string[] = [];
  /** Raw options; the parsed values exist only after the subclass's constructor. */
  readonly #options: OptimizerOptions;

  constructor(options: OptimizerOptions, defaultRate: number) {
    this.#options = optionsObject(new.target.name, options, ["learningRate"]);
    const who = "Optimizer";
    checkOptionValues(who, options, SHARED_RULES);
    const { learningRate = defaultRate } = options;
    this.schedule = typeof learningRate === "number" ? new Constant(learningRate) : learningRate;
    this.weightDecay = options.weightDecay;
    this.clipnorm = options.clipnorm;
    this.clipvalue = options.clipvalue;
    this.globalClipnorm = options.globalClipnorm;
    const clips = (["clipnorm", "clipvalue", "globalClipnorm"] as const).filter((name) => this[name]);
    if (clips.length > 1) {
      throw new HeddleError({
        who,
        expected: "at most one of clipnorm, clipvalue and globalClipnorm",
        received: clips.join(" and "),
        next: "Choose one.",
      });
    }
    this.useEma = options.useEma ?? false;
    this.emaMomentum = options.emaMomentum ?? 0.99;
    this.emaOverwriteFrequency = options.emaOverwriteFrequency;
  }

  /** How many arrays of state it keeps for the weights, the average of `useEma` aside. */
  abstract readonly slots: number;

  /** The numbers that the update of a step needs, at most 12; steps count from 1 here. */
  abstract scalars(step: number, rate: number): readonly number[];

  /** The kernel call that updates a range of the weights, or a whole one. */
  abstract update(operands: UpdateOperands): KernelCall;

  /** Floats of scratch memory if a weight must be updated whole, by one task; otherwise weights are cut anywhere. */
  wholeWeight(_weight: WeightDescription): number | undefined {
    return undefined;
  }

  /** Excludes weights with one of these texts in their name, such as `"bias"`, from the weight decay. */
  excludeFromWeightDecay(...names: readonly string[]): void {
    this.notDecayed.push(...names);
  }

  /** The share of a weight that decays in each step, the learning rate aside. */
  decayOf(weight: WeightDescription): number {
    return this.decays(weight) ? (this.weightDecay ?? 0) : 0;
  }

  /** False for weights that `excludeFromWeightDecay` names. */
  protected decays(weight: WeightDescription): boolean {
    const name = weight.name.slice(weight.name.lastIndexOf("/") + 1);
    return !this.notDecayed.some((text) => name.includes(text));
  }

  /** A row of MAX_SCALARS numbers: the update's own, then the rate and what the average needs. */
  stepScalars(step: number, rate: number): readonly number[] {
    const own = this.scalars(step, rate);
    const frequency = this.emaOverwriteFrequency;
    const overwrite = frequency !== undefined && step % frequency === 0 ? 1 : 0;
    const padding = new Array<number>(OWN_SCALARS - own.length).fill(0);
    return [...own, ...padding, rate, step === 1 ? 0 : this.emaMomentum, overwrite];
  }

  /**
   * The calls of an update's task: clipping by value, decay, the update itself, the average.
   *
   * @param decay `decayOf` these weights
   * @param average their running average, with `useEma`
   */
  calls(operands: UpdateOperands, decay: number, average: Slice | undefined): KernelCall[] {
    const { weights: w, gradient: g, count, scalars } = operands;
    const shared = (index: number) => at(scalars, 4 * (OWN_SCALARS + index));
    return [
      ...(this.clipvalue ? [["clipValue", { g, count, limit: this.clipvalue }] as const] : []),
      ...(decay ? [["decayWeights", { w, count, scalars: shared(0), decay }] as const] : []),
      this.update(operands),
      ...(average ? [["averageWeights", { a: average, w, count, scalars: shared(1) }] as const] : []),
    ];
  }

  /** @throws HeddleError for an option that the optimizer's configuration does not have */
  checkOptions(): void {
    // What a subclass without a fromConfig of its own does with its options is its own business.
    if (!Object.hasOwn(this.constructor, "fromConfig")) return;
    checkKnownOptions(this.className, this.#options, Object.keys(this.getConfig()).map(camelCased));
  }

  /** The options, under Keras's names. */
  getConfig(): JsonObject {
    const { schedule } = this;
    return {
      learning_rate: schedule instanceof Constant ? schedule.learningRate : serialize(schedule),
      weight_decay: this.weightDecay ?? null,
      clipnorm: this.clipnorm ?? null,
      global_clipnorm: this.globalClipnorm ?? null,
      clipvalue: this.clipvalue ?? null,
      use_ema: this.useEma,
      ema_momentum: this.emaMomentum,
      ema_overwrite_frequency: this.emaOverwriteFrequency ?? null,
    };
  }
}

/** The options of a configuration that every optimizer takes. */
export function optimizerOptionsIn(config: JsonObject): OptimizerOptions {
  const rate = config["learning_rate"] ?? null;
  return {
    ...(rate === null
      ? {}
      : { learningRate: typeof rate === "number" ? rate : schedules.deserialize("Optimizer", rate) }),
    ...numbersIn(config, "ema_momentum"),
    ...nullableNumbersIn(config, "weight_decay", "clipnorm", "clipvalue", "global_clipnorm"),
    ...nullableNumbersIn(config, "ema_overwrite_frequency"),
    useEma: booleanIn(config, "use_ema", false),
  };
}
