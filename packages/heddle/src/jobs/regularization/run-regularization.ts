import { join } from "node:path";
import { AbortedError, HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError, fileExists, makeFolder } from "@heddle/core/internal/base/files-node.js";
import { groupDigits } from "@heddle/core/internal/base/format.js";
import type { Dataset, FormOptions } from "@heddle/core/internal/data/dataset.js";
import { checkSeveralClasses } from "@heddle/core/internal/recipes/check-fits.js";
import type { Trial } from "@heddle/core/internal/sweep/study.js";
import { dataNotice } from "../../pages/notices.js";
import { formatCommand } from "../../runs/command-line.js";
import { LockLostError, lockFolder } from "../../system/lock.js";
import { describeMachine } from "../../system/machine.js";
import { heddleVersion } from "../../system/version.js";
import { readKept } from "../sweep/kept-training.js";
import { openDefinition } from "../sweep/open-sweep.js";
import { resumeSweep, type SweepJobOptions, type SweepResult, startSweep } from "../sweep/sweep-job.js";
import { regularizationSweep } from "./definition.js";
import { RegularizationFolder } from "./folder.js";
import { lookAtTest, lookKey } from "./look.js";
import { FORMAT_VERSION, type RegularizationRecord } from "./records.js";
import { regimes } from "./regimes.js";
import { checkSameRequest, type RegularizationRequest, wordsOf } from "./request.js";
import { chooseTrials, type RegimeResult, resultsOf, type SeedResult } from "./results.js";
import { splitImages } from "./split.js";
import { judge, type Verdict } from "./verdict.js";
import { writeReport } from "./write-report.js";

/** A study to run, or to resume. */
export interface RegularizationOptions {
  readonly dataset: Dataset;
  /** Where it is, as the sweep's processes read it. */
  readonly data: FormOptions & { readonly data: string | undefined; readonly offline: boolean };
  /** Set when the data stands in for other data: which, and why. */
  readonly standInFor?: { readonly title: string; readonly reason: string };
  readonly request: RegularizationRequest;
  /** The command that begins the study, quoted for a shell: kept in its record. */
  readonly command: string;
  /** The folder of all runs; the study's is one of its folders. */
  readonly runsFolder: string;
  /** Words that say where data and runs are, added to the command in advice and kept nowhere. */
  readonly places?: readonly string[];
  /** How the trials are trained. */
  readonly sweep: Omit<SweepJobOptions, "winner" | "queue" | "checkpoints" | "runsFolder">;
  readonly onStage?: (stage: "looking at the test images" | "writing the report") => void;
}

/** A finished study. */
export interface RegularizationResult {
  readonly folder: string;
  readonly reportPath: string;
  readonly results: readonly RegimeResult[];
  readonly verdict: Verdict;
  readonly pooledVerdict: Verdict;
}

/** The claim: pooling and dropout outperform these. */
const RIVALS = ["l1", "l2"];
/** The same where every network has max-pooling. */
const POOLED_RIVALS = ["pooling-l1", "pooling-l2"];

/**
 * Trains the study's CNN under each regime by a sweep, compares the regimes, and writes the report. Every choice is made on
 * training images that are held out; the test images are looked at once, after all trials. Called again after a stop or a
 * kill, it resumes where it was and reaches the same results.
 *
 * @returns undefined when the time was over before all trials had ended
 * @throws AbortedError when the signal fires
 * @throws HeddleError when the folder holds a study with other settings, or another process works on it
 */
