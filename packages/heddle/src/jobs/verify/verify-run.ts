import { AbortedError, HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import type { Callback } from "@heddle/core/internal/callbacks/callback.js";
import { hasRelaxedSimd } from "@heddle/core/internal/engine/variant.js";
import { loadModel } from "@heddle/core/internal/model/load.js";
import { fitTraining } from "@heddle/core/internal/recipes/fit-training.js";
import { prepareTraining } from "@heddle/core/internal/recipes/prepare-training.js";
import type { Training } from "@heddle/core/internal/recipes/training.js";
import { trainingImages } from "@heddle/core/internal/recipes/training-images.js";
import type { OnDamagedLine } from "@heddle/core/internal/records/lines.js";
import type { Metrics } from "@heddle/core/internal/records/metrics-record.js";
import type { RunRecord } from "@heddle/core/internal/records/run-record.js";
import type { LoadOptions } from "../../datasets/index.js";
import { RunFolder } from "../../runs/run-folder.js";
import { checkSameData } from "../check-same-data.js";
import { dataOfRun } from "../data-of-model.js";
import { planOfRun } from "../plan-of-run.js";
import { type Difference, differencesFrom, findingsOf } from "./verification-findings.js";

export interface VerifyOptions {
  /** Where the run's data is now, if it was moved; refused when its checksums differ. */
  readonly data?: string | undefined;
  readonly load: LoadOptions;
  /**
   * Threads to compute on, however many the run had.
   *
   * @defaultValue every core
   */
  readonly threads?: number | undefined;
  readonly signal: AbortSignal;
  /** Called for what is damaged and skipped, with a sentence. */
  readonly onWarning: OnDamagedLine;
  /** Called before training, with what is about to be trained. Returns the callback that follows the progress. */
  readonly onTraining: (epochs: number, engine: Metrics["engine"]) => Callback;
}

/** The result of training a run again. */
export interface Verification {
  /** The run's folder. */
  readonly run: string;
  /** True when training gave the recorded weights, and the run's folder holds them. */
  readonly verified: boolean;
  readonly dataset: { readonly name: string };
  /** SHA-256 in hexadecimal. */
  readonly weights: {
    /** In `run.json`. */
    readonly recorded: string;
    /** Of this training. */
    readonly trained: string;
    /** In the run's folder; `null` when its file cannot be read. */
    readonly saved: string | null;
  };
  readonly engine: Metrics["engine"];
  /** What is different from the run's time, whether or not it changed the weights. */
  readonly differences: readonly Difference[];
  /** What does not agree, and what could explain it, a sentence each; none when `verified`. */
  readonly findings: readonly string[];
}

/**
 * Trains a finished run again from its `run.json` and compares the weights. Writes nothing.
 *
 * @param run a run folder, an id below `root`, or `latest`
 * @throws HeddleError before anything is trained when the run is not finished, its configuration cannot be read, the
 *   data differs, or its kernels cannot run here; AbortedError on `signal`
 */
export async function verifyRun(run: string, root: string, options: VerifyOptions): Promise<Verification> {
  const { data, load, threads } = options;
  const folder = await RunFolder.open(run, root);
  const record = await folder.readRecord();
  const recorded = record.weightsSha256;
  if (recorded === undefined) throw notFinished(folder, record);
  const plan = planOfRun(folder.recordPath, record);
  if (plan.fast && !hasRelaxedSimd()) throw withoutFma(folder);
  const dataset = await dataOfRun(record, { data, load });
  checkSameData(record, dataset);

  await folder.readFirstWeights(plan.model, record);
  const saved = await savedWeights(folder);
  const { trained, engine, firstDifferentEpoch } = await trainAgain(
    folder,
    { ...plan, dataset, ...trainingImages(dataset.train, plan), threads },
    options,
  );
  const weights = { recorded, trained, saved: saved.sha256 };
  const differences = differencesFrom(record);
  return {
    run: folder.path,
    verified: trained === recorded && saved.sha256 === recorded,
    dataset: { name: dataset.name },
    weights,
    engine,
    differences,
    findings: findingsOf({ weights, fault: saved.fault, differences, firstDifferentEpoch }),
  };
}

async function trainAgain(
  folder: RunFolder,
  training: Training,
  { signal, onTraining, onWarning }: Pick<VerifyOptions, "signal" | "onTraining" | "onWarning">,
) {
  const { model, epochs } = training;
  // The epochs show when the weights diverged. A history that cannot be read is no reason not to compare the weights.
  const history = await folder.readHistory(onWarning).catch((thrown: unknown) => {
    onWarning(`The epochs are not compared. ${messageOf(thrown)}`);
    return { epochs: [] };
  });
  let firstDifferentEpoch: number | undefined;
  const compareEpoch: Callback = {
    onEpochEnd: ({ epoch, loss, accuracy }) => {
      const then = history.epochs.find((then) => then.epoch === epoch);
      const same = then && Object.is(then.loss, loss) && Object.is(then.accuracy, accuracy);
      if (then && !same) firstDifferentEpoch ??= epoch;
    },
  };
  try {
    const prepared = prepareTraining(training);
    const engine = await model.engine();
    const callbacks = [compareEpoch, onTraining(epochs, engine)];
    // Only early stopping lets validation change weights, and it has held-out images: none are validated otherwise.
    await fitTraining(training, prepared, { signal, callbacks: () => callbacks });
    return { trained: await model.weightsSha256(), engine, firstDifferentEpoch };
  } catch (thrown) {
    if (!(thrown instanceof AbortedError)) throw thrown;
    throw new AbortedError("Stopped before the end of training: nothing was compared.", { cause: thrown });
  } finally {
    model.dispose();
  }
}

/** The weights in the run's folder. */
async function savedWeights(folder: RunFolder): Promise<{ sha256: string | null; fault?: string }> {
  try {
    return { sha256: await (await loadModel(folder.modelPath)).weightsSha256() };
  } catch (thrown) {
    return { sha256: null, fault: messageOf(thrown) };
  }
}

function notFinished({ path }: RunFolder, { status }: RunRecord): HeddleError {
  const received = {
    running: "one that is still training or was killed",
    stopped: "one that was stopped",
    failed: "one that failed",
    finished: "one without it",
  }[status];
  return new HeddleError({
    who: `Run ${path}`,
    expected: "a finished run, whose run.json has the SHA-256 of its weights",
    received,
    next: "Choose another run.",
  });
}

function withoutFma({ path }: RunFolder): HeddleError {
  return new HeddleError({
    who: `Run ${path}`,
    expected: "WebAssembly relaxed SIMD, because it was trained with `fast: true` (fma kernels)",
    received: "a JavaScript engine without it",
    next: "Verify it with a newer Node; the strict kernels give different last bits.",
  });
}
