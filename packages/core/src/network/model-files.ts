import { fileExists, namesIn, pathOfUrl, readFileBytes, readsPaths } from "#files";
import { HeddleError, messageOf } from "../base/errors.js";
import { formatBytes } from "../base/format.js";
import { parseJson } from "../base/json.js";
import { MAXIMUM_TEXT_BYTES, MAXIMUM_WEIGHTS_BYTES } from "../base/limits.js";

/** A saved model's files as bytes, by their names. */
export interface ModelFiles {
  readonly "config.json": Uint8Array;
  readonly "weights.safetensors": Uint8Array;
}

/** A saved model's configuration, as bytes, text or parsed JSON, and its weights as a safetensors file. */
export interface ModelParts {
  readonly config: Uint8Array | string | object;
  readonly weights: Uint8Array | ArrayBuffer;
}

/**
 * Where a saved model is: a folder, by its path in Node or its URL anywhere; the files that a user chose
 * (`<input type="file" multiple>`); what `toFiles` returned; or configuration and weights.
 */
export type ModelSource = string | URL | Iterable<File> | ModelFiles | ModelParts;

/** A file of a model, which is read when it is needed. */
export interface SavedFile {
  /** Names the file in errors. */
  readonly who: string;
  read(maximumBytes: number): Promise<Uint8Array>;
}

/** The two files of a saved model. */
export interface SavedModel {
  readonly config: { readonly who: string; readonly json: unknown };
  readonly weights: { readonly who: string; readonly bytes: Uint8Array };
}

/**
 * Reads the files of a saved model.
 *
 * @throws HeddleError when the source is none, or a file cannot be read or is too large
 */
export async function readModelSource(source: ModelSource): Promise<SavedModel> {
  const fileNamed = filesOf(source);
  const config = fileNamed(CONFIG);
  const weights = fileNamed(WEIGHTS);
  const json = parseJson(config.who, textOf(config.who, await config.read(MAXIMUM_TEXT_BYTES)));
  const bytes = await weights.read(MAXIMUM_WEIGHTS_BYTES);
  return { config: { who: config.who, json }, weights: { who: weights.who, bytes } };
}

const CONFIG = "config.json";
const WEIGHTS = "weights.safetensors";

type FileName = keyof ModelFiles;

function filesOf(source: ModelSource): (name: FileName) => SavedFile {
  if (typeof source === "string" || source instanceof URL) return filesAt(source);
  if (isParts(source)) {
    const { config, weights } = source;
    const text = isParsed(config) ? JSON.stringify(config) : config;
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    return (name) => inMemory(name, name === CONFIG ? bytes : weights);
  }
  if (typeof source === "object" && source !== null) {
    if (Symbol.iterator in source) return chosenFiles([...source]);
    if (CONFIG in source && WEIGHTS in source) return (name) => inMemory(name, source[name]);
  }
  throw new HeddleError({
    who: "loadModel",
    expected: "a folder's path or URL, files, or { config, weights }",
    received: describe(source),
    next: "Pass what toFiles returned, or the folder that save wrote.",
  });
}

