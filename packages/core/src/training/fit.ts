import { AbortedError, HeddleError } from "../base/errors.js";
import type { Callback } from "../callbacks/callback.js";
import type { EpochLogs, History } from "../callbacks/history.js";
import type { Schedule } from "../schedules/index.js";
import type { TrainingContext } from "./context.js";
import { Epoch } from "./epoch.js";
import { callbacksOf, type EpochOptions, validationRule } from "./fit-options.js";
import { NonFiniteNumbers } from "./non-finite.js";
import { Pauses } from "./pauses.js";
import { StreamFault } from "./stream-reader.js";
import { TrainingController } from "./training-controller.js";

/** Trains for some epochs. */
export async function trainEpochs(context: TrainingContext, options: EpochOptions): Promise<History> {
  const { session, optimizer, done } = context;
  const { signal } = options;
  const callbacks = callbacksOf(options);
  const epochs = options.epochs ?? 1;
  const isValidated = validationRule(options.validationFreq ?? 1);
  const initialEpoch = options.initialEpoch ?? 0;
  if (options.initialEpoch !== undefined) done.epochs = initialEpoch;
  const pauses = new Pauses(callbacks);
  const control = new TrainingController(context, { epochs, initialEpoch, callbacks });
  for (const callback of callbacks) await callback.onTrainBegin?.(control);
  const restored = control.recall();
  /** The epoch within which the state was taken, until it has begun. */
  let resumed = restored?.underWay;
  await goToStart(context, control, resumed?.steps ?? 0);

  const logs: EpochLogs[] = [];
  while (control.epoch < epochs && !control.stopped) {
    const number = ++control.epoch;
    for (const callback of callbacks) await callback.onEpochBegin?.(number, control);
    // What they set in this epoch was set before the state was taken.
    if (resumed) done.learningRate = restored!.learningRate;
    pauses.begin();
    const validates = isValidated(number);
    const epoch = new Epoch(context, { number, control, callbacks, pauses, signal, validates, resumed });
    resumed = undefined;
    // Between epochs others have their turn: a callback may evaluate the model, or change its weights.
    const row = await session
      .alone(() => epoch.run())
      .catch((thrown) => stopOrThrow(thrown, context, control, callbacks));
    if (!row) break;
    await epoch.settle();
    logs.push(row);
    for (const callback of callbacks) await callback.onEpochEnd?.(row, control);
    if (signal?.aborted) throw new AbortedError(`Stopped after epoch ${number} of ${epochs}.`);
  }
  // As in Keras, the running average replaces the weights after the last epoch, unless that ended in a fault.
  if ((logs.length > 0 || restored) && done.steps > 0)
    await session.alone(() => session.weights.readAverages(optimizer));
  for (const callback of callbacks) await callback.onTrainEnd?.(control);
  return { epochs: logs };
}

/** Counts the steps of the whole training and goes to its first sample; `stepsDone` of its first epoch are done. */
async function goToStart(
  context: TrainingContext,
  control: TrainingController,
  stepsDone: number,
): Promise<void> {
  const { feed, optimizer, done } = context;
  const { epoch: epochsDone, epochs, stopped } = control;
  control.totalSteps = done.steps - stepsDone + (epochs - epochsDone) * feed.stepsPerEpoch;
  if (control.totalSteps === Number.POSITIVE_INFINITY) checkNeedsNoEnd(optimizer.schedule);
  if (!stopped) await feed.begin({ epochs, epochsDone, epochsBefore: done.epochs, stepsDone });
}

/** After a fault in an epoch: returns when a callback ends the training because of it, else throws what users see. */
async function stopOrThrow(
  thrown: unknown,
  context: TrainingContext,
  control: TrainingController,
  callbacks: readonly Callback[],
): Promise<undefined> {
  if (thrown instanceof StreamFault) throw thrown.cause;
  if (!(thrown instanceof NonFiniteNumbers)) throw thrown;
  const { session, optimizer, done, explain } = context;
  session.weights.clearState(optimizer);
  done.steps = 0;
  const fault = await explain(thrown.failure);
  for (const callback of callbacks) await callback.onNonFinite?.(fault, control);
  if (!control.stopped) throw fault;
}

/** Refuses a schedule whose rates depend on the total number of steps, where it is unknown. */
function checkNeedsNoEnd(schedule: Schedule): void {
  // Two lengths tell: a schedule, also one of the user's own, does not say whether it looks at it.
  if ([0, 1, 99].every((step) => schedule.rate(step, 100) === schedule.rate(step, 300))) return;
  throw new HeddleError({
    who: "fit",
    expected: `stepsPerEpoch, because ${schedule.className} depends on the total number of steps`,
    received: "a stream of unknown length",
    next: "Set stepsPerEpoch.",
  });
}
