import { join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { isJsonObject, type JsonObject, parseJson } from "@heddle/core/internal/base/json.js";
import { splitOf } from "@heddle/core/internal/data/csv/names.js";
import { leftOut } from "@heddle/core/internal/data/reading.js";
import type { SourceFolder } from "../source-folder.js";
import { folderOf, type PictureLabel, type PictureLabels, type PicturePaths } from "./picture-labels.js";

const MAXIMUM_BYTES = 64 * 2 ** 20;

/**
 * The labels of COCO's annotations, `{ images, annotations, categories }`, as Roboflow and CVAT export classes: every
 * picture has the category of its annotations, which must be one.
 *
 * @param files the files beside the pictures
 * @returns undefined if no file holds such annotations
 * @throws HeddleError if a picture has several categories, or an annotation refers to what is not there
 */
export async function cocoLabels(
  source: Pick<SourceFolder, "path" | "read">,
  files: readonly string[],
  pictures: PicturePaths,
): Promise<PictureLabels | undefined> {
  const used: string[] = [];
  const labels: PictureLabel[] = [];
  const missing: string[] = [];
  for (const file of files.filter((name) => /\.json$/i.test(name))) {
    const who = join(source.path, file);
    const text = new TextDecoder().decode(await source.read(file, { maximumBytes: MAXIMUM_BYTES }));
    // Other files of JSON lie beside pictures, too, and may be damaged.
    if (!/"annotations"/.test(text) || !/"categories"/.test(text)) continue;
    const value = parseJson(who, text);
    if (!isJsonObject(value)) continue;
    used.push(file);
    const split = file
      .split(/[^a-z]+/i)
      .map(splitOf)
      .find((word) => word !== undefined);
    for (const { name, label } of categoriesOfImages(who, value)) {
      const path = pictures.find(who, folderOf(file), name, split);
      if (path === undefined) missing.push(name);
      else labels.push({ path, label, split });
    }
  }
  if (used.length === 0) return undefined;
  return {
    labels,
    source: `the categories of ${used.join(", ")}`,
    files: new Set(used),
    leftOut: missing.length > 0 ? [leftOut("image", "there is no picture of its name", missing)] : [],
  };
}

/** The file name and the category of each image; without a category where nothing is annotated. */
function categoriesOfImages(
  who: string,
  coco: JsonObject,
): readonly { readonly name: string; readonly label: string | undefined }[] {
  const categories = new Map(
    listOf(who, coco, "categories").map(({ id, name }) => [
      id,
      typeof name === "string" && name.trim() !== "" ? name : String(id),
    ]),
  );
  const images = listOf(who, coco, "images");
  const known = new Set(images.map(({ id }) => id));
  const found = new Map<unknown, Set<string>>();
  for (const { image_id: image, category_id: category } of listOf(who, coco, "annotations")) {
    const name = categories.get(category);
    if (name === undefined || !known.has(image)) {
      const received = `an annotation of image ${JSON.stringify(image)} with category ${JSON.stringify(category)}`;
      throw refused(
        who,
        "annotations of its images and categories",
        received,
        "Export the annotations again.",
      );
    }
    const own = found.get(image);
    if (own) own.add(name);
    else found.set(image, new Set([name]));
  }
  return images.map(({ id, file_name: name }) => {
    const labels = [...(found.get(id) ?? [])];
    if (typeof name !== "string") {
      throw refused(
        who,
        "a file_name of each image",
        JSON.stringify(name) ?? "none",
        "Export the annotations again.",
      );
    }
    if (labels.length > 1) {
      const next = "Heddle tells one class for each picture: cut the objects out, or annotate one category.";
      throw refused(
        who,
        "one category for each picture",
        `${labels.slice(0, 4).join(", ")} for ${name}`,
        next,
      );
    }
    return { name, label: labels[0] };
  });
}

function listOf(who: string, coco: JsonObject, key: string): readonly JsonObject[] {
  const value = coco[key];
  if (Array.isArray(value) && value.every(isJsonObject)) return value;
  throw refused(who, `${key} as a list of objects`, typeof value, "Export the annotations again.");
}

function refused(who: string, expected: string, received: string, next: string): HeddleError {
  return new HeddleError({ who, expected, received, next });
}
