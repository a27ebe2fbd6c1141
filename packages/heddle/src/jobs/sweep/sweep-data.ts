import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { sha256 } from "@heddle/core/internal/base/sha256.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import type { Images } from "@heddle/core/internal/data/images.js";
import type { LoadOptions } from "../../datasets/index.js";
import { asImages, obtainDataset } from "../obtain-dataset.js";
import type { SweepData } from "./messages.js";

/**
 * Reads the data of a sweep.
 *
 * @param data its `fingerprint` is compared where there is one
 * @throws HeddleError when it cannot be read, or is not the data that the sweep began with
 */
export async function readSweepData(
  {
    data,
    offline,
    form,
    limit,
    fingerprint,
  }: Omit<SweepData, "fingerprint"> & { readonly fingerprint?: string },
  options: Pick<LoadOptions, "signal" | "onProgress" | "onReading" | "onWarning">,
): Promise<{ readonly dataset: Dataset<Images>; readonly fingerprint: string }> {
  const obtained = await obtainDataset("fashion-mnist", data, { ...form, offline, limit, ...options });
  const { dataset } = asImages(obtained);
  const received = await fingerprintOf(dataset);
  if (fingerprint === undefined || received === fingerprint) return { dataset, fingerprint: received };
  throw new HeddleError({
    who: dataset.title,
    expected: `the data that the sweep began with, SHA-256 ${fingerprint.slice(0, 12)}…`,
    received: `SHA-256 ${received.slice(0, 12)}…`,
    next: "Restore the data, or start a new sweep in another folder.",
  });
}

async function fingerprintOf({ source, train, test, classNames }: Dataset<Images>): Promise<string> {
  const { kind, seed = null, files } = source;
  const hashes = files.map((file) => file.sha256);
  const content = [kind, seed, hashes, train.count, test.count, train.shape, classNames];
  return sha256(new TextEncoder().encode(JSON.stringify(content)));
}
