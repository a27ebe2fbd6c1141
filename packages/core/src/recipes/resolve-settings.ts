import { HeddleError } from "../base/errors.js";
import { formOptionNames } from "../data/form-options.js";
import type { GivenSettings, Settings } from "./settings.js";
import { studyRecipe } from "./study-recipe.js";

/** The default learning rate of each optimizer: a peak that small networks train well with. */
const LEARNING_RATES: Readonly<Record<Settings["optimizer"], number>> = {
  sgd: 0.05,
  adam: studyRecipe.learningRate,
  adamw: 3e-3,
  rmsprop: 1e-3,
  muon: 3e-3,
};

/** The new layer of a fine-tuned model learns from features that stay: it bears a rate so many times as high. */
const HEAD_RATE = 3;

/** The last learning rate of each schedule as a share of the highest. */
const LR_ENDS = { "one-cycle": 0.01, cosine: 0, step: 0.01, exponential: 0.01, polynomial: 0 } as const;

/** The defaults: how the study trains. docs/study.md says how that was chosen. */
export const defaultSettings = {
  model: "study",
  labelSmoothing: studyRecipe.labelSmoothing,
  optimizer: "adam",
  schedule: "one-cycle",
  epochs: studyRecipe.epochs,
  batchSize: studyRecipe.batchSize,
  seed: 42,
} as const satisfies GivenSettings;

/** Settings that mean nothing for other data, a different optimizer or a different schedule. */
const belongsTo = {
  data: formOptionNames,
  optimizer: ["learningRate", "momentum", "weightDecay"],
  schedule: ["warmup", "lrEnd", "power"],
} as const satisfies Partial<Record<keyof Settings, readonly (keyof Settings)[]>>;

type Needed = keyof typeof defaultSettings | "learningRate";

/** Settings with everything that a training needs. */
export type ResolvedSettings = Pick<Settings, Needed> & Omit<GivenSettings, Needed>;

/**
 * The settings of a recipe, with others on top of them and the defaults underneath.
 *
 * What belongs to data, an optimizer or a schedule is dropped when `overrides` name a different one: Adam's learning
 * rate is no use to SGD.
 *
 * @throws HeddleError where two settings contradict each other
 */
export function resolveSettings(recipe: GivenSettings, overrides: GivenSettings): ResolvedSettings {
  const dropped = droppedBy(recipe, overrides);
  const remaining = Object.fromEntries(Object.entries(recipe).filter(([name]) => !dropped.has(name)));
  const settings = withoutUndefined({ ...defaultSettings, ...remaining, ...withoutUndefined(overrides) });
  const optimizer = settings.optimizer ?? defaultSettings.optimizer;
  const resolved = {
    learningRate: (settings.from === undefined ? 1 : HEAD_RATE) * LEARNING_RATES[optimizer],
    ...settings,
    ...(optimizer === "sgd" && { momentum: settings.momentum ?? 0.9 }),
  } as ResolvedSettings; // the defaults fill in what is missing
  checkTogether(resolved);
  return resolved;
}

/** The learning rate at the end of the schedule, as a share of the highest. */
export function lrEndOf({ schedule, lrEnd }: ResolvedSettings): number {
  return schedule === "constant" ? 1 : (lrEnd ?? LR_ENDS[schedule]);
}

/** The settings that belong to others which are overridden. */
function droppedBy(recipe: GivenSettings, overrides: GivenSettings): ReadonlySet<string> {
  const before: GivenSettings = { ...defaultSettings, ...recipe };
  const changed = (["data", "optimizer", "schedule"] as const).filter(
    (owner) => overrides[owner] !== undefined && overrides[owner] !== before[owner],
  );
  return new Set(changed.flatMap((owner): readonly string[] => belongsTo[owner]));
}

function withoutUndefined(settings: GivenSettings): GivenSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** Refuses what would otherwise be ignored in silence. */
function checkTogether(resolved: ResolvedSettings): void {
  const { optimizer, schedule, momentum, power, lrEnd, earlyStopping, validationSplit, folds, ema, stream } =
    resolved;
  const { model, from, frozenEpochs } = resolved;
  if (momentum !== undefined && !["sgd", "rmsprop", "muon"].includes(optimizer)) {
    throw contradiction(
      "momentum",
      "an optimizer with momentum: sgd, rmsprop or muon",
      "optimizer",
      optimizer,
    );
  }
  if (power !== undefined && schedule !== "polynomial") {
    throw contradiction("power", "the polynomial schedule", "schedule", schedule);
  }
  if (lrEnd !== undefined && schedule === "constant") {
    throw contradiction("lrEnd", "a schedule that changes the learning rate", "schedule", schedule);
  }
  if (lrEnd === 0 && (schedule === "step" || schedule === "exponential")) {
    throw new HeddleError({
      who: "`lrEnd`",
      expected: `a number above 0 for the ${schedule} schedule`,
      received: "0",
      next: "Raise `lrEnd`.",
    });
  }
  if (stream && validationSplit) {
    throw new HeddleError({
      who: "`validationSplit`",
      expected: "images in memory, some of which can be held out",
      received: "`stream: true`",
      next: "Remove one of the two: a streamed training is validated on the test images.",
    });
  }
  if (from !== undefined && model !== "study") {
    throw new HeddleError({
      who: "`from`",
      expected: "no other model: it names the one that is trained",
      received: "a recipe with a model",
      next: "Remove one of the two.",
    });
  }
  if (from === undefined && frozenEpochs !== undefined) {
    throw new HeddleError({
      who: "`frozenEpochs`",
      expected: "`from`, which names a trained model",
      received: "none",
      next: "Remove it, or set `from`.",
    });
  }
  if (stream && folds) {
    throw new HeddleError({
      who: "`folds`",
      expected: "images in memory, parts of which can be held out",
      received: "`stream: true`",
      next: "Remove one of the two.",
    });
  }
  if (earlyStopping && !validationSplit) {
    throw new HeddleError({
      who: "`earlyStopping`",
      expected: "validation images to watch, because the test set must decide nothing",
      received: "none",
      next: "Add `validationSplit: 0.1`.",
    });
  }
  if (earlyStopping && ema) {
    throw new HeddleError({
      who: "`earlyStopping`",
      expected: "training without `ema`, because the best epoch's weights would replace the average",
      received: `\`ema: ${ema}\``,
      next: "Remove one of the two.",
    });
  }
}

function contradiction(
  name: keyof Settings,
  expected: string,
  other: keyof Settings,
  value: string,
): HeddleError {
  return new HeddleError({
    who: `\`${name}\``,
    expected,
    received: value,
    next: `Remove it, or choose a different \`${other}\`.`,
  });
}
