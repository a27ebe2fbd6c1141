import { basename, resolve } from "node:path";
import { catalogue } from "@heddle/core/internal/data/catalogue.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import { DatasetUnavailableError, findDataset, type LoadOptions } from "../../datasets/index.js";
import { obtainDataset } from "../obtain-dataset.js";
import type { GivenData } from "./serve-studio.js";

/**
 * The datasets that a studio gives: what was asked for, read now so that a fault is told where it was typed, and the known
 * ones that are on this machine, read when the page asks.
 *
 * @param data a name of the catalogue, `fashion-sketch`, or a path
 * @throws HeddleError when there is no such data, or it cannot be read
 */
export async function givenData(
  data: string | undefined,
  options: LoadOptions,
): Promise<readonly GivenData[]> {
  const known = await knownData(options);
  if (data === undefined || data === "fashion-sketch") return known;
  const { dataset } = await obtainDataset("fashion-mnist", data, options);
  const own = { id: idOf(data, dataset), title: dataset.title, load: async () => dataset };
  return [own, ...known.filter(({ id }) => id !== own.id)];
}

async function knownData(options: LoadOptions): Promise<readonly GivenData[]> {
  const { signal, cacheDir, env } = options;
  const local: LoadOptions = { offline: true, signal, cacheDir, env };
  const found = await Promise.all(
    catalogue.map(async ({ name, title }): Promise<readonly GivenData[]> => {
      try {
        await findDataset(name, local);
      } catch (thrown) {
        if (thrown instanceof DatasetUnavailableError) return [];
        throw thrown;
      }
      return [{ id: name, title, load: async () => (await obtainDataset(name, undefined, local)).dataset }];
    }),
  );
  return found.flat();
}

/** A part of an address: the dataset's name if it is known, otherwise of its path. */
function idOf(data: string, { name }: Dataset): string {
  if (catalogue.some((entry) => entry.name === data)) return data;
  return (name || basename(resolve(data))).replace(/[^\w.-]+/g, "-");
}
