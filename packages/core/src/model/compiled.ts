import { HeddleError } from "../base/errors.js";
import { checkOptions } from "../base/known-options.js";
import { shown } from "../base/rules.js";
import type { EngineOptions } from "../engine/engine.js";
import { type Loss, losses } from "../losses/index.js";
import { Metric } from "../metrics/index.js";
import { Optimizer, optimizers } from "../optimizers/index.js";
import { type ModelMetrics, modelMetrics } from "../training/model-metrics.js";
import { COMPILE_RULES, type CompileOptions } from "./compile-options.js";

/** The options of `compile` as objects. */
export interface Compiled {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: ModelMetrics;
  readonly engine: EngineOptions;
}

const DEFAULT_LOSS = losses.create("compile", "sparseCategoricalCrossentropy");

/** What a model has that was never compiled. */
export function uncompiled(): Compiled {
  return {
    optimizer: optimizers.create("compile", "adam"),
    loss: DEFAULT_LOSS,
    metrics: { accuracy: true, metrics: [] },
    engine: {},
  };
}

/**
 * Resolves the options of `compile` for a model with outputs of a shape.
 *
 * @throws HeddleError when an option is unknown, of a wrong type, or does not fit the outputs
 */
export function resolveCompileOptions(options: CompileOptions, outputShape: readonly number[]): Compiled {
  checkOptions("compile", options, COMPILE_RULES);
  const { optimizer = "adam", metrics = [], loss: lossOrName = DEFAULT_LOSS, ...engine } = options;
  const loss = typeof lossOrName === "string" ? losses.create("compile", lossOrName) : lossOrName;
  if (typeof optimizer !== "string" && !(optimizer instanceof Optimizer))
    throw notAnInstance("optimizer", optimizer);
  if (typeof optimizer !== "string") optimizer.checkOptions();
  if (typeof loss?.emit !== "function") throw notAnInstance("loss", loss);
  for (const metric of metrics) {
    if (typeof metric !== "string" && !(metric instanceof Metric)) throw notAnInstance("each metric", metric);
  }
  return {
    metrics: modelMetrics(loss, metrics, outputShape),
    optimizer: typeof optimizer === "string" ? optimizers.create("compile", optimizer) : optimizer,
    loss,
    engine,
  };
}

function notAnInstance(name: string, value: unknown): HeddleError {
  return new HeddleError({
    who: "compile",
    expected: `${name} as a name or an instance`,
    received: shown(value),
    next: "Pass an instance, created with new, or a name.",
  });
}
