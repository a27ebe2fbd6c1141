import { HeddleError } from "../base/errors.js";
import { sizeOf } from "../base/shape.js";
import type {
  Callback,
  CallbackMemory,
  EpochUnderWay,
  TrainingControl,
  TrainingState,
} from "../callbacks/callback.js";
import { weightsFile } from "../network/keras-json.js";
import type { Weight } from "../ops/weight.js";
import type { Optimizer } from "../optimizers/index.js";
import { Constant } from "../schedules/index.js";
import type { Session } from "./session.js";

/** What callbacks reach of a model. */
export interface ControlledModel {
  readonly weights: readonly Weight[];
  save(folder: string): Promise<void>;
}

/** A training as its callbacks see it. */
export class Control implements TrainingControl {
  epoch: number;
  stopped = false;
  /** Known once callbacks have set their state. */
  totalSteps = 0;
  /** Steps of an epoch; Infinity until a stream has ended once. */
  steps: number;
  /** Set while training pauses within an epoch. */
  pausedIn: EpochUnderWay | undefined;
  /** What `setState` was given. */
  private restored: TrainingState | undefined;

  constructor(
    private readonly training: {
      readonly model: ControlledModel;
      readonly session: Session;
      readonly optimizer: Optimizer;
      readonly done: { steps: number; epochs: number; learningRate: number | undefined };
      readonly validate: unknown;
      readonly epochs: number;
      readonly steps: number;
      readonly initialEpoch: number;
      readonly callbacks: readonly Callback[];
    },
  ) {
    this.epoch = training.initialEpoch;
    this.steps = training.steps;
  }

  get epochs(): number {
    return this.training.epochs;
  }

  get validates(): boolean {
    return this.training.validate !== undefined;
  }

  /** Of a step, counted from 0 over all calls of `fit`. */
  rateOf(step: number): number {
    const { optimizer, done } = this.training;
    return done.learningRate ?? optimizer.schedule.rate(step, this.totalSteps);
  }

  get learningRate(): number {
    return this.rateOf(this.training.done.steps);
  }

  setLearningRate(rate: number): void {
    const { optimizer, done } = this.training;
    if (!(optimizer.schedule instanceof Constant)) {
      throw new HeddleError({
        who: "setLearningRate",
        expected: "an optimizer with a constant learning rate",
        received: `one that follows ${optimizer.schedule.className}`,
        next: "Leave the schedule, or the callback that sets the rate, out.",
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
    return this.training.model.weights.map(({ values }) => values.slice());
  }

  setWeights(values: readonly Float32Array[]): void {
    const { weights } = this.training.model;
    const fits = weights.every((weight, index) => values[index]?.length === sizeOf(weight.shape));
    if (!fits || values.length !== weights.length) {
      throw new HeddleError({
        who: "setWeights",
        expected: `${weights.length} arrays of ${weights.map((weight) => sizeOf(weight.shape)).join(", ")} values`,
        received: values.map(({ length }) => length).join(", ") || "none",
        next: "Give what getWeights gave.",
      });
    }
    weights.forEach((weight, index) => {
      weight.assign(values[index]!);
    });
  }

  save(folder: string): Promise<void> {
    return this.training.model.save(folder);
  }

  weightsFile(): Uint8Array {
    return weightsFile(this.training.model.weights);
  }

  async getState(): Promise<TrainingState> {
    const { session, optimizer, done, model, callbacks } = this.training;
    const { pausedIn } = this;
    // Within an epoch the engine's weights are newer than the model's.
    const newer = new Map(
      (pausedIn ? await session.weights.copy() : []).map(({ weight, values }) => [weight, values]),
    );
    const weights = model.weights.map((weight) => newer.get(weight) ?? weight.read().slice());
    // A pause is within the training's turn, a callback between two epochs is not.
    const slots = await (pausedIn
      ? session.weights.readState(optimizer)
      : session.alone(() => session.weights.readState(optimizer)));
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
    const { session, optimizer, done } = this.training;
    const { epoch, epochs, steps, learningRate, stopped, weights, slots } = state;
    session.weights.writeState(optimizer, slots);
    this.setWeights(weights);
    Object.assign(done, { epochs, steps, learningRate });
    this.epoch = epoch;
    this.stopped = stopped;
    this.restored = state;
  }

  /**
   * Gives callbacks the memories of the state that was set, when all of them have begun.
   *
   * @returns that state
   */
  recall(): TrainingState | undefined {
    if (this.restored) giveMemories(this.training.callbacks, this.restored.memories);
    return this.restored;
  }
}

function giveMemories(callbacks: readonly Callback[], memories: readonly CallbackMemory[]): void {
  const remembering = callbacks.filter((callback) => callback.getMemory);
  if (remembering.length !== memories.length) {
    throw new HeddleError({
      who: "setState",
      expected: `the memories of ${remembering.length} callbacks`,
      received: `${memories.length}`,
      next: "Give fit the callbacks that the state is from.",
    });
  }
  remembering.forEach((callback, index) => {
    callback.setMemory?.(memories[index]!);
  });
}
