import type { JsonObject } from "@heddle/core/internal/base/json.js";
import type { Shape } from "@heddle/core/internal/base/shape.js";
import type { GivenSettings } from "@heddle/core/internal/recipes/settings.js";
import { SWEEP_VERSION } from "@heddle/core/internal/sweep/sweep.js";
import { networkOf } from "./network.js";
import { regimes as allRegimes, type Regime } from "./regimes.js";

/** Of a study, and of its sweep. */
export const DEFAULT_SEEDS = 3;
export const DEFAULT_EPOCHS = 12;
/** Keras's default rate for Adam: tuned for no regime. */
export const DEFAULT_RATE = 1e-3;

/** With fewer epochs, a study warns of them. */
export const FEW_EPOCHS = 5;
export const FEW_EPOCHS_NOTE =
  "In so few epochs networks hardly memorise their images, so that regimes differ less than they would";

/** A single seed gives no interval. */
export const LEAST_SEEDS = 2;

/** The parameter of the sweep that says which regime a trial has. */
export const REGIME = "regime";

/** What all trials of a study share. */
export interface StudyBasis {
  readonly input: Shape;
  readonly classes: number;
  readonly seeds: number;
  readonly settings: Pick<GivenSettings, "epochs" | "batchSize" | "learningRate">;
}

/**
 * The study as a sweep: a trial for each regime, or for each strength and rate that is tried for it. `heddle sweep` runs it
 * like any other.
 *
 * @example
 * regularizationSweep({ input: [28, 28, 1], classes: 10, seeds: 3, settings: { epochs: 12, batchSize: 64 } });
 */
export function regularizationSweep(
  { input, classes, seeds, settings }: StudyBasis,
  regimes: readonly Regime[] = allRegimes,
): JsonObject {
  const choices = regimes.map(({ name, network, patience }) => {
    const model = networkOf(network, { input, classes, seed: 0 }).toJson();
    return [name, { model, ...(patience !== undefined && { earlyStopping: patience }) }] as const;
  });
  const tried = (["l1", "l2", "dropout"] as const).flatMap((setting) => {
    const own = regimes.filter((regime) => regime.tried?.setting === setting);
    const values = own[0]?.tried?.values;
    if (!values) return [];
    const when = { [REGIME]: own.map(({ name }) => name) };
    return [[setting, { type: "category", choices: values, when }] as const];
  });
  return {
    heddleSweep: SWEEP_VERSION,
    title: "Which kind of regularization helps?",
    name: "regularization",
    goal: "maximize",
    trials: regimes.reduce((count, regime) => count + (regime.tried?.values.length ?? 1), 0),
    seeds,
    search: { type: "grid" },
    settings: {
      optimizer: "adam",
      schedule: "one-cycle",
      // The study's recipe has it; here it would be a regularization of its own.
      labelSmoothing: 0,
      ...settings,
    } as JsonObject,
    parameters: {
      [REGIME]: { type: "category", choices: Object.fromEntries(choices) },
      ...Object.fromEntries(tried),
    },
  };
}
