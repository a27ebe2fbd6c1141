import type { Schedule } from "./schedule.js";

/** The same learning rate at every step. */
export class Constant implements Schedule {
  readonly className = "Constant";

  constructor(readonly learningRate: number) {}

  rate(): number {
    return this.learningRate;
  }

  getConfig() {
    return { learning_rate: this.learningRate };
  }
}
