import { join } from "node:path";
import { checkPath } from "@heddle/core/internal/base/check-path.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileExists, readTextFile } from "@heddle/core/internal/base/files-node.js";
import { parseJson } from "@heddle/core/internal/base/json.js";
import type { Model } from "@heddle/core/internal/model/model.js";
import { checkMapping, type ImportChoices, importWeights } from "@heddle/interchange";
import { filesAt, importFile, modelFileIn } from "../../load-model.js";
import { openModel } from "../open-run.js";
import { type AnswersCheck, checkAnswers } from "./known-answers.js";

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
  /** A file of JSON that says which tensors of a safetensors file the weights are. */
  readonly mapping?: string | undefined;
  /** Inputs, and what the other program answers for them: an npz archive. The model is not written if it answers differently. */
  readonly check?: string | undefined;
  /** What the file leaves open; only for whole models. */
  readonly choices: ImportChoices;
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
  /** How near it comes to known answers, if some were passed. */
  readonly answers?: AnswersCheck;
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
  if (options.mapping !== undefined && options.model === undefined) {
    throw new HeddleError({
      who: options.mapping,
      expected: "`model` with a mapping",
      received: "none",
      next: "Name the model whose weights the file has.",
    });
  }
  const [choice] = Object.keys(options.choices);
  if (options.model !== undefined && choice !== undefined) {
    throw new HeddleError({
      who: file,
      expected: `\`${choice}\` for a whole model`,
      received: "it together with `model`, for weights alone",
      next: "Omit one of them.",
    });
  }
  const model =
    options.model === undefined
      ? await importFile(file, { onWarning, ...options.choices })
      : await withWeights((await openModel(options.model, root, { onWarning })).model, file, options);
  try {
    const answers = options.check === undefined ? undefined : await checkAnswers(model, options.check);
    await model.save(folder);
    const { layers, parameters } = model;
    return { folder, layers: layers.length, parameters, ...(answers && { answers }) };
  } finally {
    model.dispose();
  }
}

async function withWeights(
  model: Model,
  file: string,
  { mapping: path, onWarning }: ImportFileOptions,
): Promise<Model> {
  const mapping =
    path === undefined ? {} : { mapping: checkMapping(path, parseJson(path, await readTextFile(path))) };
  await importWeights(model, await filesAt(file), { onWarning, ...mapping });
  return model;
}
