import { join } from "node:path";
import { AbortedError, HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError, makeFolder } from "@heddle/core/internal/base/files-node.js";
import { groupDigits } from "@heddle/core/internal/base/format.js";
import type { Progress } from "@heddle/core/internal/callbacks/callback.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import { checkSeveralClasses } from "@heddle/core/internal/recipes/check-fits.js";
import { dataNotice } from "../../pages/notices.js";
import { formatCommand } from "../../runs/command-line.js";
import { LockLostError, lockFolder } from "../../system/lock.js";
import { describeMachine } from "../../system/machine.js";
import { heddleVersion } from "../../system/version.js";
import { RegularizationFolder } from "./folder.js";
import { lookAtTest } from "./look-at-test.js";
import { estimatedSeconds, Pace, shareOf } from "./pace.js";
import { planRegularization } from "./plan.js";
import { FORMAT_VERSION, type RegularizationRecord, type TrialRecord } from "./records.js";
import { regimes as allRegimes, type Regime, titleOf } from "./regimes.js";
import { checkSameRequest, type RegularizationRequest, wordsOf } from "./request.js";
import { type Choice, chooseSettings, type FinishedTrial, type RegimeResult, resultsOf } from "./results.js";
import { runTrial } from "./run-trial.js";
import { measureSpeeds } from "./speeds.js";
import { type RegularizationImages, splitImages } from "./split.js";
import { choosingTrials, comparingTrials, type Trial, type TrialFrame } from "./trials.js";
import { judge, type Verdict } from "./verdict.js";
import { writeReport } from "./write-report.js";

/** A study to run, or to resume. */
export interface RegularizationOptions {
  readonly dataset: Dataset;
  /** Set when the data stands in for other data: which, and why. */
  readonly standInFor?: { readonly title: string; readonly reason: string };
  readonly request: RegularizationRequest;
  /** The command that begins the study, quoted for a shell: kept in its record. */
  readonly command: string;
  /** The folder of all runs; the study's is one of its folders. */
  readonly runsFolder: string;
  /** Words that say where data and runs are, added to the command in advice and kept nowhere. */
  readonly places?: readonly string[];
  readonly threads: number | undefined;
  readonly signal: AbortSignal;
  readonly events?: RegularizationEvents;
  /** The published study's and more by default. */
  readonly regimes?: readonly Regime[];
  /** How fast each kind of network is here; measured by default. */
  readonly speeds?: RegularizationRecord["speeds"];
}

/** Reports while a study runs. */
export interface RegularizationEvents {
  /** Before speeds are measured for the plan. */
  onMeasuring?(): void;
  /** The plan, made now or, when the study is resumed, earlier. */
  onPlan?(study: RegularizationRecord, resumed: boolean): void;
  onProgress?(trial: Trial, at: RegularizationPosition, progress: Progress): void;
  onTrial?(record: TrialRecord, trial: Trial, at: RegularizationPosition): void;
  onChoices?(choices: readonly Choice[]): void;
  onStage?(stage: "looking at the test images" | "writing the report"): void;
}

/** How far a study has got. */
export interface RegularizationPosition {
  /** The trial that is running or has just ended, counted from 1, of `trials`. */
  readonly number: number;
  readonly trials: number;
  /** Expected from now on, for the rest of this trial and all that are left. */
  readonly secondsLeft: number;
}

/** A finished study. */
export interface RegularizationResult {
  readonly folder: string;
  readonly reportPath: string;
  readonly study: RegularizationRecord;
  readonly results: readonly RegimeResult[];
  readonly verdict: Verdict;
  readonly pooledVerdict: Verdict;
}

/** The claim: pooling and dropout outperform these. */
const RIVALS = ["l1", "l2"];
/** The same where every network has max-pooling. */
const POOLED_RIVALS = ["pooling-l1", "pooling-l2"];

/**
 * Trains the study's CNN under each regime, compares the regimes, and writes the report. Every choice is made on training
 * images that are held out; the test images are looked at once, after all trials. Called again after a stop or a kill, it
 * resumes after the last finished trial and reaches the same results.
 *
 * @throws AbortedError when the signal fires
 * @throws HeddleError when the folder holds a study with other settings, another process works on it, or the budget is too
 *   small
 */
