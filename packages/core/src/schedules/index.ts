import { Registry } from "../base/registry.js";
import { Constant } from "./constant.js";
import { CosineDecay, type CosineDecayOptions } from "./cosine-decay.js";
import { CosineDecayRestarts, type CosineDecayRestartsOptions } from "./cosine-decay-restarts.js";
import type { DecayOptions } from "./decay.js";
import { ExponentialDecay } from "./exponential-decay.js";
import { scheduleKeys } from "./ignored-keys.js";
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

/** The schedules by Keras's names. */
export const schedules: Registry<Schedule> = new Registry<Schedule>(
  "schedule",
  {
    Constant,
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    OneCycle,
    PiecewiseConstantDecay,
    PolynomialDecay,
    // Reads another schedule, so it needs the registry.
    Warmup: {
      fromConfig: (config) => Warmup.fromConfig(config, (value) => schedules.deserialize("Warmup", value)),
    },
  },
  scheduleKeys,
);
