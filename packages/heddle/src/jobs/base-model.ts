import { resolve } from "node:path";
import type { Dataset, FormOptions } from "@heddle/core/internal/data/dataset.js";
import type { Images } from "@heddle/core/internal/data/images.js";
import type { BaseModel } from "@heddle/core/internal/recipes/build-training.js";
import type { BaseRecord } from "@heddle/core/internal/records/run-record.js";
import { ownRange } from "./model-input.js";
import { changedFiles, type OpenedModel, openModel } from "./open-run.js";
import { readAsFor } from "./read-as.js";

/** A trained model that is opened to be fine-tuned. */
export interface OpenedBase extends BaseModel {
  /** Where it is, from the root on: the folder of the run or of the model, or the model's file. */
  readonly path: string;
  /** How data is read to fit its input, where nobody says otherwise. */
  readonly readAs: FormOptions;
  readonly record: BaseRecord;
  readonly run: OpenedModel["run"];
}

/**
 * Opens a model to fine-tune it.
 *
 * @param source a run folder, an id below `root`, `latest`, a model's folder, or a file such as `boots.keras`
 * @throws HeddleError when there is no such run or model
 */
export async function openBase(
  source: string,
  root: string,
  onWarning: (message: string) => void,
): Promise<OpenedBase> {
  const opened = await openModel(source, root, { onWarning });
  const { name, model, run } = opened;
  const path = resolve(run ? opened.path : source);
  const range = ownRange(opened);
  if (range === undefined) {
    onWarning(
      `Model ${name} does not say which pixel values it takes: it is given 0 to 255. If it was trained on others, put a Rescaling layer before its first one.`,
    );
  }
  return {
    model,
    run,
    range: range ?? [0, 255],
    path,
    readAs: readAsFor(model.inputShape),
    record: {
      path,
      ...(run && { run: run.folder.id }),
      weightsSha256: await model.weightsSha256(),
    },
  };
}

/** A sentence if a model is fine-tuned on the files that it was trained on; undefined otherwise. */
export function seenBefore({ run }: OpenedBase, dataset: Dataset<Images>): string | undefined {
  const { files } = dataset.source;
  if (!run || files.length === 0 || changedFiles(run.record, dataset).length > 0) return undefined;
  return `Run ${run.folder.id} was trained on the same files: it knows the training images already, so that a cross-validation says too much. Test images are new to it.`;
}
