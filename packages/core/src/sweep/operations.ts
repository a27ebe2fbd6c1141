/** What a line of an Optuna journal does: its `op_code`. */
export const operations = {
  createStudy: 0,
  deleteStudy: 1,
  setStudyUserAttribute: 2,
  setStudySystemAttribute: 3,
  createTrial: 4,
  setParameter: 5,
  setState: 6,
  report: 7,
  setTrialUserAttribute: 8,
  setTrialSystemAttribute: 9,
  /** Written by programs other than Optuna, which ignores it. */
  discardTrials: 10,
} as const;

/** Optuna's states by their numbers. */
export const optunaStates = ["running", "complete", "stopped", "failed", "waiting"] as const;

/** The attribute of a trial that says why Heddle has it waiting: `"paused"` or `"interrupted"`. */
export const WAITING_FOR = "heddle:waiting";

/** The attribute of a trial that says how far it is to run before the next decision. */
export const UNTIL = "heddle:until";

/** The attribute of a trial that says what it failed with. */
export const ERROR = "heddle:error";

/** The attribute of a trial with the objectives of the seeds that are complete. */
export const SEEDS = "heddle:seeds";

/** The attribute of a trial with the SHA-256 of its weights, of each seed. */
export const WEIGHTS = "heddle:weights";

/** The attribute of a study that holds the sweep's definition. */
export const DEFINITION = "heddle:sweep";
