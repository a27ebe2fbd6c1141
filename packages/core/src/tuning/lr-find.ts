import { HeddleError } from "../base/errors.js";
import { checkOptions } from "../base/known-options.js";
import { serialize } from "../base/registry.js";
import { abortSignal, above, anyFunction, whole } from "../base/rules.js";
import type { EpochLogs } from "../callbacks/history.js";
import { optimizers } from "../optimizers/index.js";
import { prepareTraining } from "../recipes/prepare-training.js";
import type { Training } from "../recipes/training.js";
import { ExponentialDecay } from "../schedules/index.js";

interface LearningRateSearch {
  /** The learning rate of the first step; 1e-6 by default. */
  readonly from?: number;
  /** That of the last step; 10 by default. */
  readonly to?: number;
  /** 300 by default. */
  readonly steps?: number;
  readonly signal?: AbortSignal;
  /** Told after each step how many are done. */
  readonly onStep?: (done: number, steps: number) => void;
}

/** One step of the search. */
interface LearningRatePoint {
  readonly learningRate: number;
  /** Of the step's batch, before the step. */
  readonly loss: number;
  /** The mean of the losses around it. */
  readonly smoothedLoss: number;
}

/** What was found. */
export interface LearningRateFinding {
  readonly points: readonly LearningRatePoint[];
  /** Where the smoothed loss falls most steeply over the logarithm of the learning rate. */
  readonly steepest: number;
  /** Where the smoothed loss, after its lowest point, has regained a tenth of its fall: the edge of divergence. */
  readonly edge: number;
  /** A tenth of the edge, which is a rate to train with: a schedule's highest. */
  readonly suggested: number;
  /** Why the search ended. */
  readonly ended: "diverged" | "not finite" | "at the last rate";
}

/** A loss of this many times the lowest has diverged: the factor of fast.ai's search. */
const DIVERGED = 4;

/** A loss that had fallen by this share and is back where it began has diverged, too, even if it grows no further. */
const FALLEN = 0.1;

/** Share of the loss's fall that is lost again at the edge of divergence; noise alone does not reach it. */
const LOST = 0.1;

/** The running mean that divergence is judged by forgets as fast; the suggestion does not use it. */
const MEMORY = 0.9;

/** Points on each side of one that its smoothed loss is the weighted mean of, as a share of all. */
const WINDOW = 0.03;

/**
 * Trains a model for a few hundred steps while the learning rate grows exponentially, and reads from the loss which
 * rates are fit to train with. Ends early where the loss diverges. Changes the model's weights.
 *
 * Smith, "Cyclical Learning Rates for Training Neural Networks" (WACV 2017).
 *
 * @param training its schedule, epochs and validation do not matter
 * @throws HeddleError when the model does not fit the data, or its loss falls at no rate; AbortedError on `signal`
 *
 * @example
 * const { suggested } = await findLearningRate(training);
 */
export async function findLearningRate(
  training: Training,
  options: LearningRateSearch = {},
): Promise<LearningRateFinding> {
  checkOptions("Learning-rate search", options, {
    from: above(0),
    to: above(0),
    steps: whole(2),
    signal: abortSignal,
    onStep: anyFunction,
  });
  const { from = 1e-6, to = 10, steps = 300, signal, onStep } = options;
  const { model } = training;
  const rates = new ExponentialDecay({
    initialLearningRate: from,
    decaySteps: steps - 1,
    decayRate: to / from,
  });
  const { samples, fit } = prepareTraining({
    ...training,
    optimizer: withRates(training, rates),
    earlyStopping: undefined,
  });
  const seen: { learningRate: number; loss: number }[] = [];
  let ended: LearningRateFinding["ended"] = "at the last rate";
  let running = 0;
  let lowest = Number.POSITIVE_INFINITY;
  const { validationData: _, ...withoutValidation } = fit;
  try {
    // Epochs of one step, because losses are reported for epochs.
    await model.fit(samples, {
      ...withoutValidation,
      epochs: steps,
      stepsPerEpoch: 1,
      ...(signal && { signal }),
      callbacks: [
        {
          onEpochEnd: ({ loss, learningRate }: EpochLogs, control) => {
            seen.push({ learningRate, loss });
            running = MEMORY * running + (1 - MEMORY) * loss;
            // Corrected for its beginning at 0.
            const mean = running / (1 - MEMORY ** seen.length);
            lowest = Math.min(lowest, mean);
            onStep?.(seen.length, steps);
            const first = seen[0]!.loss;
            const back = lowest < (1 - FALLEN) * first && mean > first;
            if (mean <= DIVERGED * lowest && !back) return;
            ended = "diverged";
            control.stop();
          },
          onNonFinite: (_fault, control) => {
            ended = "not finite";
            control.stop();
          },
        },
      ],
    });
  } finally {
    model.dispose();
  }
  return { ...suggest(smoothed(seen)), ended };
}

