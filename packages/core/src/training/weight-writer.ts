import type { Engine } from "../engine/engine.js";
import type { Weight } from "../ops/weight.js";

/** Writes weights into an engine's memory, each only when it differs from what is there. */
export class WeightWriter {
  /** The version of each weight that is in memory. */
  private readonly versions = new Map<Weight, number>();
  /** Grows whenever the weights in memory change. */
  changes = 0;

  constructor(private readonly engine: Engine) {}

  write(weight: Weight, address: number): void {
    const { version } = weight;
    if (version !== undefined && this.versions.get(weight) === version) return;
    this.engine.write(address, weight.read());
    this.changes++;
    this.note(weight);
  }

  /** Memory holds this weight's numbers as they are now. */
  note(weight: Weight): void {
    const { version } = weight;
    if (version === undefined) this.versions.delete(weight);
    else this.versions.set(weight, version);
  }

  /** Memory may hold anything: the next `write` writes every weight. */
  forget(): void {
    this.versions.clear();
    this.changes++;
  }
}
