import { join } from "node:path";
import { checkPath } from "@heddle/core/internal/base/check-path.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileExists } from "@heddle/core/internal/base/files-node.js";
import { importFile } from "../../load-model.js";

/** How a file is imported. */
export interface ImportFileOptions {
  /**
   * The model's folder.
   *
   * @defaultValue the file's path without its ending
   */
  readonly out?: string | undefined;
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
 * Writes another program's model as a folder of Heddle's. What the file says about its training is not part of it.
 *
 * @throws HeddleError when the file cannot be read, needs what Heddle does not have, or the folder holds a model
 */
export async function importToFolder(file: string, options: ImportFileOptions): Promise<ImportedModel> {
  const { force, onWarning } = options;
  const folder = checkPath("Folder of the model", options.out ?? file.replace(/(\.weights)?\.\w+$/, ""));
  if (!force && (await fileExists(join(folder, "config.json")))) {
    throw new HeddleError({
      who: folder,
      expected: "a folder without a model",
      received: "one with a config.json",
      next: "Choose another with `out`, or replace it with `force: true`.",
    });
  }
  const model = await importFile(file, { onWarning });
  await model.save(folder);
  const { layers, parameters } = model;
  return { folder, layers: layers.length, parameters };
}
