/** Wall time of the stages of a run. */
export class Clock {
  private readonly started = performance.now();
  private stageStarted = this.started;
  private readonly stages: Record<string, number> = {};

  /** Ends a stage: the time since the last one ended is its. */
  lap(stage: string): void {
    const now = performance.now();
    this.stages[stage] = round((now - this.stageStarted) / 1000);
    this.stageStarted = now;
  }

  /** Seconds of each stage so far. */
  get seconds(): Readonly<Record<string, number>> {
    return { ...this.stages };
  }

  /** Seconds since the clock was made. */
  get total(): number {
    return round((performance.now() - this.started) / 1000);
  }
}

/** To milliseconds: more digits would be noise. */
function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
