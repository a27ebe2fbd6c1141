/** Memory for the weights of past epochs: those of any small network's, and of the last few of a large one. */
const MOST_BYTES = 256 * 2 ** 20;

/** The weights after each epoch, to look at how a network formed; the oldest are forgotten where they are too many. */
export class PastWeights {
  private readonly kept = new Map<number, readonly Float32Array[]>();

  keep(epoch: number, weights: readonly Float32Array[]): void {
    this.kept.set(epoch, weights);
    const bytes = weights.reduce((sum, { byteLength }) => sum + byteLength, 0);
    while (this.kept.size > 1 && this.kept.size * bytes > MOST_BYTES) this.kept.delete(this.epochs[0]!);
  }

  get epochs(): readonly number[] {
    return [...this.kept.keys()];
  }

  of(epoch: number): readonly Float32Array[] | undefined {
    return this.kept.get(epoch);
  }
}
