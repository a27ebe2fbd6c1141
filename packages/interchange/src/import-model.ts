import { HeddleError, type Model } from "@heddle/core";
import { formatBytes } from "@heddle/core/internal/base/format.js";
import { MAXIMUM_FILE_BYTES } from "@heddle/core/internal/base/limits.js";
import { refuseForeign } from "./foreign-files.js";
import type { FileMap, ImportChoices, ImportOptions, ModelFormat } from "./format.js";
import { formats } from "./formats.js";
import { checkReceipt } from "./receipt.js";

/** A model's files: those that a user chose, or their bytes by their names. */
export type ModelBytes = Iterable<File> | Readonly<Record<string, Uint8Array>>;

/**
 * Loads a model from another program's files, with its weights; whether they fit is checked weight by weight. Where the
 * files say how the model is trained, it is compiled so, and training resumes with the optimizer's state.
 *
 * The files are told apart by what is in them. Nothing in them is executed.
 *
 * @param files one file, or all that belong to a model
 * @param options what the model is to have in place of what the files say, and what they leave open
 * @throws HeddleError when the files are of no format that Heddle reads, are damaged, have other weights than Heddle exported, need something that Heddle does not
 *   have, or have weights that the model does not, or the other way round: all of them are named
 *
 * @example
 * const model = await importModel(input.files); // of <input type="file" multiple>
 *
 * @example
 * const model = await importModel({ "boots.keras": await readFile("boots.keras") });
 *
 * @example
 * const model = await importModel({ "net.onnx": bytes }, { inputShape: [224, 224, 3] }); // where the file has sizes of no number
 */
export async function importModel(files: ModelBytes, options: ImportOptions = {}): Promise<Model> {
  const { onWarning: warn = (message: string) => console.warn(message), ...rest } = options;
  const { inputShape, output, unusedWeights, ...model } = rest;
  const map = await fileMap("importModel", files);
  const format = formatOf(map);
  checkReceipt([...map.keys()][0]!, await format.receipt?.(map));
  const choices = choicesFor(format, { inputShape, output, unusedWeights });
  return format.read(map, { model, choices, warn });
}

/** The choices that were made, if the format takes them. */
function choicesFor(
  { title, choices: known = [] }: ModelFormat,
  values: { readonly [Name in keyof Required<ImportChoices>]: ImportChoices[Name] | undefined },
): ImportChoices {
  const made = Object.entries(values).filter(([, value]) => value !== undefined);
  const other = made.find(([name]) => !known.some((one) => one === name));
  if (!other) return Object.fromEntries(made);
  throw new HeddleError({
    who: "importModel",
    expected: known.length > 0 ? `only \`${known.join("`, `")}\` with ${title}` : `no choices with ${title}`,
    received: `\`${other[0]}\``,
    next: `Omit \`${other[0]}\`.`,
  });
}

/** The formats that are read, in words. */
function titles(): string {
  return formats.flatMap(({ read, title }) => (read ? [title] : [])).join(", or ");
}

/** The format of a model's files. */
export function formatOf(files: FileMap): ModelFormat & Required<Pick<ModelFormat, "read">> {
  const expected = titles();
  refuseForeign(files, expected);
  const format = formats.find((one) => one.read && one.recognises(files));
  if (format?.read) return { ...format, read: format.read };
  const names = [...files.keys()];
  throw new HeddleError({
    who: names.slice(0, 3).join(", ") || "importModel",
    expected,
    received: names.length === 0 ? "no files" : "something else",
    next: "Check that it is the right file.",
  });
}

/**
 * The bytes of files by their names.
 *
 * @param who the caller, for errors
 * @throws HeddleError when a file is too large, or what was passed are no files
 */
export async function fileMap(who: string, files: ModelBytes): Promise<FileMap> {
  const isFiles = typeof files === "object" && files !== null;
  const entries: readonly (readonly [string, unknown])[] = !isFiles
    ? [["", files]]
    : Symbol.iterator in files
      ? [...files].map((file) => [file?.name, file] as const)
      : Object.entries(files);
  const map = new Map<string, Uint8Array>();
  for (const [name, content] of entries) {
    if (!(content instanceof Blob) && !(content instanceof Uint8Array)) {
      throw new HeddleError({
        who,
        expected: "files, or their bytes by their names, as Uint8Arrays",
        received: typeof content === "object" && content ? content.constructor?.name : String(content),
        next: 'Pass { "name.keras": bytes }.',
      });
    }
    const bytes = content instanceof Blob ? content.size : content.length;
    if (bytes > MAXIMUM_FILE_BYTES) {
      throw new HeddleError({
        who: name,
        expected: `a file of at most ${formatBytes(MAXIMUM_FILE_BYTES)}`,
        received: formatBytes(bytes),
        next: "Check that it is the right file.",
      });
    }
    map.set(name, content instanceof Blob ? new Uint8Array(await content.arrayBuffer()) : content);
  }
  return map;
}

/**
 * The names of further files without which a model's files cannot be read, such as shards of weights.
 *
 * @throws HeddleError when a name would lead to another folder
 */
export function companionsOf(files: Readonly<Record<string, Uint8Array>>): readonly string[] {
  const map: FileMap = new Map(Object.entries(files));
  refuseForeign(map, titles());
  const names = formats.find((one) => one.recognises(map))?.companions?.(map) ?? [];
  const outside = names.find((name) => !/^[^/\\:]+$/.test(name) || name === "..");
  if (outside === undefined) return names;
  throw new HeddleError({
    who: [...map.keys()].join(", "),
    expected: "the names of files in the same folder",
    received: JSON.stringify(outside.slice(0, 80)),
    next: "Other folders are never read: put the file beside this one, and correct the name.",
  });
}
