/**
 * `@heddle/core/sweep`: search spaces, searches, stopping rules and journals of sweeps. Pure functions of the journal's
 * state: nothing here trains, starts processes or reads files.
 */
export type {
  Constraint,
  ExclusionConstraint,
  FunctionConstraint,
  ProductConstraint,
  SumConstraint,
} from "./constraint.js";
export { parameterImportances, type RankedTrial } from "./importance.js";
export { Journal } from "./journal.js";
export type {
  CategoryParameter,
  Condition,
  FloatParameter,
  IntegerParameter,
  NamedChoices,
  NamedSettings,
  Parameter,
  ParameterOptions,
  ReadParameter,
  SweepValue,
  Values,
} from "./parameter.js";
export type {
  CoordinatorEvents,
  CoordinatorQueue,
  QueueTraining,
  QueueWorkOptions,
  SweepQueue,
  TrainingPlace,
} from "./queue.js";
export { JournalRecords } from "./records.js";
export type { GridSearch, RandomSearch, SearchOptions, SobolSearch, TpeSearch } from "./search.js";
export { type NamedParameter, SearchSpace, type SpaceOptions } from "./space.js";
export type { AsynchronousHalving, Halving, MedianRule, StoppingOptions } from "./stopping.js";
export type { Goal, Report, Study, Trial, TrialState } from "./study.js";
export { type Decision, readSweep, Sweep, type SweepOptions, type Verdict } from "./sweep.js";
