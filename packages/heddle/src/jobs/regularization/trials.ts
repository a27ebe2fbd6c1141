import { serialize } from "@heddle/core/internal/base/registry.js";
import { sha256 } from "@heddle/core/internal/base/sha256.js";
import type { Loss } from "@heddle/core/internal/losses/index.js";
import { SparseCategoricalCrossentropy } from "@heddle/core/internal/losses/index.js";
import type { Sequential } from "@heddle/core/internal/model/sequential.js";
import { Adam, type Optimizer } from "@heddle/core/internal/optimizers/index.js";
import { OneCycle } from "@heddle/core/internal/schedules/index.js";
import { networkOf } from "./network.js";
import type { RegularizationPlan } from "./plan.js";
import type { Regime, Setting } from "./regimes.js";
import type { RegularizationRequest, RequestWords } from "./request.js";

/** What a trial is for. */
export type Purpose = "choosing" | "comparing";

/** One training of a study. Everything in it decides its weights, to the last bit. */
export interface Trial {
  readonly regime: Regime;
  readonly setting: Setting;
  readonly purpose: Purpose;
  readonly seed: number;
  readonly epochs: number;
  /** 16 hexadecimal digits of everything that decides its result. */
  readonly key: string;
}

/** What all trials of a study share. */
export interface TrialFrame {
  readonly request: RegularizationRequest;
  readonly words: RequestWords;
  readonly plan: Pick<RegularizationPlan, "seeds" | "epochs" | "choosingEpochs">;
  readonly input: readonly [number, number, number];
  readonly classes: number;
}

/** What a trial trains. */
export interface TrialTraining {
  readonly model: Sequential;
  readonly optimizer: Optimizer;
  readonly loss: Loss;
}

/** The network of a setting with a seed, and how it is trained: the same for every regime. */
export function trainingOf(frame: Omit<TrialFrame, "plan">, setting: Setting, seed: number): TrialTraining {
  const { input, classes, request } = frame;
  return {
    model: networkOf(setting.network, { input, classes, seed }),
    optimizer: new Adam({ learningRate: new OneCycle(request.learningRate) }),
    // Label smoothing, which the study's recipe has, would be a regularization of its own.
    loss: new SparseCategoricalCrossentropy(),
  };
}

/** The trials by which strengths and rates are chosen: each setting once, where there is a choice. */
export function choosingTrials(frame: TrialFrame, regimes: readonly Regime[]): Promise<readonly Trial[]> {
  const { plan, request } = frame;
  const chosen = regimes.filter(({ settings }) => settings.length > 1);
  const trials = chosen.flatMap((regime) => regime.settings.map((setting) => ({ regime, setting })));
  return Promise.all(
    trials.map((trial) =>
      withKey(frame, { ...trial, purpose: "choosing", seed: request.seed, epochs: plan.choosingEpochs }),
    ),
  );
}

/**
 * The trials that are compared, seed by seed, so that an interrupted study has about as many trials of every regime.
 */
export function comparingTrials(
  frame: TrialFrame,
  chosen: readonly { readonly regime: Regime; readonly setting: Setting }[],
): Promise<readonly Trial[]> {
  const { plan, request } = frame;
  const seeds = Array.from({ length: plan.seeds }, (_, index) => request.seed + 1 + index);
  return Promise.all(
    seeds.flatMap((seed) =>
      chosen.map(({ regime, setting }) =>
        withKey(frame, { regime, setting, purpose: "comparing", seed, epochs: plan.epochs }),
      ),
    ),
  );
}

async function withKey(frame: TrialFrame, trial: Omit<Trial, "key">): Promise<Trial> {
  const { regime, setting, purpose, seed, epochs } = trial;
  const { model, optimizer, loss } = trainingOf(frame, setting, seed);
  const { words, request } = frame;
  const deciding = {
    regime: regime.name,
    purpose,
    seed,
    epochs,
    patience: setting.patience ?? null,
    model: model.toJson(),
    optimizer: serialize(optimizer),
    loss: serialize(loss),
    batchSize: request.batchSize,
    fast: request.fast,
    data: words["data"] ?? "",
    limit: request.limit ?? null,
    heddle: words["Heddle's version"] ?? "",
  };
  const digest = await sha256(new TextEncoder().encode(JSON.stringify(deciding)));
  return { ...trial, key: digest.slice(0, 16) };
}
