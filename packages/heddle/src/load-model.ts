import { loadModel as loadSaved, type Model, type ModelSource } from "@heddle/core";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { MAXIMUM_FILE_BYTES } from "@heddle/core/internal/base/limits.js";
import { fileAt, namesAtPath } from "@heddle/core/internal/network/model-files.js";
import type { ImportOptions } from "@heddle/interchange";

/** The endings of model files of other programs: TensorFlow.js's are JSON, as is Heddle's own `config.json`. */
const OTHERS_ENDING = /(\.(keras|h5|hdf5|onnx|safetensors)|(?<!(^|[\\/])config)\.json)$/i;
/** Those of files that are refused with what to do instead. */
const FOREIGN_ENDING = /\.(pt|pth|pkl|pickle|joblib|tflite|ort|pb|ckpt|mlmodel|npz)$/i;

/**
 * Loads a model with its weights: Heddle's own, or one of another program, such as `boots.keras`.
 *
 * @param source a folder that `save` wrote, or the file of another program, by its path in Node or its URL in browsers and
 *   Node, of TensorFlow.js that of `model.json`, or its folder; files that a user chose; what `toFiles` returned; or `{ config, weights }`
 * @throws HeddleError when a file is missing, damaged, or needs something that Heddle does not have; of another program's
 *   model also when a weight is left over on either side
 *
 * @example
 * const model = await loadModel("runs/first/model");
 *
 * @example
 * const model = await loadModel("boots.keras");
 * model.compile({ optimizer: "adam" }); // or as the file says
 */
export async function loadModel(source: ModelSource, options: ImportOptions = {}): Promise<Model> {
  if (isAddress(source)) {
    const file = await modelFileIn(source);
    if (isOthers(pathOf(file))) return importFile(file, options);
  }
  // What Heddle's own models take: nothing of them is left out.
  const { onWarning: _, ...own } = options;
  if (!isChosen(source)) return loadSaved(source, own);
  const files = [...source];
  const isOwn = files.some((file) => file?.name === "config.json");
  if (isOwn || !files.some((file) => isOthers(file?.name))) return loadSaved(files, own);
  const { importModel } = await import("@heddle/interchange");
  return importModel(files, options);
}

/**
 * Loads the model of another program from a file, and from those beside it that belong to it.
 *
 * @param source a path in Node, or a URL
 * @throws HeddleError as `importModel` does
 */
export async function importFile(source: string | URL, options: ImportOptions = {}): Promise<Model> {
  const { importModel } = await import("@heddle/interchange");
  return importModel(await filesAt(source), options);
}

/** The bytes of a file, and of those beside it that belong to it, by their names. */
export async function filesAt(source: string | URL): Promise<Record<string, Uint8Array>> {
  const { companionsOf } = await import("@heddle/interchange");
  const { who, read } = fileAt(source);
  const files = { [who]: await read(MAXIMUM_FILE_BYTES) };
  for (const name of companionsOf(files)) {
    files[name] = await fileAt(beside(source, name))
      .read(MAXIMUM_FILE_BYTES)
      .catch((thrown: unknown) => {
        if (!(thrown instanceof HeddleError)) throw thrown;
        const parts = { who, expected: `the file ${name} that it names beside it` };
        const next = "Copy that file there too, or save the model in one file.";
        throw new HeddleError({ ...parts, received: "none that can be read", next }, { cause: thrown });
      });
  }
  return files;
}

/**
 * The file that stands for a folder with another program's model; otherwise what was passed.
 *
 * @throws HeddleError when the folder has several models, or parts of one
 */
export async function modelFileIn(source: string | URL): Promise<string | URL> {
  const names = typeof source === "string" ? await namesAtPath(source) : undefined;
  if (names === undefined) return source;
  const { modelInFolder } = await import("@heddle/interchange");
  const file = modelInFolder(String(source), names);
  return file === undefined ? source : `${String(source).replace(/[\\/]+$/, "")}/${file}`;
}

/** The address of a file in the same folder. */
function beside(source: string | URL, name: string): string {
  return String(source).replace(/[^/\\?#]*(?=([?#].*)?$)/, () => name);
}

/** Whether a file's name says that it is another program's. */
function isOthers(name: string): boolean {
  return OTHERS_ENDING.test(name) || FOREIGN_ENDING.test(name);
}

function pathOf(source: string | URL): string {
  return String(source).replace(/[?#].*$/, "");
}

function isAddress(source: unknown): source is string | URL {
  return typeof source === "string" || source instanceof URL;
}

function isChosen(source: unknown): source is Iterable<File> {
  return typeof source === "object" && source !== null && Symbol.iterator in source;
}
