/** Measures the wall time of a run's stages. */
export class Clock {
  private readonly started = performance.now();
  private stageStarted = this.started;
  private readonly stages: Record<string, number>;
  private before: number;

  /** @param before seconds of each stage that earlier processes spent on the run */
  constructor(before: Readonly<Record<string, number>> = {}) {
    this.stages = { ...before };
    this.before = Object.values(before).reduce((sum, seconds) => sum + seconds, 0);
  }

  /** Ends a stage, which began when the previous one ended. */
  lap(stage: string): void {
    Object.assign(this.stages, this.secondsWith(stage));
    this.stageStarted = performance.now();
  }

  /** Counts seconds of a stage that an earlier process spent on what this one need not do again. */
  credit(stage: string, seconds: number): void {
    this.stages[stage] = round((this.stages[stage] ?? 0) + seconds);
    this.before += seconds;
  }

  /** Seconds of each stage so far. */
  get seconds(): Readonly<Record<string, number>> {
    return { ...this.stages };
  }

  /** Seconds of each stage so far, the current one included. */
  secondsWith(stage: string): Readonly<Record<string, number>> {
    const running = (performance.now() - this.stageStarted) / 1000;
    return { ...this.stages, [stage]: round((this.stages[stage] ?? 0) + running) };
  }

  /** Seconds since the clock was created, and of earlier processes. */
  get total(): number {
    return round(this.before + (performance.now() - this.started) / 1000);
  }
}

/** To milliseconds: more digits would be noise. */
function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
