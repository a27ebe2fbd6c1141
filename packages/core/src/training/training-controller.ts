import { HeddleError } from "../base/errors.js";
import { sizeOf } from "../base/shape.js";
import type {
  Callback,
  CallbackMemory,
  EpochUnderWay,
  TrainingControl,
  TrainingState,
} from "../callbacks/callback.js";
import { weightsFile } from "../network/weights-file.js";
import { Constant } from "../schedules/index.js";
import type { TrainingContext } from "./context.js";
import type { WeightCopy } from "./weight-memory.js";

/** A training as its callbacks see it. */
export class TrainingController implements TrainingControl {
  epoch: number;
  stopped = false;
  /** Known once callbacks have set their state. */
  totalSteps = 0;
  /** Steps of an epoch; Infinity until a stream has ended once. */
  steps: number;
  /** Set while training pauses within an epoch. */
  pausedIn: EpochUnderWay | undefined;
  /** The weights within the epoch, which are newer than the model's; set while training pauses there. */
  pausedWeights: readonly WeightCopy[] = [];
  /** What `setState` was called with. */
  private restored: TrainingState | undefined;

  constructor(
    private readonly context: TrainingContext,
    private readonly options: {
      readonly epochs: number;
      readonly initialEpoch: number;
      readonly callbacks: readonly Callback[];
    },
  ) {
    this.epoch = options.initialEpoch;
    this.steps = context.feed.stepsPerEpoch;
  }

  get epochs(): number {
    return this.options.epochs;
  }

  get validates(): boolean {
    return this.context.validate !== undefined;
  }

  /** The learning rate of a step, counted from 0 over all calls of `fit`. */
  rateOf(step: number): number {
    const { optimizer, done } = this.context;
    return done.learningRate ?? optimizer.schedule.rate(step, this.totalSteps);
  }

  get learningRate(): number {
    return this.rateOf(this.context.done.steps);
  }

  setLearningRate(rate: number): void {
    const { optimizer, done } = this.context;
    if (!(optimizer.schedule instanceof Constant)) {
      throw new HeddleError({
        who: "setLearningRate",
        expected: "an optimizer with a constant learning rate",
        received: `one that follows ${optimizer.schedule.className}`,
        next: "Remove the schedule, or the callback that sets the rate.",
      });
    }
    if (!(typeof rate === "number" && rate >= 0 && Number.isFinite(rate))) {
      throw new HeddleError({
        who: "setLearningRate",
        expected: "a learning rate of at least 0",
        received: String(rate),
        next: "Correct what computes the rate.",
      });
    }
    done.learningRate = rate;
  }

  stop(): void {
    this.stopped = true;
  }

  getWeights(): Float32Array[] {
    return this.context.model.weights.map(({ values }) => values.slice());
  }

  setWeights(values: readonly Float32Array[]): void {
    const { weights } = this.context.model;
    const fits = weights.every((weight, index) => values[index]?.length === sizeOf(weight.shape));
    if (!fits || values.length !== weights.length) {
      throw new HeddleError({
        who: "setWeights",
        expected: `${weights.length} arrays of ${weights.map((weight) => sizeOf(weight.shape)).join(", ")} values`,
        received: values.map(({ length }) => length).join(", ") || "none",
        next: "Pass what getWeights returned.",
      });
    }
    weights.forEach((weight, index) => {
      weight.assign(values[index]!);
    });
  }

  save(folder: string): Promise<void> {
    return this.context.model.save(folder);
  }

  weightsFile(): Uint8Array {
    return weightsFile(this.context.model.weights);
  }

  async getState(): Promise<TrainingState> {
    const { session, optimizer, done, model } = this.context;
    const { callbacks } = this.options;
    const { pausedIn } = this;
    const newer = new Map(this.pausedWeights.map(({ weight, values }) => [weight, values]));
    const weights = model.weights.map((weight) => (newer.get(weight) ?? weight.read()).slice());
    const slots = await session.alone(() => session.weights.readState(optimizer));
    return {
      ...done,
      epoch: pausedIn ? this.epoch - 1 : this.epoch,
      underWay: pausedIn && pausedIn.steps > 0 ? pausedIn : undefined,
      stopped: this.stopped,
      weights,
      slots,
      memories: callbacks.flatMap((callback) => callback.getMemory?.() ?? []),
    };
  }

  setState(state: TrainingState): void {
    const { session, optimizer, done } = this.context;
    const { epoch, epochs, steps, learningRate, stopped, weights, slots } = state;
    session.weights.writeState(optimizer, slots);
    this.setWeights(weights);
    Object.assign(done, { epochs, steps, learningRate });
    this.epoch = epoch;
    this.stopped = stopped;
    this.restored = state;
  }

  /**
   * Hands the memories of a restored state to the callbacks, once all of them have begun.
   *
   * @returns the state that was set; undefined without one
   */
  recall(): TrainingState | undefined {
    if (this.restored) setMemories(this.options.callbacks, this.restored.memories);
    return this.restored;
  }
}

function setMemories(callbacks: readonly Callback[], memories: readonly CallbackMemory[]): void {
  const remembering = callbacks.filter((callback) => callback.getMemory);
  if (remembering.length !== memories.length) {
    throw new HeddleError({
      who: "setState",
      expected: `the memories of ${remembering.length} callbacks`,
      received: `${memories.length}`,
      next: "Pass fit the callbacks that it had when the state was saved.",
    });
  }
  remembering.forEach((callback, index) => {
    callback.setMemory?.(memories[index]!);
  });
}
