import type { JsonObject } from "../base/json.js";

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
