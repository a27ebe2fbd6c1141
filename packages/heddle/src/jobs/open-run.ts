import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AbortedError, HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileExists } from "@heddle/core/internal/base/files-node.js";
import { withClasses } from "@heddle/core/internal/data/classes.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import { loadModel } from "@heddle/core/internal/model/load.js";
import type { Model } from "@heddle/core/internal/model/model.js";
import { lossFor } from "@heddle/core/internal/recipes/loss-for.js";
import type { RunRecord } from "@heddle/core/internal/records/run-record.js";
import type { LoadOptions } from "../datasets/index.js";
import { importFile, modelFileIn } from "../load-model.js";
import { RunFolder } from "../runs/run-folder.js";
import { obtainDataset } from "./obtain-dataset.js";

/** A run with its model, ready to use. */
export interface OpenedRun {
  readonly folder: RunFolder;
  readonly record: RunRecord;
  readonly model: Model;
}

/**
 * Opens a run and loads its model.
 *
 * @param run a run folder, an id below `root`, or `latest`
 * @throws HeddleError when there is no such run, it has no model yet, or its weights are not those that it recorded
 */
export async function openRun(run: string, root: string, engine: EngineChoice = {}): Promise<OpenedRun> {
  const folder = await RunFolder.open(run, root);
  const record = await folder.readRecord();
  // The weights are written first: with the configuration the model is whole.
  if (!(await fileExists(join(folder.modelPath, "config.json")))) throw withoutModel(folder, record);
  const model = await loadModel(folder.modelPath, { seed: record.recipe.seed });
  await checkWeights(folder, record, model);
  // Measured by the loss that it was trained with.
  const { labelSmoothing } = record.recipe;
  model.compile({ loss: lossFor(model, { labelSmoothing }), ...engineOptions(engine) });
  return { folder, record, model };
}

/** The file of the weights has no checksum of its own; a finished run's record has one. */
async function checkWeights(
  { modelPath }: RunFolder,
  { weightsSha256 }: RunRecord,
  model: Model,
): Promise<void> {
  if (weightsSha256 === undefined) return;
  const found = await model.weightsSha256();
  if (found === weightsSha256) return;
  throw new HeddleError({
    who: join(modelPath, "weights.safetensors"),
    expected: `the weights that run.json records, ${weightsSha256.slice(0, 12)}…`,
    received: `others, ${found.slice(0, 12)}…`,
    next: "The file is damaged or was changed: restore it, or copy the folder model elsewhere to use it as it is.",
  });
}

/** A model, and its run if it belongs to one. */
export interface OpenedModel {
  /** Its name: the run's id, or the path that was passed. */
  readonly name: string;
  /** The folder of the run, or of the model. */
  readonly path: string;
  readonly model: Model;
  readonly run: Pick<OpenedRun, "folder" | "record"> | undefined;
}

/**
 * Opens a run, a folder that `model.save` wrote, or another program's model file.
 *
 * @param source a run folder, an id below `root`, `latest`, a model's folder, the `config.json` in it, or a file such as
 *   `boots.keras`
 * @throws HeddleError when there is no such run or model
 */
export async function openModel(
  source: string,
  root: string,
  engine: EngineChoice = {},
): Promise<OpenedModel> {
  const folder = basename(source) === "config.json" ? dirname(source) : source;
  const file = await modelFileIn(source);
  if (folder === source && (file !== source || (await isFile(source)))) return openFile(String(file), engine);
  if (!(await fileExists(join(folder, "config.json")))) {
    const { model, ...run } = await openRun(source, root, engine);
    return { name: run.folder.id, path: run.folder.path, model, run };
  }
  const above = dirname(resolve(folder));
  if (basename(resolve(folder)) === "model" && (await fileExists(join(above, "run.json")))) {
    return openModel(above, root, engine);
  }
  const model = await loadModel(folder);
  // The file does not name the loss.
  model.compile({ loss: lossFor(model), ...engineOptions(engine) });
  return { name: source, path: folder, model, run: undefined };
}

/** Opens another program's model file, compiled as the file says. */
async function openFile(path: string, engine: EngineChoice): Promise<OpenedModel> {
  const { onWarning } = engine;
  const model = await importFile(path, onWarning ? { onWarning } : {});
  const state = await model.optimizerState();
  const { optimizer, loss, metrics } = model.training;
  const own = {
    optimizer,
    loss,
    metrics: [...(metrics.accuracy ? (["accuracy"] as const) : []), ...metrics.metrics],
  };
  model.compile({ ...(model.isCompiled ? own : { loss: lossFor(model) }), ...engineOptions(engine) });
  if (state) model.setOptimizerState(state);
  return { name: path, path: dirname(path), model, run: undefined };
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
}

