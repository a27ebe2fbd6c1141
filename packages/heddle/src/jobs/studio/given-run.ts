import { join } from "node:path";
import { readFileBytes } from "@heddle/core/internal/base/files-node.js";
import type { LoadOptions } from "../../datasets/index.js";
import { RunFolder } from "../../runs/run-folder.js";
import { datasetOfRun, openRun } from "../open-run.js";
import type { GivenData, GivenRun } from "./given.js";

/** Whether a word names a run: its folder, its id or name below `root`, or `latest`. */
export async function isRun(word: string, root: string): Promise<boolean> {
  return RunFolder.open(word, root).then(
    () => true,
    () => false,
  );
}

/**
 * A run and the data that it was trained on.
 *
 * @throws HeddleError when the run has no model, or its data is not where it was
 */
export async function givenRun(
  word: string,
  root: string,
  options: LoadOptions,
): Promise<{ readonly run: GivenRun; readonly data: GivenData }> {
  const { folder, record, model } = await openRun(word, root);
  model.dispose();
  const dataset = await datasetOfRun(record, undefined, options);
  const { epochs } = await folder.readHistory(options.onWarning);
  const file = (name: string) => readFileBytes(join(folder.modelPath, name));
  return {
    run: {
      id: folder.id,
      epochs,
      config: await file("config.json"),
      weights: await file("weights.safetensors"),
    },
    data: { id: `data-of-${folder.id}`, title: dataset.title, load: async () => dataset },
  };
}
