import { closest, didYouMean } from "../base/closest.js";
import { HeddleError } from "../base/errors.js";
import { type GivenSettings, readSetting, type Settings, settingNames } from "../recipes/settings.js";
import { listed } from "./constraint.js";
import type { Parameter, SweepValue, Values } from "./parameter.js";
import type { NamedParameter, SearchSpace } from "./space.js";
import { valueAtPosition } from "./values.js";

/**
 * Checks that the parameters of a space are settings of a recipe or name some, that their values fit, and that no trial has
 * a setting from two of them.
 *
 * @param who the sweep's file, for errors
 * @param others whether parameters may have other names too, because code builds the model from them; not if such a name is
 *   almost that of a setting
 * @throws HeddleError on the first that does not
 */
export function checkRecipeSpace(who: string, space: SearchSpace, others = false): void {
  for (const { name, parameter, sets } of space.parameters) {
    for (const [choice, settings] of Object.entries(sets ?? {})) {
      const whose = `${who}, ${name} ${JSON.stringify(choice)}`;
      for (const [key, value] of Object.entries(settings)) {
        readSetting(`${whose}, ${key}`, settingNamed(whose, key, "settings of a recipe"), value);
        refuseSecond(whose, { name, parameter, choice, key }, space.parameters);
      }
    }
    const isOther = others && !isSetting(name) && closest(name, settingNames) === undefined;
    if (sets || isOther) continue;
    const setting = settingNamed(who, name, "settings of a recipe as parameters");
    for (const value of probes(parameter)) readSetting(`${who}, ${name}`, setting, value);
  }
}

/** The settings in which the trials of a space may differ. */
export function variedSettings(space: SearchSpace): readonly (keyof Settings)[] {
  const names = space.parameters.flatMap(({ name, sets }) =>
    sets ? Object.values(sets).flatMap((settings) => Object.keys(settings)) : [name],
  );
  return settingNames.filter((name) => names.includes(name));
}

/** A trial's values as settings of a recipe. */
export function settingsOf(who: string, space: SearchSpace, values: Values): GivenSettings {
  const entries = space.parameters.flatMap(({ name, sets }) => {
    const value = values[name];
    // Code may build the model from values that are no settings.
    if (value === undefined || (!sets && !isSetting(name))) return [];
    return Object.entries(sets?.[String(value)] ?? { [name]: value }).map(([key, one]) => {
      const setting = settingNames.find((known) => known === key)!; // checked by checkRecipeSpace
      return [key, readSetting(`${who}, ${key}`, setting, one)];
    });
  });
  return Object.fromEntries(entries) as GivenSettings;
}

function isSetting(name: string): boolean {
  return settingNames.some((one) => one === name);
}

function settingNamed(who: string, name: string, expected: string): keyof Settings {
  const setting = settingNames.find((one) => one === name);
  if (setting !== undefined) return setting;
  throw new HeddleError({
    who,
    expected,
    received: JSON.stringify(name),
    next: didYouMean(name, settingNames),
  });
}

/** Refuses a setting that another parameter of the same trial sets too. */
function refuseSecond(
  who: string,
  own: NamedParameter & { readonly choice: string; readonly key: string },
  parameters: readonly NamedParameter[],
): void {
  const { name, parameter, choice, key } = own;
  const other = parameters.find((one) => {
    if (one.name === name || !mayBe(one.parameter, name, choice)) return false;
    if (!one.sets) return one.name === key;
    return Object.entries(one.sets).some(
      ([others, settings]) => key in settings && mayBe(parameter, one.name, others),
    );
  });
  if (other === undefined) return;
  throw new HeddleError({
    who,
    expected: `${key} to be set by one parameter of a trial`,
    received: `${other.name}, which sets it too`,
    next: `Remove it from one of the two, or limit ${other.name} to other choices by \`when\`.`,
  });
}

/** Whether a parameter's own condition allows another parameter to have a value. */
function mayBe({ when }: Parameter, name: string, value: SweepValue): boolean {
  const wanted = when?.[name];
  return wanted === undefined || listed(wanted).includes(value);
}

/** All choices; of numbers the bounds and one between them, which is no whole number where the parameter has others. */
function probes(parameter: Parameter): readonly SweepValue[] {
  if (parameter.type === "category") return parameter.choices;
  return [parameter.low, parameter.high, valueAtPosition(parameter, 0.3183)];
}