/** Which kernels, and how many threads; and who is told what of a file is not used. */
export interface EngineChoice {
  readonly threads?: number | undefined;
  readonly fast?: boolean | undefined;
  readonly onWarning?: ((message: string) => void) | undefined;
}

function engineOptions({ threads, fast = false }: EngineChoice) {
  return { fast, ...(threads !== undefined && { threads }) };
}

/**
 * The data that a run was trained on, from `data`, otherwise from where it was then, otherwise wherever it is now; read and
 * split as it was then unless `options` say otherwise, with the run's classes.
 */
export async function datasetOfRun(
  record: RunRecord,
  data: string | undefined,
  options: LoadOptions,
): Promise<Dataset> {
  const { name, source, classNames } = record.dataset;
  const as: LoadOptions = {
    ...options,
    readAs: { ...options.readAs, ...source.options },
    holdOut: options.holdOut ?? source.split,
  };
  if (data !== undefined) {
    const limited = source.limit === undefined ? undefined : await readLimited(record, data, as);
    if (limited) return withClasses(limited, classNames);
    // A file that the run has not seen is measured whole; its own is split as it was then.
    const whole: LoadOptions = { ...as, holdOut: options.holdOut ?? "none" };
    const { dataset } = await obtainDataset("fashion-mnist", data, whole);
    warnOfOrientation(record, dataset, options.onWarning);
    if (source.split === undefined || changedFiles(record, dataset).length > 0) {
      return withClasses(dataset, classNames);
    }
    const { dataset: split } = await obtainDataset("fashion-mnist", data, { ...as, onWarning: undefined });
    return withClasses(split, classNames);
  }
  if (source.kind === "generated") {
    const sketch = source.seed === undefined ? {} : { seed: source.seed };
    return (await obtainDataset("fashion-sketch", undefined, { ...options, sketch })).dataset;
  }
  if (source.path !== undefined && (await fileExists(source.path))) {
    const own: LoadOptions = { ...as, limit: source.limit };
    return withClasses((await obtainDataset("fashion-mnist", source.path, own)).dataset, classNames);
  }
  if (name === "fashion-mnist") return (await obtainDataset(name, undefined, options)).dataset;
  throw new HeddleError({
    who: `Run ${record.id}`,
    expected: `its data in ${source.path ?? "a folder that its record names"}`,
    received: "no such folder",
    next: "Set `data` to its folder.",
  });
}

/** The pictures that a run with a limit was trained and measured on, if they are at a path. */
async function readLimited(
  record: RunRecord,
  data: string,
  options: LoadOptions,
): Promise<Dataset | undefined> {
  const warnings: string[] = [];
  const { limit } = record.dataset.source;
  const own: LoadOptions = { ...options, limit, onWarning: (message) => warnings.push(message) };
  try {
    const { dataset } = await obtainDataset("fashion-mnist", data, own);
    if (changedFiles(record, dataset).length > 0) return undefined;
    for (const message of warnings) options.onWarning?.(message);
    return dataset;
  } catch (thrown) {
    if (thrown instanceof AbortedError || !(thrown instanceof HeddleError)) throw thrown;
    return undefined;
  }
}

/** Warns if images lie another way than those that a run was trained on. */
function warnOfOrientation(
  { dataset: { source } }: RunRecord,
  { title, source: { reading } }: Dataset,
  onWarning: LoadOptions["onWarning"],
): void {
  const then = source.reading?.transposed;
  if (then === undefined || reading === undefined || then === reading.transposed) return;
  const [was, is] = then ? ["exchanged", "as stored"] : ["as stored", "exchanged"];
  onWarning?.(
    `The run was trained on images with rows and columns ${was}; those of ${title} are read with rows and columns ${is}. If they lie on their side, correct \`transpose\`.`,
  );
}

/** The names of a run's files that a dataset does not have with the same checksum. */
export function changedFiles(
  record: Pick<RunRecord, "dataset">,
  dataset: Pick<Dataset, "source">,
): readonly string[] {
  const now = new Map(dataset.source.files.map(({ name, sha256 }) => [name, sha256]));
  return record.dataset.source.files
    .filter(({ name, sha256 }) => now.get(name) !== sha256)
    .map(({ name }) => name);
}

function withoutModel({ path }: RunFolder, { status }: RunRecord): HeddleError {
  const ended = status === "running" ? "one that is still training or was killed" : `one that ${status}`;
  return new HeddleError({
    who: `Run ${path}`,
    expected: "a run with a model",
    received: status === "finished" ? "one that lost its model" : `${ended} before its first epoch ended`,
    next: "Choose another run, or train it again.",
  });
}
