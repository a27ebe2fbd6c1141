import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { type ResolvedSettings, resolveSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import type { GivenSettings, Settings } from "@heddle/core/internal/recipes/settings.js";
import type { Values } from "@heddle/core/internal/sweep/parameter.js";
import { checkRecipeSpace, settingsOf } from "@heddle/core/internal/sweep/recipe-space.js";
import type { Sweep } from "@heddle/core/internal/sweep/sweep.js";

/** Held out of the training images where nobody says how much: a sixth, as in the studies. */
const HELD_OUT = 1 / 6;

/** What is the same for all trials of a sweep, or has no place in one. */
const NO_PARAMETERS: readonly (keyof Settings)[] = [
  "data",
  "model",
  "from",
  "validationSplit",
  "folds",
  "stream",
  "seed",
];

/**
 * The settings that every trial is trained with, apart from its own values.
 *
 * @param who the sweep's file, for errors
 * @param recipe what the recipe sets
 * @param typed what the user sets on top of it
 * @throws HeddleError when the parameters are no settings, or a setting has no place in a sweep
 */
export function sharedSettings(
  who: string,
  sweep: Sweep,
  recipe: GivenSettings,
  typed: GivenSettings,
): ResolvedSettings {
  const given = { ...recipe, ...typed };
  checkRecipeSpace(who, sweep.space);
  const names = sweep.space.parameters.map(({ name }) => name as keyof Settings);
  for (const name of names) {
    if (!NO_PARAMETERS.includes(name)) continue;
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

/**
 * The settings of a trial with one seed.
 *
 * @throws HeddleError when its values contradict each other or the shared ones
 */
export function trialSettings(
  who: string,
  shared: ResolvedSettings,
  values: Values,
  seed: number,
): ResolvedSettings {
  return { ...resolveSettings(shared, settingsOf(who, values)), seed };
}
