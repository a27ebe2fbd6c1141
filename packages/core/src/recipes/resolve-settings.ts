import { HeddleError } from "../base/errors.js";
import { type GivenSettings, type Settings, settings } from "./settings.js";
import { studyRecipe } from "./study-recipe.js";

/** What each optimizer's learning rate is where nobody says: a peak that small networks train well with. */
const LEARNING_RATES: Readonly<Record<Settings["optimizer"], number>> = {
  sgd: 0.05,
  adam: studyRecipe.learningRate,
  adamw: 3e-3,
  rmsprop: 1e-3,
  muon: 3e-3,
};

/** The last learning rate of each schedule as a share of the highest. */
const LR_ENDS = { "one-cycle": 0.01, cosine: 0, step: 0.01, exponential: 0.01, polynomial: 0 } as const;

/** What a training is where nobody says: how the study trains. How it was chosen: docs/study.md. */
export const defaultSettings = {
  model: "study",
  labelSmoothing: studyRecipe.labelSmoothing,
  optimizer: "adam",
  schedule: "one-cycle",
  epochs: studyRecipe.epochs,
  batchSize: studyRecipe.batchSize,
  seed: 42,
} as const satisfies GivenSettings;

/** Settings that say nothing to other data, another optimizer or another schedule. */
const belongsTo = {
  data: ["missing", "size", "shape"],
  optimizer: ["learningRate", "momentum", "weightDecay"],
  schedule: ["warmup", "lrEnd", "power"],
} as const satisfies Partial<Record<keyof Settings, readonly (keyof Settings)[]>>;

type Needed = keyof typeof defaultSettings | "learningRate";

/** Settings in full: those without which nothing can be trained are there. */
export type ResolvedSettings = Pick<Settings, Needed> & Omit<GivenSettings, Needed>;

/**
 * The settings of a recipe with those that were typed over them and the defaults below.
 *
 * What belongs to data, an optimizer or a schedule stays behind when another is typed: Adam's learning rate is no use
 * to SGD.
 *
 * @throws HeddleError where two settings do not go together
 */
export function resolveSettings(recipe: GivenSettings, typed: GivenSettings): ResolvedSettings {
  const kept = Object.fromEntries(
    Object.entries(recipe).filter(([name]) => !staysBehind(name, recipe, typed)),
  );
  const given = withoutUndefined({ ...defaultSettings, ...kept, ...withoutUndefined(typed) });
  const optimizer = given.optimizer ?? defaultSettings.optimizer;
  const resolved = {
    learningRate: LEARNING_RATES[optimizer],
    ...given,
    ...(optimizer === "sgd" && { momentum: given.momentum ?? 0.9 }),
  } as ResolvedSettings; // the defaults fill in what is missing
  checkTogether(resolved);
  return resolved;
}

/** The learning rate at the end of the schedule, as a share of the highest. */
export function lrEndOf({ schedule, lrEnd }: ResolvedSettings): number {
  return schedule === "constant" ? 1 : (lrEnd ?? LR_ENDS[schedule]);
}

function staysBehind(name: string, recipe: GivenSettings, typed: GivenSettings): boolean {
  const before: GivenSettings = { ...defaultSettings, ...recipe };
  return (["data", "optimizer", "schedule"] as const).some(
    (owner) =>
      typed[owner] !== undefined &&
      typed[owner] !== before[owner] &&
      (belongsTo[owner] as readonly string[]).includes(name),
  );
}

function withoutUndefined(given: GivenSettings): GivenSettings {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Refuses what would otherwise be ignored in silence. */
function checkTogether(resolved: ResolvedSettings): void {
  const { optimizer, schedule, momentum, power, lrEnd, earlyStopping, validationSplit, ema, stream } =
    resolved;
  if (momentum !== undefined && !["sgd", "rmsprop", "muon"].includes(optimizer)) {
    throw fault("momentum", "an optimizer with momentum: sgd, rmsprop or muon", optimizer, "optimizer");
  }
  if (power !== undefined && schedule !== "polynomial") {
    throw fault("power", "the polynomial schedule", schedule, "schedule");
  }
  if (lrEnd !== undefined && schedule === "constant") {
    throw fault("lrEnd", "a schedule that changes the learning rate", schedule, "schedule");
  }
  if (lrEnd === 0 && (schedule === "step" || schedule === "exponential")) {
    throw fault("lrEnd", `a number above 0 for the ${schedule} schedule`, "0", "lrEnd");
  }
  if (stream && validationSplit) {
    throw new HeddleError({
      who: flagOf("validationSplit"),
      expected: "images in memory, of which a part can be held out",
      received: flagOf("stream"),
      next: "Leave one of the two out: streamed test images are validated on.",
    });
  }
  if (earlyStopping && !validationSplit) {
    throw new HeddleError({
      who: flagOf("earlyStopping"),
      expected: "validation images to watch, as the test set must decide nothing",
      received: "none",
      next: `Add ${flagOf("validationSplit")} 0.1.`,
    });
  }
  if (earlyStopping && ema) {
    throw new HeddleError({
      who: flagOf("earlyStopping"),
      expected: `training without ${flagOf("ema")}, as the best epoch's weights take the average's place`,
      received: `${flagOf("ema")} ${ema}`,
      next: "Leave one of the two out.",
    });
  }
}

function fault(name: keyof Settings, expected: string, received: string, other: keyof Settings): HeddleError {
  const next =
    name === other ? `Correct ${flagOf(name)}.` : `Leave it out, or choose another ${flagOf(other)}.`;
  return new HeddleError({ who: flagOf(name), expected, received, next });
}

/** `--lr-end`, of `--lr, --learning-rate <x>` the last. */
export function flagOf(name: keyof Settings): string {
  return settings[name].flags.match(/--[a-z0-9-]+(?=( <.*)?$)/)![0];
}
