import { basename, resolve } from "node:path";
import { catalogue } from "@heddle/core/internal/data/catalogue.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import { DatasetUnavailableError, findDataset, type LoadOptions } from "../../datasets/index.js";
import { obtainDataset } from "../obtain-dataset.js";
import type { GivenData, GivenRun } from "./given.js";
import { givenRun, isRun } from "./given-run.js";

/** What a studio gives. */
export interface Given {
  readonly datasets: readonly GivenData[];
  readonly run?: GivenRun | undefined;
}

/**
 * What a studio gives: what was asked for, read now so that a fault is told where it was typed, and the known datasets that
 * are on this machine, read when the page asks.
 *
 * @param what a run, a name of the catalogue, `fashion-sketch`, or a path of data
 * @param root the folder of all runs
 * @throws HeddleError when there is no such run or data, or it cannot be read
 */
export async function given(what: string | undefined, root: string, options: LoadOptions): Promise<Given> {
  const known = await knownData(options);
  if (what === undefined || what === "fashion-sketch") return { datasets: known };
  if (await isRun(what, root)) {
    const { run, data } = await givenRun(what, root, options);
    return { datasets: [data, ...known], run };
  }
  const { dataset } = await obtainDataset("fashion-mnist", what, options);
  const own = { id: idOf(what, dataset), title: dataset.title, load: async () => dataset };
  return { datasets: [own, ...known.filter(({ id }) => id !== own.id)] };
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
      return [
        { id: name, title, load: once(async () => (await obtainDataset(name, undefined, local)).dataset) },
      ];
    }),
  );
  return found.flat();
}

/** Loads when it is first asked, and once. */
function once<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let loading: Promise<Value> | undefined;
  return () => {
    loading ??= load();
    return loading;
  };
}

/** A part of an address: the dataset's name if it is known, otherwise of its path. */
function idOf(data: string, { name }: Dataset): string {
  if (catalogue.some((entry) => entry.name === data)) return data;
  return (name || basename(resolve(data))).replace(/[^\w.-]+/g, "-");
}
