import type { LoadOptions } from "../datasets/index.js";
import { datasetOfModel, type OpenedModel } from "./open-run.js";
import { wasStreamed } from "./plan-of-run.js";
import { type MaybeStreamed, obtainStreams, streamsOfRun } from "./streams.js";

/**
 * The data that a model is asked about: in memory, or left on disk as the run had it.
 *
 * @param options `data` names it, else the run does; `stream` says whether images stay on disk, by default where those
 *   of the run did and `data` names no others
 */
export function dataOfModel(
  opened: Pick<OpenedModel, "run">,
  options: {
    readonly data?: string | undefined;
    readonly stream?: boolean | undefined;
    readonly load: LoadOptions;
  },
): Promise<MaybeStreamed> {
  const { run } = opened;
  const { data, load, stream = run !== undefined && data === undefined && wasStreamed(run.record) } = options;
  if (!stream) return datasetOfModel(opened, data, load).then((dataset) => ({ dataset }));
  return run ? streamsOfRun(run.record, data, load) : obtainStreams(data, load);
}
