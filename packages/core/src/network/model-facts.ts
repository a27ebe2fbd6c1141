import { HeddleError } from "../base/errors.js";
import { isJsonObject, type JsonObject } from "../base/json.js";
import { shown } from "../base/rules.js";
import type { Shape } from "../base/shape.js";

/** How a picture becomes an input of a model: as its training images did. */
export interface PictureRule {
  /** The input values of black and of white. */
  readonly range: readonly [black: number, white: number];
  /** The formula of grey: `"rec601"` is 0.299 R + 0.587 G + 0.114 B, as in Pillow and Keras. */
  readonly grey: "rec601";
  /** True if a grey picture with a light background is inverted, because the training images are light on dark. */
  readonly invertLight: boolean;
}

/** What a model knows about its inputs and outputs, apart from its layers. */
export interface ModelFacts {
  /**
   * The name of each class, in the order of the outputs; both classes of a single output.
   *
   * @defaultValue undefined: unknown
   */
  readonly classes?: readonly string[] | undefined;
  /**
   * How a picture becomes an input.
   *
   * @defaultValue undefined: unknown
   */
  readonly pictures?: PictureRule | undefined;
}

/** The key of a model's JSON that holds the facts. Keras ignores keys that it does not know. */
export const FACTS_KEY = "heddle";

/** Facts as an entry of a model's JSON; without facts there is none. */
export function factsJson({ classes, pictures }: ModelFacts): JsonObject {
  if (classes === undefined && pictures === undefined) return {};
  return {
    [FACTS_KEY]: {
      ...(classes && { classes }),
      ...(pictures && {
        pictures: {
          range: pictures.range,
          grey: pictures.grey,
          invert_light: pictures.invertLight,
        },
      }),
    },
  };
}

/**
 * The facts in a model's JSON; none if it has no such entry, as that of Keras and of older versions.
 *
 * @throws HeddleError in the name of `who` when the entry is not what `factsJson` returns
 */
export function factsIn(who: string, json: JsonObject): ModelFacts {
  const entry = json[FACTS_KEY];
  if (entry === undefined) return {};
  if (!isJsonObject(entry)) throw fault(who, `${FACTS_KEY} as an object`, entry);
  const { classes, pictures } = entry;
  return {
    ...(classes !== undefined && { classes: checkNames(who, classes) }),
    ...(pictures !== undefined && { pictures: ruleIn(who, pictures) }),
  };
}

function ruleIn(who: string, json: unknown): PictureRule {
  if (!isJsonObject(json)) throw fault(who, `pictures as an object`, json);
  return checkRule(who, { range: json["range"], grey: json["grey"], invertLight: json["invert_light"] });
}

/**
 * Checks the names of a model's classes.
 *
 * @param outputShape the shape of the model's output for one sample
 * @throws HeddleError in the name of `who` when they are not a name for each class
 */
export function checkClasses(who: string, classes: unknown, outputShape: Shape): readonly string[] {
  const names = checkNames(who, classes);
  if (outputShape.length !== 1) {
    throw fault(who, "classes for a model with one number for each class", outputShape);
  }
  const count = Math.max(2, outputShape[0]!);
  if (names.length !== count) throw fault(who, `the names of ${count} classes`, names);
  return names;
}

function checkNames(who: string, value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((name) => typeof name === "string")) return [...value];
  throw fault(who, "classes as a list of names", value);
}

/** Checks how pictures become inputs; in the name of `who`. */
export function checkRule(who: string, value: unknown): PictureRule {
  const { range, grey, invertLight } = (value ?? {}) as { [Key in keyof PictureRule]?: unknown };
  const [black, white, ...others] = Array.isArray(range) ? range : [];
  if (!Number.isFinite(black) || !Number.isFinite(white) || others.length > 0 || black === white) {
    throw fault(who, "pictures with a range [black, white]", range);
  }
  if (grey !== "rec601") throw fault(who, 'pictures with grey "rec601"', grey);
  if (typeof invertLight !== "boolean") throw fault(who, "pictures that say whether to invert", invertLight);
  return { range: [black, white], grey, invertLight };
}

function fault(who: string, expected: string, received: unknown): HeddleError {
  return new HeddleError({
    who,
    expected,
    received: shown(received),
    next: "Correct it, or remove it: the model works without.",
  });
}
