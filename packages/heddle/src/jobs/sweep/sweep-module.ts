import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { readFileBytes } from "@heddle/core/internal/base/files-node.js";
import { isJsonObject, type JsonObject } from "@heddle/core/internal/base/json.js";
import { sha256 } from "@heddle/core/internal/base/sha256.js";
import type { Shape } from "@heddle/core/internal/base/shape.js";
import type { Values } from "@heddle/core/internal/sweep/parameter.js";

/** What a function that builds a model gets to know of the data and the training. */
export interface ModelContext {
  readonly inputShape: Shape;
  readonly classes: number;
  readonly seed: number;
}

/** A model, or its JSON. Only its layers count: a trial's initial weights come from its seed. */
export type BuiltModel = { toJson(): JsonObject } | JsonObject;

/** Builds a trial's model. It must depend on nothing but what it is passed. */
export type ModelBuilder = (values: Values, context: ModelContext) => BuiltModel | Promise<BuiltModel>;

/** The module of a sweep. */
export interface SweepCode {
  /** The whole path. */
  readonly path: string;
  /** SHA-256 of the file. */
  readonly sha256: string;
  readonly model: ModelBuilder | undefined;
}

const SCRIPTS = [".mjs", ".js"];
const TYPED = [".ts", ".mts"];

/** Whether a sweep's file is a module. */
export function isModule(path: string): boolean {
  return [...SCRIPTS, ...TYPED].includes(extname(path));
}

/**
 * Loads a module: its default export is a sweep's definition, and its export `model`, if it has one, builds models.
 *
 * @throws HeddleError when it cannot be loaded, or has no definition
 */
export async function loadSweepModule(
  path: string,
): Promise<{ readonly definition: object; readonly code: SweepCode }> {
  const whole = resolve(path);
  const hash = await sha256(await readFileBytes(path));
  const module = await load(path, whole);
  const definition = module["default"];
  const { model } = module;
  if (typeof definition !== "object" || definition === null) {
    throw new HeddleError({
      who: path,
      expected: "a module whose default export is a sweep",
      received: definition === undefined ? "none" : `a ${typeof definition}`,
      next: "Write `export default { name: …, goal: …, trials: …, parameters: … };`.",
    });
  }
  if (model !== undefined && typeof model !== "function") {
    throw new HeddleError({
      who: `${path}, model`,
      expected: "a function of a trial's values that returns a model",
      received: typeof model,
      next: "Export a function, or rename the export.",
    });
  }
  return { definition, code: { path: whole, sha256: hash, model: model as ModelBuilder | undefined } };
}

async function load(path: string, whole: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(whole).href)) as Readonly<Record<string, unknown>>;
  } catch (thrown) {
    const isTyped = TYPED.includes(extname(path));
    const unknown = (thrown as { readonly code?: unknown }).code === "ERR_UNKNOWN_FILE_EXTENSION";
    if (isTyped && unknown) {
      throw new HeddleError({
        who: path,
        expected: "Node 22.18 or newer, which runs TypeScript",
        received: process.version,
        next: "Update Node, or compile the file and pass the .mjs.",
      });
    }
    throw new HeddleError(
      {
        who: path,
        expected: "a module that can be loaded",
        received: messageOf(thrown),
        next: "Correct it.",
      },
      { cause: thrown },
    );
  }
}

/**
 * The JSON of a trial's model.
 *
 * @throws HeddleError when the function throws, or returns no model
 */
export async function modelOf(
  { path, model: build }: SweepCode,
  values: Values,
  context: ModelContext,
): Promise<JsonObject | undefined> {
  if (!build) return undefined;
  const who = `${path}, model`;
  let built: unknown;
  try {
    built = await build(values, context);
    if (typeof (built as { toJson?: unknown } | undefined)?.toJson === "function") {
      built = (built as { toJson(): unknown }).toJson();
    }
  } catch (thrown) {
    throw new HeddleError(`${who}: ${messageOf(thrown)}`, { cause: thrown });
  }
  if (isJsonObject(built)) return JSON.parse(JSON.stringify(built)) as JsonObject;
  throw new HeddleError({
    who,
    expected: "a model, or its JSON",
    received: built === undefined ? "nothing" : typeof built,
    next: "Return the model.",
  });
}

/**
 * Loads the module of a sweep that is resumed.
 *
 * @throws HeddleError when it has changed since the sweep began
 */
export async function reloadSweepModule({ path, sha256: before }: Pick<SweepCode, "path" | "sha256">) {
  const loaded = await loadSweepModule(path);
  if (loaded.code.sha256 === before) return loaded;
  throw new HeddleError({
    who: path,
    expected: `the module that the sweep began with, SHA-256 ${before.slice(0, 12)}…`,
    received: `SHA-256 ${loaded.code.sha256.slice(0, 12)}…`,
    next: "Restore it, or start a new sweep.",
  });
}
