import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileExists } from "@heddle/core/internal/base/files-node.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import { pickFormOptions } from "@heddle/core/internal/data/form-options.js";
import type { Images } from "@heddle/core/internal/data/images.js";
import { trainingOf } from "@heddle/core/internal/recipes/build-training.js";
import type { ResolvedSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import { withFittingLength } from "@heddle/core/internal/recipes/training-length.js";
import type { SweepQueue } from "@heddle/core/internal/sweep/queue.js";
import { variedSettings } from "@heddle/core/internal/sweep/recipe-space.js";
import type { Sweep } from "@heddle/core/internal/sweep/sweep.js";
import type { LoadOptions } from "../../datasets/index.js";
import { heddleVersion } from "../../system/version.js";
import type { JobEvents } from "../job.js";
import { type OpenedRecipe, writeRecipe } from "../recipe-file.js";
import { runJob } from "../train/run-job.js";
import type { CoordinatorEvents } from "./coordinator.js";
import { LocalCrew } from "./local-crew.js";
import type { SweepData } from "./messages.js";
import { objectiveOf } from "./objective.js";
import { type OpenedSweep, openDefinition, openSweepFile } from "./open-sweep.js";
import { writeSweepPage } from "./page.js";
import { QueueCrew } from "./queue-crew.js";
import { ranked } from "./results.js";
import { runSweep, type SweepEnd } from "./run-sweep.js";
import { type CoreShares, shareCores } from "./share-cores.js";
import { readSweepData } from "./sweep-data.js";
import { SweepFolder, type SweepRequest, type Winner } from "./sweep-folder.js";
import { reloadSweepModule, type SweepCode } from "./sweep-module.js";
import { type SettingsOfTrial, settingsOfTrials, sharedSettings } from "./trial-settings.js";

/** A new sweep. */
export interface NewSweep {
  readonly opened: OpenedSweep;
  readonly recipe: OpenedRecipe;
  /** What the user sets on top of the recipe. */
  readonly typed: OpenedRecipe["settings"];
  /** In place of what the file says. */
  readonly seeds: number | undefined;
  readonly offline: boolean;
  /** Whether the weights and the history of each complete training are kept. */
  readonly keep?: boolean;
  readonly command: string;
  /** Of the sweep: new or empty. */
  readonly folder: string;
}

/** So many trials at once are trained by the workers of a queue, if nobody says how many. */
const MOST_IN_QUEUE = 1000;

/** How a sweep is run and what follows it. */
export interface SweepJobOptions {
  /** How many trials are trained at once; by default one a core, each on one thread, or as many as a queue has workers. */
  readonly workers: number | undefined;
  /** The queue whose workers train; processes of this machine if undefined. */
  readonly queue: SweepQueue | undefined;
  /** The folder of checkpoints that this machine and the workers of a queue share. */
  readonly checkpoints: string | undefined;
  /** Threads of each process. */
  readonly threads: number | undefined;
  readonly seconds: number | undefined;
  /** Whether the best trial is trained again as a run and measured on the test images. */
  readonly winner: boolean;
  /** The folder of all runs. */
  readonly runsFolder: string;
  readonly signal: AbortSignal;
  readonly load: Pick<LoadOptions, "signal" | "onProgress" | "onReading" | "onWarning">;
  readonly events: CoordinatorEvents & {
    /** What a user should know, once. */
    onNote(message: string): void;
    /** When the trials begin. */
    onSweep(about: SweepAbout): void;
    /** When the best trial is trained as a run; `epochs` it has. Returns what follows it. */
    onWinner(epochs: number): JobEvents;
  };
}

/** What is about to be run. */
export interface SweepAbout {
  readonly sweep: Sweep;
  readonly folder: string;
  readonly title: string;
  readonly workers: number;
  readonly threads: number;
  /** Where the queue is whose workers train. */
  readonly queue: string | undefined;
  /** Trials that the journal has already. */
  readonly begun: number;
  readonly note: string | undefined;
}

/** A sweep that has ended, or whose time was over. */
export interface SweepResult extends SweepEnd {
  readonly sweep: Sweep;
  readonly folder: SweepFolder;
  readonly request: SweepRequest;
  readonly dataset: Dataset<Images>;
  readonly settingsOf: SettingsOfTrial;
  readonly winners: readonly Winner[];
}

/**
 * Begins a sweep in a new folder.
 *
 * @throws as `runSweep` does, and when the folder is not empty or the recipe does not fit
 */
export async function startSweep(begin: NewSweep, options: SweepJobOptions): Promise<SweepResult> {
  const { opened, recipe, typed, offline, keep = false, command, folder: path } = begin;
  const { sweep, definition, code, who } = opened;
  const seeds = begin.seeds ?? opened.seeds ?? 1;
  if (seeds > 1 && sweep.stopping !== undefined) {
    throw new HeddleError({
      who,
      expected: "no stopping rule where a trial has several seeds, whose objectives are averaged at its end",
      received: `${sweep.stopping.type} and \`seeds: ${seeds}\``,
      next: "Remove one of the two.",
    });
  }
  if (keep) refuseQueue(options);
  const shares = placeOf(sweep, options);
  const set = { ...recipe.settings, ...opened.settings };
  const given = { ...set, ...typed };
  const builds = code?.model !== undefined;
  const shared = await withWholePath(sharedSettings({ who, sweep, builds }, set, typed));
  const data = dataOf(shared, sweep, offline);
  const { dataset, fingerprint } = await readSweepData(data, options.load);
  const chosen =
    sweep.stopping && sweep.stopping.type !== "median" ? { ...given, epochs: shared.epochs } : given;
  const { settings, note } = withFittingLength(shared, dataset, chosen);
  const request = {
    command,
    definition: { ...definition, trials: sweep.trials },
    settings,
    seeds,
    offline,
    keep,
    code: code && { path: code.path, sha256: code.sha256 },
    fingerprint,
    heddle: heddleVersion,
  };
  checkHasValues(who, sweep);
  // Before the folder is made: what is wrong with the model is wrong with every trial.
  trainingOf(settings, dataset, { threads: 1, who: recipe.who }).model.dispose();
  const folder = await SweepFolder.create(path, request);
  const running = { folder, sweep, request, code, dataset, data: { ...data, fingerprint }, note };
  return run({ ...running, ...shares }, options);
}

/**
 * Resumes a sweep in its folder. One that has ended stays as it is, apart from more trials.
 *
 * @param trials how many trials to begin in all, if that has changed
 * @throws as `runSweep` does, and when the folder is no sweep's or of another version of Heddle
 */
export async function resumeSweep(
  path: string,
  { trials, ...options }: SweepJobOptions & { readonly trials: number | undefined },
): Promise<SweepResult> {
  const { folder, request } = await SweepFolder.open(path);
  if (request.heddle !== heddleVersion) {
    throw new HeddleError({
      who: `Sweep ${path}`,
      expected: `Heddle ${request.heddle}, which began it, because another version gives different bits`,
      received: heddleVersion,
      next: `Install version ${request.heddle} to resume it, or start a new sweep.`,
    });
  }
  if (request.keep) refuseQueue(options);
  if (request.code) await reloadSweepModule(request.code);
  const { sweep, code } = request.code
    ? await openSweepFile(request.code.path, trials ?? (request.definition["trials"] as number))
    : openDefinition(path, request.definition, trials);
  const shares = placeOf(sweep, options);
  const data = { ...dataOf(request.settings, sweep, request.offline), fingerprint: request.fingerprint };
  const { dataset } = await readSweepData(data, options.load);
  return run({ folder, sweep, request, code, dataset, data, note: undefined, ...shares }, options);
}

/** Refuses a sweep that has no first trial. */
function checkHasValues(who: string, sweep: Sweep): void {
  const about = { id: 0, name: sweep.name, goals: [sweep.goal], userAttributes: {}, systemAttributes: {} };
  const first = sweep.decide({ ...about, trials: [] });
  if (first.kind === "start") return;
  throw new HeddleError({
    who,
    expected: "constraints that some values satisfy",
    received: "none among all combinations",
    next: "Loosen the constraints, or add values.",
  });
}

/** Where the data is, from whatever folder the sweep is resumed. */
async function withWholePath(settings: ResolvedSettings): Promise<ResolvedSettings> {
  const { data } = settings;
  const isName = data === undefined || ["fashion-mnist", "fashion-sketch"].includes(data);
  return isName || !(await fileExists(data)) ? settings : { ...settings, data: resolve(data) };
}

function dataOf(settings: ResolvedSettings, sweep: Sweep, offline: boolean): Omit<SweepData, "fingerprint"> {
  const limit = variedSettings(sweep.space).includes("limit") ? undefined : settings.limit;
  return { data: settings.data, offline, form: pickFormOptions(settings), limit };
}

function refuseQueue({ queue }: SweepJobOptions): void {
  if (!queue) return;
  throw new HeddleError({
    who: "Sweep",
    expected: "no `queue`, because the weights of its trainings are kept on this machine",
    received: queue.place,
    next: "Run it on one machine.",
  });
}

/** Where a sweep is trained. */
type Place = Pick<SweepJobOptions, "workers" | "threads" | "queue">;

function placeOf({ trials }: Sweep, { workers, threads, queue }: Place): CoreShares {
  if (queue === undefined) return shareCores(availableParallelism(), trials, { workers, threads });
  if (threads === undefined) return { workers: Math.min(trials, workers ?? MOST_IN_QUEUE), threads: 1 };
  throw new HeddleError({
    who: "Sweep",
    expected: "no `threads` with `queue`, because each worker has its own",
    received: String(threads),
    next: "Pass them to the workers.",
  });
}

interface RunningSweep {
  readonly folder: SweepFolder;
  readonly sweep: Sweep;
  readonly request: SweepRequest;
  readonly code: SweepCode | undefined;
  readonly dataset: Dataset<Images>;
  readonly data: SweepData;
  readonly note: string | undefined;
  readonly workers: number;
  readonly threads: number;
}

async function run(running: RunningSweep, options: SweepJobOptions): Promise<SweepResult> {
  const { folder, sweep, request, code, dataset, data, workers, threads, note } = running;
  const { signal, seconds, events, queue, checkpoints } = options;
  const about = {
    sweep,
    folder: folder.path,
    title: dataset.title,
    workers,
    threads,
    note,
    queue: queue?.place,
  };
  const settingsOf = settingsOfTrials({
    ...{ who: folder.path, space: sweep.space, shared: request.settings, code },
    ...{ inputShape: dataset.train.shape, classes: dataset.classNames.length },
  });
  const setup = { data, objective: objectiveOf(sweep.goal), who: folder.path };
  const gather = async () => {
    if (!queue) return new LocalCrew(folder, { ...setup, threads });
    const { onWarning, onNote } = events;
    return QueueCrew.open({ queue, sweep: await folder.queueId(), setup, checkpoints, onWarning, onNote });
  };
  const { study, outOfTime } = await runSweep(folder, sweep, request, {
    ...{ settingsOf, gather, workers, seconds, signal },
    events: { ...events, onStudy: (begun) => events.onSweep({ ...about, begun }) },
  });
  const winners = await withWinner({ ...running, settingsOf }, study, options);
  await writeSweepPage({ folder, sweep, request, study, winners, title: dataset.title }, signal);
  return { study, outOfTime, sweep, folder, request, dataset, settingsOf, winners };
}

/** Trains the best trial again as a run, with the same bits, and looks at the test images: once for each best trial. */
async function withWinner(
  { folder, sweep, request, dataset, settingsOf }: RunningSweep & { readonly settingsOf: SettingsOfTrial },
  study: SweepEnd["study"],
  { winner, runsFolder, signal, events }: SweepJobOptions,
): Promise<readonly Winner[]> {
  const before = await folder.readWinners();
  const [best] = ranked(study, sweep.goal);
  if (!best) return before;
  const { trial, value } = best;
  const settings = await settingsOf(trial.values, request.settings.seed);
  await writeRecipe(folder.bestPath, settings);
  if (!winner || before.at(-1)?.trial === trial.number) return before;
  const { folder: run, metrics } = await runJob({
    ...trainingOf(settings, dataset, { who: folder.path }),
    runsFolder,
    name: `${sweep.name}-best`,
    command: request.command,
    settings,
    signal,
    events: events.onWinner(settings.epochs),
  });
  const winners = [...before, { trial: trial.number, value, run, testAccuracy: metrics.test.accuracy }];
  await folder.writeWinners(winners);
  return winners;
}
