import { join } from "node:path";
import { AbortedError, HeddleError } from "@heddle/core/internal/base/errors.js";
import { groupDigits } from "@heddle/core/internal/base/format.js";
import type { Progress } from "@heddle/core/internal/callbacks/callback.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import { checkSeveralClasses } from "@heddle/core/internal/recipes/check-fits.js";
import { dataNotice } from "../../pages/notices.js";
import { formatCommand } from "../../runs/command-line.js";
import { lockFolder } from "../../system/lock.js";
import { describeMachine } from "../../system/machine.js";
import { heddleVersion } from "../../system/version.js";
import { lookAtTest } from "./look-at-test.js";
import { estimatedSeconds, Pace } from "./pace.js";
import { planStudy } from "./plan.js";
import { STUDY_FORMAT_VERSION, type StudyRecord, type TrialRecord } from "./records.js";
import { regimes as allRegimes, type Regime, titleOf } from "./regimes.js";
import { checkSameRequest, commandOf, type StudyRequest, wordsOf } from "./request.js";
import { type Choice, chooseSettings, type FinishedTrial, type RegimeResult, resultsOf } from "./results.js";
import { runTrial } from "./run-trial.js";
import { measureSpeeds } from "./speeds.js";
import { type StudyImages, splitImages } from "./split.js";
import { StudyFolder } from "./study-folder.js";
import { choosingTrials, comparingTrials, type Trial, type TrialFrame } from "./trials.js";
import { judge, type Verdict } from "./verdict.js";
import { writeStudyReport } from "./write-report.js";

/** A study to run, or to go on with. */
export interface StudyOptions {
  readonly dataset: Dataset;
  /** Set when the data is a stand-in for what was asked for: why. */
  readonly standInFor?: { readonly title: string; readonly reason: string };
  readonly request: StudyRequest;
  /** What the request is where nothing is asked for, for the command that is kept. */
  readonly defaults: StudyRequest;
  /** The folder of all runs; the study's is one of its folders. */
  readonly runsFolder: string;
  /** What was typed to say where data and runs are, for advice: `["--data", "photos"]`. It is kept nowhere. */
  readonly places?: readonly string[];
  readonly threads: number | undefined;
  readonly signal: AbortSignal;
  readonly events?: StudyEvents;
  /** Those of the published study and more by default. */
  readonly regimes?: readonly Regime[];
  /** How fast each kind of network is here; measured by default. */
  readonly speeds?: StudyRecord["speeds"];
}

/** What a study tells while it runs; the command line prints it. */
export interface StudyEvents {
  /** Before speeds are measured for the plan. */
  onMeasuring?(): void;
  /** The plan, made now or before; `finished` trials are there already. */
  onPlan?(study: StudyRecord, resumed: boolean): void;
  onProgress?(trial: Trial, at: StudyPosition, progress: Progress): void;
  onTrial?(record: TrialRecord, trial: Trial, at: StudyPosition): void;
  onChoices?(choices: readonly Choice[]): void;
  onStage?(stage: "looking at the test images" | "writing the report"): void;
}

/** How far a study has come. */
export interface StudyPosition {
  /** The trial under way or just ended, counted from 1, of `trials`. */
  readonly number: number;
  readonly trials: number;
  /** Expected of this trial, and of it and all that are left. */
  readonly trialSeconds: number;
  readonly secondsLeft: number;
}

/** A finished study. */
export interface StudyResult {
  readonly folder: string;
  readonly reportPath: string;
  readonly study: StudyRecord;
  readonly results: readonly RegimeResult[];
  readonly verdict: Verdict;
  readonly pooledVerdict: Verdict;
}

/** The claim: pooling and dropout outperform these. */
const RIVALS = ["l1", "l2"];
/** The same where every network has max-pooling. */
const POOLED_RIVALS = ["pooling-l1", "pooling-l2"];

/**
 * Trains the study's CNN under each regime, compares them, and writes the report. Every choice is made on training
 * images that are held out; the test images are looked at once, when every trial is over. Called again after a stop or
 * a kill it goes on behind the last finished trial, and comes to the same results.
 *
 * @throws AbortedError when the signal fires; HeddleError when the folder holds a study that was begun otherwise, when
 *   another process works on it, or when the budget is too small
 */
