/** A number of permits that pieces of work take and return, in the order in which they ask. */
export class Permits {
  private free: number;
  private readonly queue: { readonly count: number; readonly start: () => void }[] = [];

  constructor(private readonly total: number) {
    this.free = total;
  }

  /** Runs `work` when `count` permits are free, or all of them if it wants more than there are. */
  async use<Result>(count: number, work: () => Promise<Result>): Promise<Result> {
    const taken = Math.min(count, this.total);
    await new Promise<void>((start) => {
      this.queue.push({ count: taken, start });
      this.next();
    });
    try {
      return await work();
    } finally {
      this.free += taken;
      this.next();
    }
  }

  private next(): void {
    for (let first = this.queue[0]; first && first.count <= this.free; first = this.queue[0]) {
      this.queue.shift();
      this.free -= first.count;
      first.start();
    }
  }
}
