import { basename, resolve } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { Label } from "../../serving/catalogue.js";

/** A model to be served, as it is typed: `NAME=RUN`, or `RUN` alone. */
export interface ModelRequest {
  /** Undefined for a model that is called as its run. */
  readonly name: string | undefined;
  readonly source: string;
}

/** A label of a model, as it is typed: `[NAME:]LABEL=VERSION[@WEIGHT]`. */
export interface LabelRequest extends Label {
  /** Undefined for the only model. */
  readonly model: string | undefined;
}

/** Names that an address can hold as they are. */
const NAME = /^[\w-][\w.-]*$/;

/**
 * Splits `NAME=RUN`; a path such as `./a=b` holds no name.
 *
 * @param name what models without an own name are called
 * @throws HeddleError for a name that no address can hold
 */
export function modelRequests(sources: readonly string[], name: string | undefined): readonly ModelRequest[] {
  if (name !== undefined && !NAME.test(name)) {
    const expected = "a name of letters, digits, dots, hyphens and underscores";
    throw new HeddleError({ who: "`name`", expected, received: name, next: "Choose another one." });
  }
  return sources.map((text) => {
    const [, own, source] = /^([\w-][\w.-]*)=(.+)$/.exec(text) ?? [];
    return own === undefined ? { name, source: text } : { name: own, source: source! };
  });
}

/**
 * Reads a label.
 *
 * @throws HeddleError when it is none
 */
export function labelRequest(text: string): LabelRequest {
  const pattern = /^(?:([\w-][\w.-]*):)?([\w-][\w.-]*)=(\d+)(?:@(\d{1,6}))?$/;
  const [, model, label, version, weight = "0"] = pattern.exec(text) ?? [];
  if (label !== undefined) return { model, label, version: version!, weight: Number(weight) };
  throw new HeddleError({
    who: "`label`",
    expected: "a label such as stable=1, or stable=1@90 with its share of the requests",
    received: text,
    next: "With several models, put the model first: shoes:stable=1@90.",
  });
}

/** A run's id, or the name of a file or folder, as an address can hold it. */
export function nameOf(opened: string): string {
  return (
    basename(resolve(opened))
      .replace(/[^\w.-]+/g, "-")
      .replace(/^\.+/, "") || "model"
  );
}

/** Models with their versions: of those with the same name the first is version 1. */
export function numbered<One extends { readonly name: string }>(
  models: readonly One[],
): readonly (One & { readonly version: string })[] {
  const counts = new Map<string, number>();
  return models.map((one) => {
    const count = (counts.get(one.name) ?? 0) + 1;
    counts.set(one.name, count);
    return { ...one, version: String(count) };
  });
}

/**
 * The labels of each model.
 *
 * @throws HeddleError for a label of a model or version that is not there, or one that is given twice
 */
export function labelsByModel(
  labels: readonly LabelRequest[],
  models: readonly { readonly name: string; readonly version: string }[],
): ReadonlyMap<string, readonly Label[]> {
  const names = [...new Set(models.map(({ name }) => name))];
  const found = new Map<string, LabelRequest[]>(names.map((name) => [name, []]));
  for (const one of labels) {
    const name = one.model ?? (names.length === 1 ? names[0]! : "");
    const versions = models.filter((model) => model.name === name).map(({ version }) => version);
    const own = found.get(name);
    if (!own || !versions.includes(one.version)) {
      const expected = own
        ? `one of the versions of ${name}, ${versions.join(", ")}`
        : `the name of a model before it: ${names.join(", ")}`;
      const received = own ? one.version : name || "none";
      throw new HeddleError({ who: `Label ${one.label}`, expected, received, next: "Correct `label`." });
    }
    if (own.some(({ label }) => label === one.label)) {
      const received = `${one.label} twice`;
      throw new HeddleError({
        ...{ who: "`label`", expected: "each label of a model once", received },
        next: "Remove one of them.",
      });
    }
    own.push(one);
  }
  return found;
}
