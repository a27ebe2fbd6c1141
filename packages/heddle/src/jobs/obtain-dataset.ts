import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import type { DroppedRows } from "@heddle/core/internal/data/dropped-rows.js";
import {
  DatasetUnavailableError,
  type LoadOptions,
  loadDataset,
  type StreamedSplits,
} from "../datasets/index.js";

export interface Obtained {
  readonly dataset: Dataset;
  readonly foundBy: string;
  /** Every row or picture that was left out; absent for IDX and generated images. */
  readonly dropped?: DroppedRows;
  /** Set when generated images stand in for the dataset that was asked for. */
  readonly standInFor?: { readonly title: string; readonly reason: string };
  /** All images, where they stay on disk and `dataset` holds the first ones. */
  readonly streams?: StreamedSplits | undefined;
}

/**
 * A dataset by name, or the one at a path.
 *
 * @param data a name (`fashion-mnist`, `fashion-sketch`) or the path of a folder, CSV or npz file; the dataset `name` wherever it is by default
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

/**
 * Fashion-MNIST for the study; the generated images where it is neither on disk nor to be had, marked as a
 * stand-in so that nobody takes them for the real ones.
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
