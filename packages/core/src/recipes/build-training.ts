import type { JsonObject } from "../base/json.js";
import { type Shape, sameShape, takesShape } from "../base/shape.js";
import type { Dataset } from "../data/dataset.js";
import type { Images } from "../data/images.js";
import { modelFromJson } from "../model/load.js";
import type { Model } from "../model/model.js";
import { copyBody, headOf, jsonWithNewHead } from "../model/new-head.js";
import { declaredShapeOf } from "../network/described-model.js";
import {
  Adam,
  AdamW,
  Muon,
  type Optimizer,
  type OptimizerOptions,
  RMSprop,
  SGD,
} from "../optimizers/index.js";
import {
  Constant,
  CosineDecay,
  ExponentialDecay,
  OneCycle,
  PolynomialDecay,
  type Schedule,
  Warmup,
} from "../schedules/index.js";
import { adjustModel } from "./adjust-model.js";
import { checkSeveralClasses } from "./check-fits.js";
import { lossFor } from "./loss-for.js";
import { lrEndOf, type ResolvedSettings } from "./resolve-settings.js";
import { studyModel } from "./study-recipe.js";
import type { Training, TrainingPlan } from "./training.js";
import { trainingImages } from "./training-images.js";

/**
 * The training that settings describe.
 *
 * @param options `who`: the model's source for messages, such as the path of its file; `base`: the model that is
 *   fine-tuned, with `from`
 * @throws HeddleError when the model cannot be read, or a setting does not apply to it
 */
export function trainingOf(
  settings: ResolvedSettings,
  dataset: Dataset<Images>,
  options: { readonly threads?: number | undefined; readonly who?: string; readonly base?: BaseModel } = {},
): Training {
  const { threads, base, who = "model" } = options;
  const images = trainingImages(dataset.train, settings);
  const written = modelOf(settings, dataset, { who, base });
  const model = forImages(written, dataset.train.shape, who);
  if (base) copyBody(base.model, model);
  const plan = planOf(settings, model, images.train.count);
  const writtenInput = model === written ? undefined : written.inputShape;
  const takesAnySize = !base && settings.model !== "study" && hasUnknownSize(who, settings.model);
  return { ...plan, dataset, ...images, threads, writtenInput, takesAnySize };
}

/** A trained model that is fine-tuned. */
export interface BaseModel {
  readonly model: Model;
  /** The input values that it takes for black and white. */
  readonly range: readonly [black: number, white: number];
}

/** The learning rate of all layers after the frozen epochs, as a share of the head's, so that what is known is kept. */
const FREE_RATE = 0.1;

/** The share of the epochs in which the head is trained alone. */
const FROZEN_SHARE = 1 / 2;

/** How settings train a model on a number of images: all of a training but its data and threads. */
export function planOf(settings: ResolvedSettings, model: Model, images: number): TrainingPlan {
  const { epochs, batchSize, limit, fast = false, labelSmoothing } = settings;
  const { validationSplit, earlyStopping, classWeights } = settings;
  const steps = Math.ceil(images / batchSize);
  const { free, fineTuning } =
    settings.from === undefined
      ? { free: { settings, epochs }, fineTuning: undefined }
      : fineTuningOf(settings, model, steps);
  const schedule = scheduleOf(free.settings, free.epochs * steps);
  return {
    model,
    optimizer: optimizerOf(free.settings, schedule, model),
    fineTuning,
    loss: lossFor(model, { labelSmoothing }),
    epochs,
    batchSize,
    fast,
    limit,
    // 0 and "none" turn a setting off.
    validationSplit: validationSplit || undefined,
    earlyStopping: earlyStopping || undefined,
    classWeights: classWeights === "balanced" ? classWeights : undefined,
  };
}

/** The two parts of a fine-tuning: the head alone, and then all layers at a lower rate. */
function fineTuningOf(settings: ResolvedSettings, model: Model, steps: number) {
  const { epochs, frozenEpochs = Math.round(FROZEN_SHARE * epochs), learningRate } = settings;
  const frozen = Math.min(frozenEpochs, epochs);
  // The average of the weights is one over all layers.
  const head = { ...settings, ema: undefined };
  return {
    free: {
      settings: { ...settings, learningRate: FREE_RATE * learningRate },
      epochs: Math.max(1, epochs - frozen),
    },
    fineTuning: {
      frozenEpochs: frozen,
      headOptimizer: optimizerOf(head, scheduleOf(head, Math.max(1, frozen) * steps), model),
    },
  };
}