function filesAt(folder: string | URL): (name: FileName) => SavedFile {
  const url = urlOf(folder);
  if (readsPaths && (!url || url.protocol === "file:")) {
    const path = url ? pathOfUrl(url) : folder;
    return (name) => fileAt(`${path}/${name}`);
  }
  // A query, such as a signature, belongs to each file.
  const [, base = "", query = ""] = /^([^?#]*)(\?[^#]*)?/.exec(url ? url.href : String(folder)) ?? [];
  return (name) => fileAt(`${base.replace(/\/*$/, "")}/${name}${query}`);
}

/** The file at a path, in Node, or an address. */
export function fileAt(source: string | URL): SavedFile {
  const url = urlOf(source);
  if (readsPaths && (!url || url.protocol === "file:")) {
    const path = url ? pathOfUrl(url) : String(source);
    return { who: path, read: (maximumBytes) => readFileBytes(path, { maximumBytes }) };
  }
  // A relative address is the page's affair: fetch resolves it.
  const address = url ? url.href : String(source);
  return { who: address, read: (maximumBytes) => fetchBytes(address, maximumBytes) };
}

/** Whether there is something at a path; false for addresses, and where there are no paths. */
export async function isAtPath(source: string): Promise<boolean> {
  return readsPaths && urlOf(source) === undefined && (await fileExists(source));
}

/** The names of what is in the folder at a path; undefined where there is none, for addresses, and where there are no paths. */
export async function namesAtPath(source: string): Promise<readonly string[] | undefined> {
  return readsPaths && urlOf(source) === undefined ? namesIn(source) : undefined;
}

function urlOf(source: string | URL): URL | undefined {
  if (source instanceof URL) return source;
  return /^(https?|file|blob|data):/i.test(source) ? new URL(source) : undefined;
}

/** The bytes at an address, which are counted while they arrive. */
async function fetchBytes(address: string, maximumBytes: number): Promise<Uint8Array> {
  const refuse = (received: string, next: string, cause?: unknown) =>
    new HeddleError({ who: address, expected: "a file of a saved model", received, next }, { cause });
  try {
    const response = await fetch(address);
    if (!response.ok || !response.body) {
      throw refuse(`HTTP ${response.status}`, "Check the address: it must be that of the model's folder.");
    }
    const pieces: Uint8Array[] = [];
    let length = 0;
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > maximumBytes) {
        await reader.cancel();
        throw refuse(`more than ${formatBytes(maximumBytes)}`, "Check the address.");
      }
      pieces.push(value);
    }
    return joined(pieces, length);
  } catch (thrown) {
    if (thrown instanceof HeddleError) throw thrown;
    const next = "Check the address, the connection, and that the server allows this page to read it (CORS).";
    throw refuse(messageOf(thrown), next, thrown);
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function chosenFiles(files: readonly File[]): (name: FileName) => SavedFile {
  return (name) => {
    const file = files.find((one) => one instanceof Blob && one.name === name);
    if (!file) {
      throw new HeddleError({
        who: "loadModel",
        expected: `a file named ${name}`,
        received: files.map((one) => one?.name ?? describe(one)).join(", ") || "no files",
        next: `Choose both ${CONFIG} and ${WEIGHTS}.`,
      });
    }
    const read = async (maximumBytes: number) => {
      checkSize(name, file.size, maximumBytes);
      return new Uint8Array(await file.arrayBuffer());
    };
    return { who: name, read };
  };
}

function inMemory(name: FileName, content: unknown): SavedFile {
  if (!isBytes(content)) {
    throw new HeddleError({
      who: "loadModel",
      expected: `the bytes of ${name} as a Uint8Array`,
      received: describe(content),
      next: "Pass what toFiles returned, or { config, weights }.",
    });
  }
  const read = async (maximumBytes: number) => {
    checkSize(name, content.byteLength, maximumBytes);
    return bytesOf(content);
  };
  return { who: name, read };
}

function checkSize(who: string, bytes: number, maximumBytes: number): void {
  if (bytes <= maximumBytes) return;
  const expected = `at most ${formatBytes(maximumBytes)}`;
  throw new HeddleError({
    who,
    expected,
    received: formatBytes(bytes),
    next: "Check that this is the right file.",
  });
}

function textOf(who: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const parts = { who, expected: "UTF-8 text", received: "other bytes" };
    throw new HeddleError({ ...parts, next: "Check that this is the right file." }, { cause });
  }
}

function isParts(source: unknown): source is ModelParts {
  return typeof source === "object" && source !== null && "config" in source && "weights" in source;
}

function isParsed(config: ModelParts["config"]): config is object {
  return typeof config === "object" && !isBytes(config);
}

function isBytes(value: unknown): value is Uint8Array | ArrayBuffer {
  return value instanceof Uint8Array || value instanceof ArrayBuffer;
}

function bytesOf(content: Uint8Array | ArrayBuffer): Uint8Array {
  return content instanceof Uint8Array ? content : new Uint8Array(content);
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return `an object with ${Object.keys(value).join(", ") || "no properties"}`;
}
