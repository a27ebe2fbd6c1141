import { stat } from "node:fs/promises";
import { join } from "node:path";
import { HeddleError } from "../base/errors.js";
import type { Dataset } from "../data/dataset.js";
import type { LoadOptions } from "../data/index-node.js";
import { type Loss, losses, SparseCategoricalCrossentropy } from "../losses/index.js";
import { loadModel } from "../model/load.js";
import type { Model } from "../model/model.js";
import type { RunRecord } from "../runs/records.js";
import { RunFolder } from "../runs/run-folder.js";
import { obtainDataset } from "./obtain-dataset.js";
import { studyRecipe } from "./recipe.js";

/** A run with its model, ready to be asked. */
export interface OpenedRun {
  readonly folder: RunFolder;
  readonly record: RunRecord;
  readonly model: Model;
}

/**
 * Opens a run and loads its model.
 *
 * @param run a run folder, an id below `root`, or `latest`
 * @throws HeddleError when there is no such run or it has no model yet
 */
export async function openRun(
  run: string,
  root: string,
  engine: { readonly threads?: number | undefined; readonly fast?: boolean } = {},
): Promise<OpenedRun> {
  const folder = await RunFolder.open(run, root);
  const record = await folder.readRecord();
  // The weights are written first: with the configuration the model is whole.
  if (!(await exists(join(folder.modelPath, "config.json")))) throw withoutModel(folder, record);
  const model = await loadModel(folder.modelPath, { seed: record.seed });
  const { threads, fast = false } = engine;
  model.compile({ loss: lossOfRun(record), fast, ...(threads !== undefined && { threads }) });
  return { folder, record, model };
}

/** The loss that a run was trained with, so that it is measured by the same. */
function lossOfRun({ id, configuration }: RunRecord): Loss {
  const { loss } = configuration;
  return loss === undefined ? new SparseCategoricalCrossentropy() : losses.deserialize(`Run ${id}`, loss);
}

/** How many images a step of a run took; the study's number where the record does not say. */
export function batchSizeOfRun({ configuration }: RunRecord): number {
  const { batchSize } = configuration;
  return typeof batchSize === "number" ? batchSize : studyRecipe.batchSize;
}

/** The data that a run was trained on, from `data`, else from where it was then, else wherever it is now. */
export async function datasetOfRun(
  record: RunRecord,
  data: string | undefined,
  options: LoadOptions,
): Promise<Dataset> {
  const { name, source } = record.dataset;
  if (data !== undefined) return (await obtainDataset("fashion-mnist", data, options)).dataset;
  if (source.kind === "generated") {
    const sketch = source.seed === undefined ? {} : { seed: source.seed };
    return (await obtainDataset("fashion-sketch", undefined, { ...options, sketch })).dataset;
  }
  if (source.path !== undefined && (await exists(source.path))) {
    return (await obtainDataset("fashion-mnist", source.path, options)).dataset;
  }
  if (name === "fashion-mnist") return (await obtainDataset(name, undefined, options)).dataset;
  throw new HeddleError({
    who: `Run ${record.id}`,
    expected: `its data in ${source.path ?? "a folder that its record names"}`,
    received: "no such folder",
    next: "Name the folder with --data.",
  });
}

/** Which files of two datasets differ, by checksum. */
export function changedFiles(record: Pick<RunRecord, "dataset">, dataset: Dataset): readonly string[] {
  const now = new Map(dataset.source.files.map(({ name, sha256 }) => [name, sha256]));
  return record.dataset.source.files
    .filter(({ name, sha256 }) => now.get(name) !== sha256)
    .map(({ name }) => name);
}

function withoutModel({ path }: RunFolder, { status }: RunRecord): HeddleError {
  const ended = status === "running" ? "one that still trains or was killed" : `one that ${status}`;
  return new HeddleError({
    who: `Run ${path}`,
    expected: "a run with a model",
    received: status === "finished" ? "one that lost its model" : `${ended} before its first epoch ended`,
    next: "Choose another run, or train again: heddle train.",
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