/** The model of settings, for a dataset's images and classes. */
function modelOf(
  settings: ResolvedSettings,
  dataset: Dataset<Images>,
  { who, base }: { readonly who: string; readonly base: BaseModel | undefined },
): Model {
  const { model: source, seed } = settings;
  const { train, classNames } = dataset;
  if (source === "study") checkSeveralClasses(dataset);
  const plain = base
    ? modelFromJson(who, headedJson(base, classNames.length), { seed })
    : source === "study"
      ? studyModel({ input: train.shape, classes: classNames.length, seed })
      : modelFromJson(who, source, {
          seed,
          ...(hasUnknownSize(who, source) && { inputShape: train.shape }),
        });
  const { augment, dropout, l1, l2 } = settings;
  if ([augment, dropout, l1, l2].every((setting) => setting === undefined)) return plain;
  return modelFromJson(who, adjustModel(plain.toJson(), settings), { seed });
}

/** A base model with a new head, which takes bytes whatever its own range is. */
function headedJson({ model, range: [black, white] }: BaseModel, classes: number): JsonObject {
  const headed = jsonWithNewHead(model, classes);
  if (black === 0 && white === 255) return headed;
  const input = { class_name: "InputLayer", config: { batch_shape: [null, ...model.inputShape] } };
  const rescaling = { class_name: "Rescaling", config: { scale: (white - black) / 255, offset: black } };
  return {
    class_name: "Sequential",
    config: { name: model.name, layers: [input, rescaling, headed] },
  };
}

/** Whether a model's JSON, such as Keras's with `(None, None, 3)`, does not know a size of the input. */
function hasUnknownSize(who: string, model: unknown): boolean {
  return declaredShapeOf(who, model).includes(null);
}

/** A model that takes images: one of rows, or of plain numbers, gets a Reshape before it. */
function forImages(model: Model, shape: Shape, who: string): Model {
  const { name, seed, inputShape } = model;
  if (sameShape(inputShape, shape) || !takesShape(inputShape, shape)) return model;
  const input = { class_name: "InputLayer", config: { batch_shape: [null, ...shape] } };
  const reshape = { class_name: "Reshape", config: { target_shape: inputShape } };
  const config = { name, layers: [input, reshape, model.toJson()] };
  return modelFromJson(who, { class_name: "Sequential", config }, { seed });
}

/** The learning rate over a training of `totalSteps` steps. */
export function scheduleOf(settings: ResolvedSettings, totalSteps: number): Schedule {
  const { schedule, learningRate: peak, warmup, power } = settings;
  const end = lrEndOf(settings);
  if (schedule === "one-cycle") return new OneCycle(peak, { end, ...(warmup !== undefined && { warmup }) });
  const warmupSteps = Math.round((warmup ?? 0) * totalSteps);
  const decaySteps = Math.max(1, totalSteps - warmupSteps);
  const decay = { initialLearningRate: peak, decaySteps };
  const schedules: Record<Exclude<ResolvedSettings["schedule"], "one-cycle">, () => Schedule> = {
    constant: () => new Constant(peak),
    cosine: () => new CosineDecay({ ...decay, alpha: end }),
    exponential: () => new ExponentialDecay({ ...decay, decayRate: end }),
    // Three levels, of which the last is the end.
    step: () =>
      new ExponentialDecay({
        ...decay,
        decaySteps: decaySteps / 3,
        decayRate: Math.sqrt(end),
        staircase: true,
      }),
    polynomial: () =>
      new PolynomialDecay({ ...decay, endLearningRate: peak * end, ...(power !== undefined && { power }) }),
  };
  const rest = schedules[schedule]();
  return warmupSteps === 0 ? rest : new Warmup(rest, { steps: warmupSteps });
}

/** The optimizer of settings with a schedule. */
function optimizerOf(settings: ResolvedSettings, schedule: Schedule, model: Model): Optimizer {
  const { optimizer, momentum, weightDecay, clipNorm, ema } = settings;
  const shared: OptimizerOptions = {
    learningRate: schedule,
    ...(weightDecay !== undefined && { weightDecay }),
    ...(clipNorm && { globalClipnorm: clipNorm }),
    ...(ema && { useEma: true, emaMomentum: ema }),
  };
  const options = { ...shared, ...(momentum !== undefined && { momentum }) };
  switch (optimizer) {
    case "sgd":
      return new SGD(options);
    case "rmsprop":
      return new RMSprop(options);
    case "adam":
      return new Adam(shared);
    case "adamw":
      return new AdamW(shared);
    case "muon":
      return new Muon({
        ...options,
        // One weight decay for all weights, whichever of its two ways updates them.
        ...(weightDecay !== undefined && { adamWeightDecay: weightDecay }),
        // As its authors advise, the output layer is left to AdamW.
        excludeLayers: [`^${headOf(model).name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}/`],
      });
  }
}
