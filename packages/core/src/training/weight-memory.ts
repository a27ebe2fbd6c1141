import { HeddleError } from "../base/errors.js";
import { sizeOf } from "../base/shape.js";
import type { WeightPlaces } from "../compiler/weight-places.js";
import type { Engine } from "../engine/engine.js";
import type { Weight } from "../ops/weight.js";
import type { Optimizer } from "../optimizers/index.js";
import type { OptimizerState } from "./optimizer-state.js";
import { WeightWriter } from "./weight-writer.js";

/** The numbers of a weight in the engine's memory. */
export interface WeightCopy {
  readonly weight: Weight;
  readonly values: Float32Array;
}

/** A model's weights in an engine's memory, and with them the arrays of the optimizers that train them. */
export class WeightMemory {
  readonly places: WeightPlaces;
  private readonly writer: WeightWriter;
  private readonly slots = new Map<Optimizer, readonly number[]>();

  constructor(
    private readonly engine: Engine,
    private readonly weights: readonly Weight[],
  ) {
    this.places = placeWeights(engine, weights);
    this.writer = new WeightWriter(engine);
  }

  /** Writes the model's weights into memory: those that have changed since they were last written or read. */
  write(): void {
    for (const weight of this.weights) this.writer.write(weight, this.addressOf(weight));
  }

  /** A number that grows whenever the weights in memory change. */
  get changes(): number {
    return this.writer.changes;
  }

  /** Says that a run changes the weights in memory: they are no longer what was written. */
  change(): void {
    this.writer.forget();
  }

  /** Copies of the weights in memory. */
  async copy(): Promise<WeightCopy[]> {
    const copies: WeightCopy[] = [];
    for (const weight of this.weights) {
      const values = await this.engine.readFloats(this.addressOf(weight), sizeOf(weight.shape));
      copies.push({ weight, values });
    }
    return copies;
  }

  /** Sets the weights in memory, not those of the model, to what `copy` returned. */
  restore(copies: readonly WeightCopy[]): void {
    for (const { weight, values } of copies) this.engine.write(this.addressOf(weight), values);
    this.change();
  }

  /** Copies the weights in memory to the model. */
  async read(): Promise<void> {
    this.accept(await this.copy());
  }

  /** Sets the model's weights to what `copy` returned, while memory still holds the same. */
  accept(copies: readonly WeightCopy[]): void {
    for (const { weight, values } of copies) {
      weight.assign(values);
      this.writer.note(weight);
    }
  }

  /** Addresses of an optimizer's arrays, which last from one `fit` to the next: its own, then the running averages. */
  slotsOf(optimizer: Optimizer): readonly number[] {
    let slots = this.slots.get(optimizer);
    if (!slots) {
      const bytes = 4 * this.places.trainable.floats;
      slots = Array.from({ length: optimizer.slots + (optimizer.useEma ? 1 : 0) }, (_, slot) =>
        this.engine.allocate(bytes, `${optimizer.className}, slot ${slot}`),
      );
      this.slots.set(optimizer, slots);
    }
    return slots;
  }

  /** Copies of an optimizer's arrays. */
  async readState(optimizer: Optimizer): Promise<Float32Array<ArrayBuffer>[]> {
    const arrays: Float32Array<ArrayBuffer>[] = [];
    for (const slot of this.slotsOf(optimizer)) {
      arrays.push(await this.engine.readFloats(slot, this.places.trainable.floats));
    }
    return arrays;
  }

  /** Sets an optimizer's arrays to what `readState` returned. */
  writeState(optimizer: Optimizer, arrays: readonly Float32Array[]): void {
    const slots = this.slotsOf(optimizer);
    const { floats } = this.places.trainable;
    if (arrays.length !== slots.length || arrays.some(({ length }) => length !== floats)) {
      throw new HeddleError({
        who: optimizer.className,
        expected: `a state of ${slots.length} arrays of ${floats} numbers`,
        received: `${arrays.length} of ${arrays.map(({ length }) => length).join(", ")}`,
        next: "Compile the model with the optimizer that the state was saved from.",
      });
    }
    slots.forEach((slot, index) => {
      this.engine.write(slot, arrays[index]!);
    });
  }

  /** An optimizer's numbers for each weight that it trains: an array of the weight's length for each of its slots. */
  async readSlots(optimizer: Optimizer): Promise<Map<Weight, readonly Float32Array[]>> {
    const arrays = await this.readState(optimizer);
    return new Map(
      this.trained().map(({ weight, from, to }) => [weight, arrays.map((all) => all.slice(from, to))]),
    );
  }

  /** Sets an optimizer's numbers to what `readSlots` returned; false, and nothing is set, unless they fit its weights. */
  writeSlots(optimizer: Optimizer, { slots }: Pick<OptimizerState, "slots">): boolean {
    const trained = this.trained();
    const count = this.slotsOf(optimizer).length;
    if (slots.size !== trained.length || trained.some(({ weight }) => slots.get(weight)?.length !== count)) {
      return false;
    }
    const arrays = Array.from({ length: count }, () => new Float32Array(this.places.trainable.floats));
    for (const { weight, from } of trained) {
      slots.get(weight)!.forEach((values, slot) => {
        arrays[slot]!.set(values, from);
      });
    }
    this.writeState(optimizer, arrays);
    return true;
  }

  /** The trained weights, and where each is within their block. */
  private trained() {
    return this.weights.flatMap((weight) => {
      if (!this.isTrained(weight)) return [];
      const from = (this.addressOf(weight) - this.places.trainable.address) / 4;
      return [{ weight, from, to: from + sizeOf(weight.shape) }];
    });
  }

  /** Whether a weight is in the block of trained ones: it was trainable when the session was opened. */
  private isTrained(weight: Weight): boolean {
    const { address, floats } = this.places.trainable;
    const offset = this.addressOf(weight) - address;
    return offset >= 0 && offset < 4 * floats;
  }

  /** Resets an optimizer's arrays to zeros. */
  clearState(optimizer: Optimizer): void {
    const zeros = new Float32Array(this.places.trainable.floats);
    for (const slot of this.slotsOf(optimizer)) this.engine.write(slot, zeros);
  }

  /** Sets the model's trained weights to their running averages, if the optimizer keeps them. */
  async readAverages(optimizer: Optimizer): Promise<void> {
    if (!optimizer.useEma) return;
    const averages = this.slotsOf(optimizer)[optimizer.slots]!;
    for (const weight of this.weights) {
      if (!weight.trainable) continue;
      const offset = this.addressOf(weight) - this.places.trainable.address;
      weight.assign(await this.engine.readFloats(averages + offset, sizeOf(weight.shape)));
    }
  }

  private addressOf(weight: Weight): number {
    return this.places.addresses.get(weight)!;
  }
}

/** Trainable weights first, in one block; each begins on its own cache line. */
function placeWeights(engine: Engine, weights: readonly Weight[]): WeightPlaces {
  const addresses = new Map<Weight, number>();
  const place = (group: readonly Weight[], what: string) => {
    let floats = 0;
    const offsets = group.map((weight) => {
      const offset = floats;
      floats += 16 * Math.ceil(sizeOf(weight.shape) / 16);
      return offset;
    });
    const address = engine.allocate(4 * floats, what);
    group.forEach((weight, index) => {
      addresses.set(weight, address + 4 * offsets[index]!);
    });
    return { address, floats };
  };
  const trainable = place(
    weights.filter((weight) => weight.trainable),
    "the trained weights",
  );
  place(
    weights.filter((weight) => !weight.trainable),
    "the other weights",
  );
  return { addresses, trainable };
}