export async function runStudy(options: StudyOptions): Promise<StudyResult> {
  const { dataset, request, events = {}, signal, threads, regimes = allRegimes } = options;
  checkSeveralClasses(dataset);
  const folder = new StudyFolder(join(options.runsFolder, folderNameOf(dataset)));
  const words = await wordsOf(request, dataset);
  // Before the lock: who asks for something else is told so at once.
  await refuseOther(folder, words, options.places);
  const unlock = await lockFolder(folder.path, "Study");
  try {
    await folder.removeLeftovers();
    const images = splitImages(dataset, request.limit);
    const about = { input: dataset.train.shape, classes: dataset.classNames.length, request, words };
    let study = await studyRecord(folder, options, { about, images, regimes });
    const frame: TrialFrame = { ...about, plan: study.plan };

    const choosing = await choosingTrials(frame, regimes);
    const pace = new Pace(study);
    const total = choosing.length + regimes.length * study.plan.seeds;
    const run = { folder, frame, images, pace, total, threads, signal, events };
    const comparedSeconds = estimatedSeconds(study, regimes, study.plan);
    const tried = await runTrials(run, choosing, { before: 0, secondsBehind: comparedSeconds });
    const choices = chooseSettings(regimes, tried);
    events.onChoices?.(choices);
    const comparing = await comparingTrials(frame, choices);
    const compared = await runTrials(run, comparing, { before: choosing.length, secondsBehind: 0 });

    events.onStage?.("looking at the test images");
    const test = await lookAtTest(folder, frame, compared, images.test, { threads, signal });
    await folder.removeWeights();

    events.onStage?.("writing the report");
    const results = resultsOf(choices, compared, test);
    const verdict = judge(results, RIVALS);
    const pooledVerdict = judge(results, POOLED_RIVALS);
    study = { ...study, finishedAt: study.finishedAt ?? new Date().toISOString() };
    const notice = noticeOf(options, study);
    await writeStudyReport(folder, {
      ...{ study, request, results, test, verdict, pooledVerdict },
      ...(notice && { notice }),
    });
    await folder.writeStudy(study);
    return { folder: folder.path, reportPath: folder.reportPath, study, results, verdict, pooledVerdict };
  } catch (thrown) {
    if (!(thrown instanceof AbortedError)) throw thrown;
    throw new AbortedError(
      `Stopped. What is finished of the study is kept in ${folder.path}; the trial under way begins again.`,
      { cause: thrown },
    );
  } finally {
    await unlock();
    await folder.removeIfEmpty();
  }
}

/** `regularization-fashion-mnist`: safe in a path whatever the dataset is called. */
function folderNameOf({ name }: Dataset): string {
  return ["regularization", ...(name.toLowerCase().match(/[a-z0-9]+/g) ?? [])].join("-");
}

async function refuseOther(
  folder: StudyFolder,
  words: Awaited<ReturnType<typeof wordsOf>>,
  places: readonly string[] = [],
): Promise<void> {
  const begun = await folder.readStudy();
  if (!begun) return;
  const command = [begun.command, ...(places.length > 0 ? [formatCommand(places)] : [])].join(" ");
  checkSameRequest(folder.path, begun.request, words, `"${command}"`);
}

/** The record of a study that was begun, or of a new one whose plan is made now. */
async function studyRecord(
  folder: StudyFolder,
  options: StudyOptions,
  of: {
    readonly about: Omit<TrialFrame, "plan">;
    readonly images: StudyImages;
    readonly regimes: readonly Regime[];
  },
): Promise<StudyRecord> {
  const { dataset, request, events, signal, threads } = options;
  const { about, images, regimes } = of;
  const begun = await folder.readStudy();
  const counts = {
    train: images.train.count,
    validation: images.validation.count,
    test: images.test.count,
  };
  const fixed = {
    formatVersion: STUDY_FORMAT_VERSION,
    study: "regularization",
    command: commandOf(request, options.defaults),
    request: about.words,
    dataset: { name: dataset.name, title: dataset.title },
    images: counts,
    machine: describeMachine(),
  } as const;
  if (begun) {
    const record = { ...fixed, ...begun };
    events?.onPlan?.(record, true);
    return record;
  }
  events?.onMeasuring?.();
  const started = performance.now();
  const speeds =
    options.speeds ?? (await measureSpeeds(about, { ...dataset, train: images.train }, { threads, signal }));
  const spent = (performance.now() - started) / 1000;
  const { budgetSeconds, seeds, epochs } = request;
  const plan = planStudy({
    ...{ regimes, speeds, images: counts, budgetSeconds, seeds, epochs },
    spentSeconds: spent,
  });
  const record: StudyRecord = {
    ...fixed,
    speeds,
    plan,
    versions: { heddle: heddleVersion, node: process.versions.node },
    startedAt: new Date().toISOString(),
  };
  await folder.writeStudy(record);
  events?.onPlan?.(record, false);
  return record;
}

/** Runs the trials that are not finished, one behind the other. */
async function runTrials(
  run: {
    readonly folder: StudyFolder;
    readonly frame: TrialFrame;
    readonly images: StudyImages;
    readonly pace: Pace;
    readonly total: number;
    readonly threads: number | undefined;
    readonly signal: AbortSignal;
    readonly events: StudyEvents;
  },
  trials: readonly Trial[],
  around: { readonly before: number; readonly secondsBehind: number },
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
      trialSeconds: pace.secondsOf(trial),
      secondsLeft: left + pace.corrected(around.secondsBehind),
    };
    const { record, weights } = await runTrial(frame, trial, images, {
      ...{ threads, signal },
      onProgress: (progress) => events.onProgress?.(trial, at, progress),
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

/** Says that this is no answer to the published study where the data is another. */
function noticeOf({ dataset, standInFor, request }: StudyOptions, study: StudyRecord) {
  if (standInFor) return dataNotice(dataset.source, standInFor);
  if (dataset.name !== "fashion-mnist") {
    return {
      title: "Other images than the published study's",
      text: `The claim is put to the test on ${dataset.title}. What comes out says nothing about Fashion-MNIST.`,
    };
  }
  if (request.limit === undefined) return undefined;
  return {
    title: "A part of the training images",
    text: `Trained on ${groupDigits(study.images.train)} of the ${groupDigits(request.limit)} training images that --limit kept. The published study had all of them.`,
  };
}
