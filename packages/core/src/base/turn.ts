/** Lets asynchronous work take turns: each piece starts when all earlier ones have ended, whether or not they failed. */
export class Turn {
  private last: Promise<unknown> = Promise.resolve();

  /** Starts `work` in its turn; settles as it does. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => {});
    return result;
  }
}
