import type { Progress } from "@heddle/core";

/** Before this share of a training its speed says too little. */
const LEAST_DONE = 0.02;

/** How long a training still takes, by its speed so far. */
export class TimeLeft {
  private startedAt = 0;
  private pausedAt = 0;

  start(): void {
    this.startedAt = performance.now();
  }

  pause(): void {
    this.pausedAt = performance.now();
  }

  /** Time spent waiting says nothing about what is left. */
  resume(): void {
    this.startedAt += performance.now() - this.pausedAt;
  }

  /** In seconds; undefined at first. */
  after({ epoch, epochs, step, steps }: Progress): number | undefined {
    const done = (epoch - 1 + step / steps) / epochs;
    const passed = (performance.now() - this.startedAt) / 1000;
    return done > LEAST_DONE ? (passed / done) * (1 - done) : undefined;
  }
}
