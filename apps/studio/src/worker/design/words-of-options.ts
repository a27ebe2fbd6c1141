import { constraints } from "@heddle/core/internal/constraints/index.js";
import { initializers } from "@heddle/core/internal/initializers/index.js";
import { kerasNames } from "@heddle/core/internal/layers/activation-names.js";
import { regularizers } from "@heddle/core/internal/regularizers/index.js";

/** The words that an option accepts, by its name; those of `*_initializer` and the like name classes. */
export type OptionWords = Readonly<Record<string, readonly string[]>>;

/** The words of every option that has some. */
export const optionWords: OptionWords = {
  activation: Object.values(kerasNames),
  padding: ["valid", "same"],
  fill_mode: ["constant", "nearest", "reflect", "wrap"],
  interpolation: ["nearest", "bilinear"],
  mode: ["horizontal", "vertical", "horizontal_and_vertical"],
  initializer: initializers.names,
  regularizer: regularizers.names,
  constraint: constraints.names,
};
