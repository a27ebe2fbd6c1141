import { join } from "node:path";
import { checkPath } from "@heddle/core/internal/base/check-path.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileExists } from "@heddle/core/internal/base/files-node.js";
import type { Model } from "@heddle/core/internal/model/model.js";
import { importWeights } from "@heddle/interchange";
import { filesAt, importFile, modelFileIn } from "../../load-model.js";
import { openModel } from "../open-run.js";

/** How a file is imported. */
export interface ImportFileOptions {
  /**
   * The model's folder.
   *
   * @defaultValue the file's path without its ending
   */
  readonly out?: string | undefined;
  /**
   * The model that the file's weights are set in: a run folder, an id below `root`, `latest`, a model's folder or file.
   *
   * @defaultValue none: the file is a whole model
   */
  readonly model?: string | undefined;
  /** The folder of all runs. */
  readonly root: string;
  /** Whether an existing model is replaced. */
  readonly force: boolean;
  readonly onWarning: (message: string) => void;
}

/** A model that was imported. */
export interface ImportedModel {
  readonly folder: string;
  readonly layers: number;
  readonly parameters: number;
}

/**
 * Writes another program's model as a folder of Heddle's: a file, or a folder with TensorFlow.js's `model.json`. What the file says about its training is not part of it.
 *
 * @throws HeddleError when the file cannot be read, needs what Heddle does not have, or the folder holds a model
 */
export async function importToFolder(source: string, options: ImportFileOptions): Promise<ImportedModel> {
  const { force, onWarning, root } = options;
  const file = String(await modelFileIn(source));
  const folder = checkPath("Folder of the model", options.out ?? file.replace(/(\.weights)?\.\w+$/, ""));
  if (!force && (await fileExists(join(folder, "config.json")))) {
    throw new HeddleError({
      who: folder,
      expected: "a folder without a model",
      received: "one with a config.json",
      next: "Choose another with `out`, or replace it with `force: true`.",
    });
  }
  const model =
    options.model === undefined
      ? await importFile(file, { onWarning })
      : await withWeights((await openModel(options.model, root, { onWarning })).model, file, onWarning);
  await model.save(folder);
  const { layers, parameters } = model;
  return { folder, layers: layers.length, parameters };
}

async function withWeights(model: Model, file: string, onWarning: (message: string) => void): Promise<Model> {
  await importWeights(model, await filesAt(file), { onWarning });
  return model;
}
