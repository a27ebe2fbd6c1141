import type { Study, Trial } from "./study.js";

/** A study with these trials; what is missing of one is empty, and its state is `complete`. */
export function studyOf(trials: readonly Partial<Trial>[]): Study {
  return {
    id: 0,
    name: "study",
    goals: ["minimize"],
    userAttributes: {},
    systemAttributes: {},
    trials: trials.map((trial, number) => ({
      id: number,
      number,
      state: "complete",
      values: {},
      distributions: {},
      objectives: undefined,
      reports: [],
      userAttributes: {},
      systemAttributes: {},
      started: undefined,
      completed: undefined,
      ...trial,
    })),
  };
}
