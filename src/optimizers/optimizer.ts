import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { serialize } from "../base/registry.js";
import type { Operand } from "../engine/program-builder.js";
import type { KernelCall } from "../ops/emitter.js";
import { Constant, type Schedule, schedules } from "../schedules/index.js";

/** Where an update's arrays lie, each of `count` floats. */
export interface UpdateOperands {
  readonly weights: Operand;
  readonly gradient: Operand;
  /** The optimizer's own state, `slots` arrays. */
  readonly slots: readonly Operand[];
  /** The step's `scalars`. */
  readonly scalars: Operand;
  readonly count: number;
}

/** Moves the weights against their gradient. One class a file. */
export abstract class Optimizer {
  abstract readonly className: string;
  /** The learning rate over the steps. */
  readonly schedule: Schedule;

  constructor(learningRate: number | Schedule) {
    if (typeof learningRate === "number" && !(learningRate >= 0 && Number.isFinite(learningRate))) {
      throw new HeddleError({
        who: "Optimizer",
        expected: "learningRate to be a number of at least 0 or a schedule",
        received: String(learningRate),
        next: "Correct learningRate.",
      });
    }
    this.schedule = typeof learningRate === "number" ? new Constant(learningRate) : learningRate;
  }

  /** How many arrays of state it keeps for the weights. */
  abstract readonly slots: number;

  /** The numbers that the update of a step needs, at most `MAX_SCALARS`; steps count from 1 here. */
  abstract scalars(step: number, rate: number): readonly number[];

  /** The kernel call that updates a range of the weights. */
  abstract update(operands: UpdateOperands): KernelCall;

  /** The options, under Keras's names. */
  getConfig(): JsonObject {
    const { schedule } = this;
    return {
      learning_rate: schedule instanceof Constant ? schedule.learningRate : serialize(schedule),
    };
  }
}

/** Room for an optimizer's numbers in each step. */
export const MAX_SCALARS = 15;

/** A number or a serialised schedule of a configuration; `fallback` where there is none. */
export function learningRateOf(config: JsonObject, fallback: number): number | Schedule {
  const value = config["learning_rate"];
  if (value === undefined) return fallback;
  return typeof value === "number" ? value : schedules.deserialize("Optimizer", value);
}
