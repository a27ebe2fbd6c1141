import type { JsonObject } from "../base/json.js";
import { Registry } from "../base/registry.js";
import { Constant } from "./constant.js";
import { CosineDecay, type CosineDecayOptions } from "./cosine-decay.js";
import { CosineDecayRestarts, type CosineDecayRestartsOptions } from "./cosine-decay-restarts.js";
import type { DecayOptions } from "./decay.js";
import { ExponentialDecay } from "./exponential-decay.js";
import { InverseTimeDecay } from "./inverse-time-decay.js";
import { OneCycle } from "./one-cycle.js";
import { PiecewiseConstantDecay } from "./piecewise-constant-decay.js";
import { PolynomialDecay, type PolynomialDecayOptions } from "./polynomial-decay.js";
import type { Schedule } from "./schedule.js";
import { Warmup } from "./warmup.js";

export {
  Constant,
  CosineDecay,
  type CosineDecayOptions,
  CosineDecayRestarts,
  type CosineDecayRestartsOptions,
  type DecayOptions,
  ExponentialDecay,
  InverseTimeDecay,
  OneCycle,
  PiecewiseConstantDecay,
  PolynomialDecay,
  type PolynomialDecayOptions,
  type Schedule,
  Warmup,
};

export const schedules: Registry<Schedule> = new Registry<Schedule>("schedule", {
  Constant: (config) => new Constant(Number(config["learning_rate"])),
  CosineDecay: (config) =>
    new CosineDecay({
      ...startOf(config),
      ...given(config, { alpha: "alpha", warmupTarget: "warmup_target", warmupSteps: "warmup_steps" }),
    }),
  CosineDecayRestarts: (config) =>
    new CosineDecayRestarts({
      initialLearningRate: Number(config["initial_learning_rate"]),
      firstDecaySteps: Number(config["first_decay_steps"]),
      ...given(config, { tMul: "t_mul", mMul: "m_mul", alpha: "alpha" }),
    }),
  ExponentialDecay: (config) => new ExponentialDecay(decayOf(config)),
  InverseTimeDecay: (config) => new InverseTimeDecay(decayOf(config)),
  OneCycle: (config) =>
    new OneCycle(Number(config["peak"]), {
      warmup: Number(config["warmup"] ?? 0.2),
      start: Number(config["start"] ?? 0.1),
      end: Number(config["end"] ?? 0.01),
    }),
  PiecewiseConstantDecay: (config) =>
    new PiecewiseConstantDecay(numbersIn(config, "boundaries"), numbersIn(config, "values")),
  PolynomialDecay: (config) =>
    new PolynomialDecay({
      ...startOf(config),
      ...given(config, { endLearningRate: "end_learning_rate", power: "power" }),
      cycle: config["cycle"] === true,
    }),
  Warmup: (config) =>
    new Warmup(schedules.deserialize("Warmup", config["schedule"]), { steps: Number(config["steps"]) }),
});

/** Where a decay begins and how long it takes. */
function startOf(config: JsonObject) {
  return {
    initialLearningRate: Number(config["initial_learning_rate"]),
    decaySteps: Number(config["decay_steps"]),
  };
}

function decayOf(config: JsonObject): DecayOptions {
  return {
    ...startOf(config),
    decayRate: Number(config["decay_rate"]),
    staircase: config["staircase"] === true,
  };
}

/** The numbers that a configuration has, under Heddle's names. */
function given<Name extends string>(
  config: JsonObject,
  names: Readonly<Record<Name, string>>,
): { [name in Name]?: number } {
  const pairs = Object.entries<string>(names).filter(([, name]) => (config[name] ?? null) !== null);
  return Object.fromEntries(pairs.map(([own, name]) => [own, Number(config[name])])) as {
    [name in Name]?: number;
  };
}

function numbersIn(config: JsonObject, name: string): number[] {
  const value = config[name];
  return Array.isArray(value) ? value.map(Number) : [];
}
