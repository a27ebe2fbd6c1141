import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { didYouMean } from "@heddle/core/internal/base/closest.js";
import { messageOf } from "@heddle/core/internal/base/errors.js";
import { defaultSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import {
  type GivenSettings,
  type Settings,
  settingNames,
  settings,
} from "@heddle/core/internal/recipes/settings.js";
import { settingFlags } from "./setting-flags.js";

/** The heading of a group of options in the help. */
export type OptionGroup =
  | "Search"
  | "Data"
  | "Regularization"
  | "Optimizer"
  | "Schedule"
  | "Training"
  | "Output";

/** Puts an option below a heading of the help. */
export function grouped<Grouped extends { helpGroup(heading: string): unknown }>(
  group: OptionGroup,
  option: Grouped,
): Grouped {
  option.helpGroup(`${group}:`);
  return option;
}

/** The options of settings, one for each, without those in `omit` and those that a command adds itself. */
export function settingOptions(omit: readonly (keyof Settings)[] = []): Option[] {
  return settingNames.flatMap((name) => {
    const { group } = settingFlags[name];
    return group === undefined || omit.includes(name) ? [] : [grouped(group, optionOf(name))];
  });
}

/** The settings among a command's options. */
export function typedSettings(options: object): GivenSettings {
  const names: readonly string[] = settingNames;
  // Each has been read by its setting.
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)));
}

/** The option of a setting. */
export function optionOf(name: keyof Settings): Option {
  const { flags, help } = settingFlags[name];
  const { expected, words, parse, read } = settings[name];
  const initial: unknown =
    name in defaultSettings ? defaultSettings[name as keyof typeof defaultSettings] : undefined;
  // Not commander's default: a setting that was not typed must not override a recipe's.
  const text = initial === undefined ? help : `${help} (default: ${initial})`;
  const option = new Option(flags, text);
  if (option.isBoolean()) return option;
  return option.argParser((typed) => {
    const value = readOrRefuse(() => read(parse(typed)));
    if (value !== undefined) return value;
    throw new InvalidArgumentError(words ? didYouMean(typed, words) : `Expected ${expected}.`);
  }) as Option; // its value's type is the setting's
}

function readOrRefuse<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (thrown) {
    const message = messageOf(thrown);
    throw new InvalidArgumentError(message[0]!.toUpperCase() + message.slice(1));
  }
}
