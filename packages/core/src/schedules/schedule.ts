import type { JsonObject } from "../base/json.js";
import type { Rule } from "../base/rules.js";

/** The learning rate as a function of the step. */
export interface Schedule {
  readonly className: string;
  /**
   * @param step steps done so far, from 0
   * @param totalSteps how many steps the whole training takes
   */
  rate(step: number, totalSteps: number): number;
  getConfig(): JsonObject;
}

/** A schedule may be a user's own. */
export const scheduleRule: Rule = {
  expected: "a schedule",
  accepts: (value) => typeof (value as Partial<Schedule> | null)?.rate === "function",
};
