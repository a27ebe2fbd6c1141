// Compares the importance of parameters with Optuna 5's, which tools/golden/sweep-importance.py wrote.
import { describe, expect, it } from "vitest";
import { readGolden } from "../base/golden.testing.js";
import { parameterImportances } from "./importance.js";
import type { Parameter, Values } from "./parameter.js";
import { SearchSpace } from "./space.js";
import { type Goal, loss } from "./study.js";

interface Golden {
  readonly space: Readonly<Record<string, Parameter>>;
  readonly histories: readonly {
    readonly goal: Goal;
    readonly trials: readonly { readonly values: Values; readonly value: number }[];
    readonly importances: Readonly<Record<string, number>>;
  }[];
}

const { space, histories } = readGolden<Golden>("sweep/importance");

describe("the importance of parameters", () => {
  it.each(histories)("is Optuna's ($trials.length trials)", ({ goal, trials, importances }) => {
    const ranked = trials.map(({ values, value }) => ({ values, loss: loss(goal, value) }));
    const ours = parameterImportances(new SearchSpace({ parameters: space }), ranked);
    for (const [name, expected] of Object.entries(importances)) {
      expect(Math.abs(ours[name]! - expected), name).toBeLessThan(1e-9);
    }
  });
});
