/** Lets asynchronous work take turns: each piece starts when all earlier ones have ended, whether or not they failed. */
export class Turn {
  private taken = false;
  private readonly waiting: (() => void)[] = [];

  /** Starts `work` in its turn; settles as it does. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    await this.begin();
    try {
      return await work();
    } finally {
      this.end();
    }
  }

  /** Within a turn: gives it to whoever waits while `work` runs, then waits for another one. */
  async lend<T>(work: () => Promise<T>): Promise<T> {
    this.end();
    try {
      return await work();
    } finally {
      await this.begin();
    }
  }

  private async begin(): Promise<void> {
    if (this.taken) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.taken = true;
  }

  private end(): void {
    const next = this.waiting.shift();
    // Whoever is next has the turn from now on: nobody comes between.
    if (next) next();
    else this.taken = false;
  }
}
