import { closest } from "../base/closest.js";
import { parseDecimal } from "../base/decimal.js";
import { HeddleError } from "../base/errors.js";
import { isJsonObject, type Json, type JsonObject } from "../base/json.js";
import { serialize } from "../base/registry.js";
import {
  type Layer,
  RandomContrast,
  RandomErasing,
  RandomFlip,
  RandomRotation,
  RandomTranslation,
  RandomZoom,
} from "../layers/index.js";

/** How training images are changed at random; an empty object leaves them as they are. */
export interface Augmentation {
  /** Moves by up to this share of height and width. */
  readonly translation?: number;
  /** Mirrors half of the images. */
  readonly flip?: "horizontal" | "vertical" | "both";
  /** Turns by up to this part of a whole turn, either way. */
  readonly rotation?: number;
  /** Zooms in and out by up to this share. */
  readonly zoom?: number;
  /** Changes the contrast by up to this share. */
  readonly contrast?: number;
  /** Share of the images of which a random box is filled with noise. */
  readonly erasing?: number;
}

/** What stands for a change without a value. */
const changes: { readonly [Name in keyof Required<Augmentation>]: Required<Augmentation>[Name] } = {
  translation: 0.1,
  flip: "horizontal",
  rotation: 0.05,
  zoom: 0.1,
  contrast: 0.2,
  erasing: 0.5,
};
const names = Object.keys(changes) as readonly (keyof Augmentation)[];
const flips = ["horizontal", "vertical", "both"] as const;

/** How an augmentation is written. */
export const augmentationSyntax = `${names.join(", ")}, each with =VALUE if wanted, or none`;

/**
 * Reads `translation=0.1,flip,erasing=0.5`, or `none`; words without a value have the default one.
 *
 * @throws HeddleError that names the part that cannot be read
 */
export function parseAugmentation(text: string): Augmentation {
  if (text.trim() === "none") return {};
  const parts = text.split(",").map((part) =>
    part
      .trim()
      .split("=")
      .map((word) => word.trim()),
  );
  // A map: a text may say `__proto__=1`, which as an assignment would set a prototype and say nothing.
  const values = new Map<string, Json>();
  for (const [name = "", value, ...more] of parts) {
    if (more.length > 0) throw fault("NAME or NAME=VALUE", [name, value, ...more].join("="));
    if (values.has(name)) throw fault("each change once", `${name} twice`);
    // Text that is no number stays text, to be refused as it was typed.
    values.set(name, value === undefined ? true : (parseDecimal(value) ?? value));
  }
  return readAugmentation(Object.fromEntries(values));
}

/**
 * Reads `{ "translation": 0.1, "flip": "horizontal" }`; `true` stands for the default value.
 *
 * @throws HeddleError that names what cannot be read
 */
export function readAugmentation(value: unknown): Augmentation {
  if (!isJsonObject(value)) throw fault(`an object of ${names.join(", ")}`, JSON.stringify(value));
  return Object.fromEntries(
    Object.entries(value).map(([name, given]) => {
      const known = names.find((one) => one === name);
      if (known === undefined) {
        const near = closest(name, names);
        const next = near === undefined ? undefined : `Did you mean ${near}?`;
        throw fault(`${names.join(", ")} or none`, JSON.stringify(name), next);
      }
      return [known, given === true ? changes[known] : checkedChange(known, given)];
    }),
  );
}

/** Keras's JSON of the layers that an augmentation comes to, for values within `range`. */
export function augmentationLayers(
  augmentation: Augmentation,
  range: readonly [low: number, high: number],
): JsonObject[] {
  const { translation, flip, rotation, zoom, contrast, erasing } = augmentation;
  const edge = { fillMode: "constant" } as const;
  const mode = flip === "both" ? "horizontal_and_vertical" : flip;
  const layers: (Layer | undefined)[] = [
    mode && new RandomFlip(mode),
    // Whole pixels stay as sharp as they are.
    translation && new RandomTranslation(translation, translation, { ...edge, interpolation: "nearest" }),
    rotation && new RandomRotation(rotation, edge),
    zoom && new RandomZoom(zoom, edge),
    contrast && new RandomContrast([contrast, contrast], { valueRange: range }),
    // An image's chance is drawn from the range: two equal ends are the share of the images.
    erasing && new RandomErasing({ factor: [erasing, erasing], valueRange: range }),
  ].map((layer) => layer || undefined);
  return layers
    .filter((layer) => layer !== undefined)
    .map((layer) => {
      const { class_name, config } = serialize(layer);
      // Without a name, because the model names its layers.
      const { name: _, ...options } = isJsonObject(config) ? config : {};
      return { class_name: class_name!, config: options };
    });
}

function checkedChange(name: keyof Augmentation, value: unknown): number | string {
  if (name === "flip") {
    const flip = flips.find((one) => one === value);
    if (flip) return flip;
    throw fault(`flip to be ${flips.join(", ")}`, JSON.stringify(value));
  }
  // A turn of a half is any turn; beyond the others' limits nothing is left of an image.
  const most = name === "erasing" ? 1 : 0.5;
  if (typeof value === "number" && value >= 0 && value <= most) return value;
  throw fault(`${name} to be a number from 0 to ${most}`, JSON.stringify(value));
}

function fault(expected: string, received: string, next = "Such as translation=0.1,flip,erasing=0.5.") {
  return new HeddleError({ who: "augment", expected, received, next });
}
