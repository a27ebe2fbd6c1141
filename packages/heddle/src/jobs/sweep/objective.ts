import type { Goal } from "@heddle/core/internal/sweep/study.js";
import type { Objective } from "./messages.js";

/** What a sweep maximizes is the accuracy on held-out images; what it minimizes is the loss on them. */
export function objectiveOf(goal: Goal): Objective {
  return goal === "maximize" ? "accuracy" : "loss";
}
