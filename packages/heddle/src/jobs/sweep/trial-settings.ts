import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { Shape } from "@heddle/core/internal/base/shape.js";
import { type ResolvedSettings, resolveSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import type { GivenSettings, Settings } from "@heddle/core/internal/recipes/settings.js";
import type { Values } from "@heddle/core/internal/sweep/parameter.js";
import { checkRecipeSpace, settingsOf, variedSettings } from "@heddle/core/internal/sweep/recipe-space.js";
import type { SearchSpace } from "@heddle/core/internal/sweep/space.js";
import type { Sweep } from "@heddle/core/internal/sweep/sweep.js";
import { modelOf, type SweepCode } from "./sweep-module.js";

/** Held out of the training images where nobody says how much: a sixth, as in the studies. */
const HELD_OUT = 1 / 6;

/** What is the same for all trials of a sweep, or has no place in one. */
const NO_PARAMETERS: readonly (keyof Settings)[] = [
  "data",
  "from",
  "validationSplit",
  "folds",
  "stream",
  "seed",
];

/**
 * The settings that every trial is trained with, apart from its own values.
 *
 * @param of.who the sweep's file, for errors
 * @param of.builds whether code builds the trials' models
 * @param recipe what the recipe and the sweep's file set
 * @param typed what the user sets on top of it
 * @throws HeddleError when the parameters are no settings, or a setting has no place in a sweep
 */
export function sharedSettings(
  { who, sweep, builds }: { readonly who: string; readonly sweep: Sweep; readonly builds: boolean },
  recipe: GivenSettings,
  typed: GivenSettings,
): ResolvedSettings {
  const given = { ...recipe, ...typed };
  checkRecipeSpace(who, sweep.space, builds);
  const names = variedSettings(sweep.space);
  if (builds && names.includes("model")) {
    throw refusal(who, "models from the module alone", '"model" as a setting of a choice', "Remove it.");
  }
  const isParameter = sweep.space.parameters.some(({ name, sets }) => name === "model" && !sets);
  for (const name of names) {
    if (!NO_PARAMETERS.includes(name) && !(name === "model" && isParameter)) continue;
    throw refusal(who, "a parameter that may differ between trials", JSON.stringify(name), "Remove it.");
  }
  for (const name of ["from", "folds", "stream"] as const) {
    if (!given[name]) continue;
    const next = `Remove \`${name}\`.`;
    throw refusal(
      "Sweep",
      `no \`${name}\`: each trial is trained from scratch, on images in memory`,
      String(given[name]),
      next,
    );
  }
  if (given.validationSplit === 0) {
    throw refusal(
      "Sweep",
      "held-out images to choose by, because the test set must choose nothing",
      "`validationSplit: 0`",
      "Remove it.",
    );
  }
  const { epochs } = untilMaximum(who, sweep, names, typed);
  return resolveSettings(
    { validationSplit: HELD_OUT, ...recipe },
    { ...typed, epochs: epochs ?? typed.epochs },
  );
}

/** Halving says how far trials run at most: that is how many epochs there are, whatever the recipe says. */
function untilMaximum(
  who: string,
  { stopping }: Sweep,
  names: readonly string[],
  typed: GivenSettings,
): Pick<GivenSettings, "epochs"> {
  if (stopping === undefined || stopping.type === "median") return {};
  const { maximum } = stopping;
  const differs = typed.epochs !== undefined && typed.epochs !== maximum;
  if (!differs && !names.includes("epochs")) return { epochs: maximum };
  const expected = `${maximum} epochs, the \`maximum\` of its stopping rule`;
  const received = differs ? `\`epochs: ${typed.epochs}\`` : "epochs as a parameter";
  throw refusal(who, expected, received, "Remove one of the two.");
}

function refusal(who: string, expected: string, received: string, next: string): HeddleError {
  return new HeddleError({ who, expected, received, next });
}

/** The settings of a trial with one seed. */
export type SettingsOfTrial = (values: Values, seed: number) => Promise<ResolvedSettings>;

/** What trials are trained with. */
export interface TrialBasis {
  /** The sweep, for errors. */
  readonly who: string;
  readonly space: SearchSpace;
  readonly shared: ResolvedSettings;
  /** Where code builds the models: what it is passed. */
  readonly code: SweepCode | undefined;
  readonly inputShape: Shape;
  readonly classes: number;
}

/**
 * How a sweep's values become settings.
 *
 * @returns a function that throws a HeddleError when values contradict each other or the shared settings, or no model can be
 *   built from them
 */
export function settingsOfTrials(basis: TrialBasis): SettingsOfTrial {
  const { who, space, shared, code, inputShape, classes } = basis;
  return async (values, seed) => {
    const settings = { ...resolveSettings(shared, settingsOf(who, space, values)), seed };
    const model = code && (await modelOf(code, values, { inputShape, classes, seed }));
    return model ? { ...settings, model } : settings;
  };
}
