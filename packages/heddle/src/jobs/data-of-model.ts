import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import { datasetInMemory, type Images } from "@heddle/core/internal/data/images.js";
import type { RunRecord } from "@heddle/core/internal/records/run-record.js";
import type { LoadOptions } from "../datasets/index.js";
import { withNames } from "./class-names.js";
import { asImages, obtainDataset, obtainStreamed } from "./obtain-dataset.js";
import { datasetOfRun, type OpenedModel } from "./open-run.js";
import { wasStreamed } from "./plan-of-run.js";

/** Which data to open. */
export interface DataChoice {
  /** A dataset's folder or name; the run's own if undefined. */
  readonly data?: string | undefined;
  readonly load: LoadOptions;
}

/**
 * The data that a run was trained on, with the run's classes: on disk if the run streamed it.
 *
 * @throws HeddleError when it cannot be found or read
 */
export function dataOfRun(
  record: RunRecord,
  { data, load, stream = wasStreamed(record) }: DataChoice & { readonly stream?: boolean | undefined },
): Promise<Dataset<Images>> {
  return stream
    ? streamedDataOfRun(record, data, load)
    : datasetOfRun(record, data, load).then(datasetInMemory);
}

/**
 * The data to measure or explain a model on, with its classes where it knows their names; Fashion-MNIST for a model without a
 * run.
 *
 * @param options `stream`: whether images stay on disk; by default, if the run streamed its own data and `data` names no
 *   other
 * @throws HeddleError when it cannot be found or read
 */
export async function dataOfModel(
  { run, model }: Pick<OpenedModel, "run" | "model">,
  options: DataChoice & { readonly stream?: boolean | undefined },
): Promise<Dataset<Images>> {
  const { data, load, stream } = options;
  if (run) {
    return dataOfRun(run.record, {
      data,
      load,
      stream: stream ?? (data === undefined && wasStreamed(run.record)),
    });
  }
  const { classes } = model;
  if (stream) {
    const { dataset } = await obtainStreamed(data, load);
    return classes ? withNames(dataset, classes) : dataset;
  }
  // A file is measured whole: which part of it such a model was trained on, nobody knows.
  const whole: LoadOptions = data === undefined ? load : { ...load, holdOut: load.holdOut ?? "none" };
  const { dataset } = asImages(await obtainDataset("fashion-mnist", data, whole));
  return classes ? withNames(dataset, classes) : dataset;
}

async function streamedDataOfRun(
  { dataset: { name, source, classNames } }: RunRecord,
  data: string | undefined,
  load: LoadOptions,
): Promise<Dataset<Images>> {
  const { dataset } = await obtainStreamed(data ?? source.path ?? name, load);
  return withNames(dataset, classNames);
}