export async function runRegularization(
  options: RegularizationOptions,
): Promise<RegularizationResult | undefined> {
  const { dataset, request, sweep, onStage } = options;
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
  const signal = AbortSignal.any([sweep.signal, lock.lost]);
  try {
    let study = await obtainRecord(folder, options, words);
    const swept = await sweepOf(folder, { ...options, sweep: { ...sweep, signal } });
    if (swept.outOfTime) return undefined;
    const trainingsOf = (trial: Trial): Promise<readonly SeedResult[]> =>
      Promise.all(
        Array.from({ length: swept.request.seeds }, async (_, index) => {
          const seed = request.seed + index;
          const kept = await readKept(swept.folder.keptPath(trial.number, seed));
          return { ...kept, trial: trial.number, seed };
        }),
      );
    const choices = await chooseTrials(regimes, swept.study, trainingsOf);
    onStage?.("looking at the test images");
    const test = await lookAtTest(folder, swept, choices, signal);
    await folder.removeWeights();

    onStage?.("writing the report");
    const results = resultsOf(choices, (one) => {
      const looked = test.results[lookKey(one)];
      if (looked) return looked;
      throw new HeddleError({
        who: "test.json",
        expected: `a result of trial ${one.trial} with seed ${one.seed}`,
        received: "none",
        next: "Delete the study's folder and begin again.",
      });
    });
    const verdict = judge(results, RIVALS);
    const pooledVerdict = judge(results, POOLED_RIVALS);
    study = { ...study, finishedAt: study.finishedAt ?? new Date().toISOString() };
    const notice = noticeOf(options, study);
    const report = { study, request, results, test, verdict, pooledVerdict, ...(notice && { notice }) };
    await writeReport(folder, report, signal);
    await folder.writeRecord(study);
    return { folder: folder.path, reportPath: folder.reportPath, results, verdict, pooledVerdict };
  } catch (thrown) {
    if (!(thrown instanceof AbortedError)) throw thrown;
    if (signal.reason instanceof LockLostError) throw signal.reason;
    throw new AbortedError(`Stopped. What the trials gave so far is in ${folder.path}.`, { cause: thrown });
  } finally {
    await lock.release();
    await folder.removeIfEmpty();
  }
}

/** `regularization-fashion-mnist`: safe in a path whatever the dataset is called. */
function folderNameOf({ name }: Dataset): string {
  return ["regularization", ...(name.toLowerCase().match(/[a-z0-9]+/g) ?? [])].join("-");
}

/** Begins or resumes the sweep of a study. */
async function sweepOf(
  folder: RegularizationFolder,
  { dataset, data, request, command, runsFolder, sweep }: RegularizationOptions,
): Promise<SweepResult> {
  const path = folder.sweepPath;
  const job = { ...sweep, winner: false, queue: undefined, checkpoints: undefined, runsFolder };
  if (await fileExists(join(path, "sweep.json"))) return resumeSweep(path, { ...job, trials: undefined });
  const { seeds, seed, limit, fast, epochs, batchSize, learningRate } = request;
  const definition = regularizationSweep({
    ...{ input: dataset.train.shape, classes: dataset.classNames.length, seeds },
    settings: { epochs, batchSize, learningRate },
  });
  const { offline, ...form } = data;
  return startSweep(
    {
      ...{ opened: openDefinition("Study", definition, undefined), recipe: { settings: {}, who: "study" } },
      typed: { ...form, seed, limit, ...(fast && { fast }) },
      ...{ seeds: undefined, offline, keep: true, command, folder: path },
    },
    job,
  );
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

/** The record of the study to resume, or of a new one. */
async function obtainRecord(
  folder: RegularizationFolder,
  { dataset, request, command }: RegularizationOptions,
  words: Awaited<ReturnType<typeof wordsOf>>,
): Promise<RegularizationRecord> {
  const begun = await folder.readRecord();
  const machine = describeMachine();
  // A study that has ended is written again as it was, on whichever machine.
  if (begun) return begun.finishedAt === undefined ? { ...begun, machine } : begun;
  const { train, validation, test } = splitImages(dataset, request.limit);
  const record: RegularizationRecord = {
    ...{ formatVersion: FORMAT_VERSION, study: "regularization", command, request: words, machine },
    dataset: { name: dataset.name, title: dataset.title },
    images: { train: train.count, validation: validation.count, test: test.count },
    versions: { heddle: heddleVersion, node: process.versions.node },
    startedAt: new Date().toISOString(),
  };
  await folder.writeRecord(record);
  return record;
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