/** The training's optimizer with other learning rates; weights are not averaged. */
function withRates({ optimizer }: Training, rates: ExponentialDecay) {
  const config = { ...optimizer.getConfig(), learning_rate: serialize(rates), use_ema: false };
  return optimizers.deserialize(optimizer.className, { ...serialize(optimizer), config });
}

/** Means over neighbours on both sides, the nearest counting most: unlike a running mean, they do not lag. */
export function smoothed(
  seen: readonly { learningRate: number; loss: number }[],
): readonly LearningRatePoint[] {
  const reach = Math.max(1, Math.round(WINDOW * seen.length));
  return seen.map(({ learningRate, loss }, index) => {
    let sum = 0;
    let weights = 0;
    // As many on the left as on the right, so that a slope is not taken for a level at the ends.
    const side = Math.min(reach, index, seen.length - 1 - index);
    for (let offset = -side; offset <= side; offset++) {
      const weight = 1 - Math.abs(offset) / (side + 1);
      sum += weight * seen[index + offset]!.loss;
      weights += weight;
    }
    return { learningRate, loss, smoothedLoss: sum / weights };
  });
}

/**
 * Reads the rates from the points.
 *
 * @throws HeddleError when there are too few, or the loss falls nowhere
 */
export function suggest(points: readonly LearningRatePoint[]): Omit<LearningRateFinding, "ended"> {
  if (points.length < 10) {
    throw new HeddleError({
      who: "Learning-rate search",
      expected: "at least 10 steps before the loss diverges",
      received: `${points.length}`,
      next: "Lower `from`, or raise `steps`.",
    });
  }
  const lowest = indexOfLowest(points.map(({ smoothedLoss }) => smoothedLoss));
  // The slope over as many points as were smoothed over; rates grow by the same factor from point to point.
  const reach = Math.max(1, Math.round(WINDOW * points.length));
  const slopes = points.map((_, index) => {
    const [before, after] = [points[index - reach], points[index + reach]];
    if (!before || !after || index > lowest) return Number.POSITIVE_INFINITY;
    return after.smoothedLoss - before.smoothedLoss;
  });
  const fastest = indexOfLowest(slopes);
  if (!(slopes[fastest]! < 0)) {
    throw new HeddleError({
      who: "Learning-rate search",
      expected: "a loss that falls before it diverges",
      received: "one that falls at no learning rate of the search",
      next: "Lower `from`, raise `to`, or raise `steps`.",
    });
  }
  const steepest = points[fastest]!.learningRate;
  const { smoothedLoss: least } = points[lowest]!;
  const fall = Math.max(...points.slice(0, lowest + 1).map(({ smoothedLoss }) => smoothedLoss)) - least;
  // Where nothing diverges, the last rate is as far as is known.
  const risen = points.findIndex(
    ({ smoothedLoss }, index) => index > lowest && smoothedLoss > least + LOST * fall,
  );
  const edge = points.at(risen)!.learningRate;
  return { points, steepest, edge, suggested: edge / 10 };
}

function indexOfLowest(values: readonly number[]): number {
  return values.reduce((best, value, index) => (value < values[best]! ? index : best), 0);
}
