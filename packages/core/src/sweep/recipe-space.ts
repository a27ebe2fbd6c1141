import { didYouMean } from "../base/closest.js";
import { HeddleError } from "../base/errors.js";
import { type GivenSettings, readSetting, settingNames } from "../recipes/settings.js";
import type { Parameter, SweepValue, Values } from "./parameter.js";
import type { SearchSpace } from "./space.js";
import { valueAtPosition } from "./values.js";

/**
 * Checks that the parameters of a space are settings of a recipe, and that their values fit.
 *
 * @param who the sweep's file, for errors
 * @throws HeddleError on the first that does not
 */
export function checkRecipeSpace(who: string, space: SearchSpace): void {
  for (const { name, parameter } of space.parameters) {
    const setting = settingNames.find((one) => one === name);
    if (setting === undefined) {
      throw new HeddleError({
        who,
        expected: "settings of a recipe as parameters",
        received: JSON.stringify(name),
        next: didYouMean(name, settingNames),
      });
    }
    for (const value of probes(parameter)) readSetting(`${who}, ${name}`, setting, value);
  }
}

/** A trial's values as settings of a recipe. */
export function settingsOf(who: string, values: Values): GivenSettings {
  const entries = Object.entries(values).map(([name, value]) => {
    const setting = settingNames.find((one) => one === name)!; // checked by checkRecipeSpace
    return [name, readSetting(`${who}, ${name}`, setting, value)];
  });
  return Object.fromEntries(entries) as GivenSettings;
}

/** All choices; of numbers the bounds and one between them, which is no whole number where the parameter has others. */
function probes(parameter: Parameter): readonly SweepValue[] {
  if (parameter.type === "category") return parameter.choices;
  return [parameter.low, parameter.high, valueAtPosition(parameter, 0.3183)];
}