export async function runRegularization(options: RegularizationOptions): Promise<RegularizationResult> {
  const { dataset, request, events = {}, threads, regimes = allRegimes } = options;
  checkSeveralClasses(dataset);
  const folder = new RegularizationFolder(join(options.runsFolder, folderNameOf(dataset)));
  const words = await wordsOf(request, dataset);
  // Before the lock, so that a mistake is reported at once.
  await refuseOther(folder, words, options.places);
  await folder.removeLeftovers();
  await folder.refuseOther();
  await makeFolder(folder.path).catch((thrown: unknown) => {
    throw fileError(folder.path, "a folder that can be made", thrown);
  });
  const lock = await lockFolder(folder.path, "Study");
  const signal = AbortSignal.any([options.signal, lock.lost]);
  try {
    const images = splitImages(dataset, request.limit);
    const about = { input: dataset.train.shape, classes: dataset.classNames.length, request, words };
    let study = await obtainRecord(folder, options, { about, images, regimes });
    const frame: TrialFrame = { ...about, plan: study.plan };

    const choosing = await choosingTrials(frame, regimes);
    const pace = new Pace(study);
    const total = choosing.length + regimes.length * study.plan.seeds;
    const run = { folder, frame, images, pace, total, threads, signal, events };
    const comparedSeconds = estimatedSeconds(study, regimes, study.plan);
    const chosen = await runTrials(run, choosing, { before: 0, secondsAfter: comparedSeconds });
    const choices = chooseSettings(regimes, chosen);
    events.onChoices?.(choices);
    const comparing = await comparingTrials(frame, choices);
    const compared = await runTrials(run, comparing, { before: choosing.length, secondsAfter: 0 });

    events.onStage?.("looking at the test images");
    const test = await lookAtTest(folder, frame, compared, images.test, { threads, signal });
    await folder.removeWeights();

    events.onStage?.("writing the report");
    const results = resultsOf(choices, compared, test);
    const verdict = judge(results, RIVALS);
    const pooledVerdict = judge(results, POOLED_RIVALS);
    study = { ...study, finishedAt: study.finishedAt ?? new Date().toISOString() };
    const notice = noticeOf(options, study);
    await writeReport(
      folder,
      {
        study,
        request,
        results,
        test,
        verdict,
        pooledVerdict,
        ...(notice && { notice }),
      },
      signal,
    );
    await folder.writeRecord(study);
    return { folder: folder.path, reportPath: folder.reportPath, study, results, verdict, pooledVerdict };
  } catch (thrown) {
    if (!(thrown instanceof AbortedError)) throw thrown;
    if (signal.reason instanceof LockLostError) throw signal.reason;
    throw new AbortedError(
      `Stopped. Finished trials are kept in ${folder.path}; the current trial will be repeated.`,
      { cause: thrown },
    );
  } finally {
    await lock.release();
    await folder.removeIfEmpty();
  }
}

/** `regularization-fashion-mnist`: safe in a path whatever the dataset is called. */
function folderNameOf({ name }: Dataset): string {
  return ["regularization", ...(name.toLowerCase().match(/[a-z0-9]+/g) ?? [])].join("-");
}

async function refuseOther(
  folder: RegularizationFolder,
  words: Awaited<ReturnType<typeof wordsOf>>,
  places: readonly string[] = [],
): Promise<void> {
  const begun = await folder.readRecord();
  if (!begun) return;
  const command = [begun.command, ...(places.length > 0 ? [formatCommand(places)] : [])].join(" ");
  checkSameRequest(folder.path, begun.request, words, `"${command}"`);
}

