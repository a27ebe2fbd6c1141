import type { HeddleError } from "../base/errors.js";
import type { Shape } from "../base/shape.js";
import type { CompiledProgram } from "../compiler/compile.js";
import type { MetricValues } from "../metrics/index.js";
import type { Weight } from "../ops/weight.js";
import type { Optimizer } from "../optimizers/index.js";
import type { Feed } from "./feed.js";
import type { NonFinite } from "./non-finite.js";
import type { Session } from "./session.js";

/** What callbacks reach of a model. */
interface ControlledModel {
  readonly weights: readonly Weight[];
  save(folder: string): Promise<void>;
}

/** What `fit` has done with a model so far, over all calls. A call that is stopped counts what it did. */
export interface TrainingProgress {
  /** Steps since the optimizer began. */
  steps: number;
  /** Whole epochs: each has its own order of samples. */
  epochs: number;
  /** Set by a callback: from then on it replaces the optimizer's. */
  learningRate: number | undefined;
}

/** What the model hands to the training loop. */
export interface TrainingContext {
  readonly session: Session;
  readonly compiled: CompiledProgram;
  readonly feed: Feed;
  readonly optimizer: Optimizer;
  readonly inputShape: Shape;
  readonly done: TrainingProgress;
  readonly model: ControlledModel;
  /** Names the layer where numbers stopped being finite. */
  readonly explain: (failure: NonFinite) => Promise<HeddleError>;
  /** Measures on the validation data; undefined without such data. */
  readonly validate: (() => Promise<Validation>) | undefined;
}

/** What was measured on the validation data. */
export interface Validation {
  readonly loss: number;
  readonly accuracy: number;
  readonly metrics: MetricValues;
}
