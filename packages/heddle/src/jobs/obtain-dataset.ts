import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { Dataset, ImageSet } from "@heddle/core/internal/data/dataset.js";
import type { DroppedRows } from "@heddle/core/internal/data/dropped-rows.js";
import { checkFormOptions } from "@heddle/core/internal/data/form-options.js";
import { datasetInMemory, type Images, imagesOnDisk } from "@heddle/core/internal/data/images.js";
import {
  DatasetUnavailableError,
  type LoadOptions,
  loadDataset,
  openStreamedDataset,
} from "../datasets/index.js";

/** A dataset and how it was found. */
export interface Obtained<Split = ImageSet> {
  readonly dataset: Dataset<Split>;
  readonly foundBy: string;
  /** Every row or picture that was dropped; absent for IDX and generated images. */
  readonly dropped?: DroppedRows;
  /** Set when generated images stand in for another dataset: which, and why. */
  readonly standInFor?: { readonly title: string; readonly reason: string };
}

/**
 * A dataset by name, or the one at a path.
 *
 * @param data a name (`fashion-mnist`, `fashion-sketch`) or the path of data in any form; if undefined, the
 *   dataset `name`, wherever it is
 */
export async function obtainDataset(
  name: string,
  data: string | undefined,
  options: LoadOptions,
): Promise<Obtained> {
  if (data === undefined) return loadDataset(name, options);
  return data === "fashion-sketch" || data === name
    ? loadDataset(data, options)
    : loadDataset(name, { ...options, dataDir: data });
}

/** A dataset in memory as {@link obtainStreamed} returns one on disk, for trainings that take either. */
export function asImages({ dataset, ...about }: Obtained): Obtained<Images> {
  return { ...about, dataset: datasetInMemory(dataset) };
}

/**
 * A dataset that stays on disk.
 *
 * @param data a name of the catalogue or a folder of IDX files; Fashion-MNIST if undefined
 * @throws HeddleError for generated images and for other forms of data, and as `loadDataset` does
 */
export async function obtainStreamed(
  data: string | undefined,
  options: LoadOptions,
): Promise<Obtained<Images>> {
  checkFormOptions("idx", options);
  const changing = (["range", "channels"] as const).find((name) => options[name] !== undefined);
  if (changing !== undefined) {
    throw new HeddleError({
      who: `\`${changing}\``,
      expected: `images in memory, ${changing === "range" ? "which can be brought to 0..255" : "whose channels can be changed"}`,
      received: "`stream: true`",
      next: "Remove one of the two.",
    });
  }
  const { train, test, ...about } = await openStreamedDataset(data ?? "fashion-mnist", options);
  const dataset = { ...about, train: await imagesOnDisk(train), test: await imagesOnDisk(test) };
  return { dataset, foundBy: "disk" };
}

/**
 * Fashion-MNIST for the study. If it is neither on disk nor downloadable, generated images, marked as a stand-in so that
 * nobody mistakes them for the real ones.
 */
export async function obtainForStudy(data: string | undefined, options: LoadOptions): Promise<Obtained> {
  try {
    return await obtainDataset("fashion-mnist", data, options);
  } catch (thrown) {
    if (!(thrown instanceof DatasetUnavailableError)) throw thrown;
    const { dataset, foundBy } = await loadDataset("fashion-sketch", options);
    return { dataset, foundBy, standInFor: { title: "Fashion-MNIST", reason: thrown.message } };
  }
}