/** The record of the study to resume, or of a new one, which is planned now. */
async function obtainRecord(
  folder: RegularizationFolder,
  options: RegularizationOptions,
  of: {
    readonly about: Omit<TrialFrame, "plan">;
    readonly images: RegularizationImages;
    readonly regimes: readonly Regime[];
  },
): Promise<RegularizationRecord> {
  const { dataset, request, events, signal, threads } = options;
  const { about, images, regimes } = of;
  const begun = await folder.readRecord();
  const counts = {
    train: images.train.count,
    validation: images.validation.count,
    test: images.test.count,
  };
  const fixed = {
    formatVersion: FORMAT_VERSION,
    study: "regularization",
    command: options.command,
    request: about.words,
    dataset: { name: dataset.name, title: dataset.title },
    images: counts,
    machine: describeMachine(),
  } as const;
  if (begun) {
    // A study that has ended is written again as it was, on whichever machine.
    const record = begun.finishedAt === undefined ? { ...begun, machine: fixed.machine } : begun;
    events?.onPlan?.(record, true);
    return record;
  }
  events?.onMeasuring?.();
  const started = performance.now();
  const speeds =
    options.speeds ?? (await measureSpeeds(about, { ...dataset, train: images.train }, { threads, signal }));
  const spent = (performance.now() - started) / 1000;
  const { budgetSeconds, seeds, epochs } = request;
  const plan = planRegularization({
    regimes,
    speeds,
    images: counts,
    budgetSeconds,
    seeds,
    epochs,
    spentSeconds: spent,
  });
  const record: RegularizationRecord = {
    ...fixed,
    speeds,
    plan,
    versions: { heddle: heddleVersion, node: process.versions.node },
    startedAt: new Date().toISOString(),
  };
  await folder.writeRecord(record);
  events?.onPlan?.(record, false);
  return record;
}

/** Runs the unfinished trials one after another. */
async function runTrials(
  run: {
    readonly folder: RegularizationFolder;
    readonly frame: TrialFrame;
    readonly images: RegularizationImages;
    readonly pace: Pace;
    readonly total: number;
    readonly threads: number | undefined;
    readonly signal: AbortSignal;
    readonly events: RegularizationEvents;
  },
  trials: readonly Trial[],
  around: { readonly before: number; readonly secondsAfter: number },
): Promise<readonly FinishedTrial[]> {
  const { folder, frame, images, pace, threads, signal, events } = run;
  const finished: FinishedTrial[] = [];
  for (const [index, trial] of trials.entries()) {
    const kept = await folder.readTrial(trial.key);
    if (kept) {
      finished.push({ trial, record: kept });
      continue;
    }
    if (signal.aborted) throw new AbortedError("Stopped between two trials.");
    const left = trials.slice(index).reduce((sum, one) => sum + pace.secondsOf(one), 0);
    const at = {
      number: around.before + index + 1,
      trials: run.total,
      secondsLeft: left + pace.corrected(around.secondsAfter),
    };
    const trialSeconds = pace.secondsOf(trial);
    const { record, weights } = await runTrial(frame, trial, images, {
      threads,
      signal,
      onProgress: (progress) => {
        const secondsLeft = at.secondsLeft - shareOf(progress) * trialSeconds;
        events.onProgress?.(trial, { ...at, secondsLeft }, progress);
      },
    }).catch((thrown) => {
      if (thrown instanceof AbortedError || !(thrown instanceof HeddleError)) throw thrown;
      const which = `${titleOf(trial.regime, trial.setting)}, seed ${trial.seed}`;
      throw new HeddleError(`${which}: ${thrown.message}`, { cause: thrown });
    });
    await folder.writeTrial(record, weights);
    pace.add(trial, record.seconds);
    finished.push({ trial, record });
    events.onTrial?.(record, trial, at);
  }
  return finished;
}

/** Warns where the data is not the published study's, so that this is no answer to it. */
function noticeOf({ dataset, standInFor, request }: RegularizationOptions, study: RegularizationRecord) {
  if (standInFor) return dataNotice(dataset.source, standInFor);
  if (dataset.name !== "fashion-mnist") {
    return {
      title: "Not the published study's images",
      text: `The claim is tested on ${dataset.title}. The result says nothing about Fashion-MNIST.`,
    };
  }
  if (request.limit === undefined) return undefined;
  return {
    title: "Only some of the training images",
    text: `Limited to ${groupDigits(request.limit)} training images, of which ${groupDigits(study.images.train)} were trained on. The published study used all of them.`,
  };
}
