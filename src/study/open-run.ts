import { HeddleError } from "../base/errors.js";
import type { Dataset } from "../data/dataset.js";
import type { LoadOptions } from "../data/index-node.js";
import { Sequential } from "../model/sequential.js";
import type { RunRecord } from "../runs/records.js";
import { RunFolder } from "../runs/run-folder.js";
import { obtainDataset } from "./obtain-dataset.js";

/** A run with its model, ready to be asked. */
export interface OpenedRun {
  readonly folder: RunFolder;
  readonly record: RunRecord;
  readonly model: Sequential;
}

/**
 * Opens a run and loads its model.
 *
 * @param run a run folder, an id below `root`, or `latest`
 */
export async function openRun(
  run: string,
  root: string,
  engine: { readonly threads?: number | undefined; readonly fast?: boolean } = {},
): Promise<OpenedRun> {
  const folder = await RunFolder.open(run, root);
  const record = await folder.readRecord();
  const model = await Sequential.load(folder.modelPath, { seed: record.seed });
  const { threads, fast = false } = engine;
  model.compile({ fast, ...(threads !== undefined && { threads }) });
  return { folder, record, model };
}

/** The data that a run was trained on, from where it was then or from `data`. */
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
  if (name === "fashion-mnist") {
    return (await obtainDataset(name, undefined, options)).dataset;
  }
  if (source.path !== undefined) return (await obtainDataset("fashion-mnist", source.path, options)).dataset;
  throw new HeddleError({
    who: `Run of dataset "${name}"`,
    expected: "to know where its data is",
    received: "a record without a path",
    next: "Name the folder with --data.",
  });
}

/** Which files of two datasets differ, by checksum. */
export function changedFiles(record: RunRecord, dataset: Dataset): readonly string[] {
  const now = new Map(dataset.source.files.map(({ name, sha256 }) => [name, sha256]));
  return record.dataset.source.files
    .filter(({ name, sha256 }) => now.get(name) !== sha256)
    .map(({ name }) => name);
}
