import { describeDataset } from "@heddle/core/internal/data/describe.js";
import { prepareEventFiles } from "../../runs/event-files.js";
import { drawDataFigures } from "../report/data-figures.js";
import { describeStreams } from "../streams.js";
import type { RunUnderWay } from "./run-under-way.js";

/** First stage: writes what the data holds and what it looks like, and starts the engine. */
export async function describe({ job, prepared, folder, record, epochs }: RunUnderWay): Promise<void> {
  const { train, validation, streams, trainSet } = prepared;
  if (job.tensorBoard) await prepareEventFiles(folder.tensorBoardPath, epochs.length);
  await folder.writeRecord(record.now);
  // Another process may have written epochs after its last checkpoint: they are trained again.
  if (record.now.stretches.length > 0) await folder.writeHistory({ epochs });
  const shown = { ...job.dataset, train };
  const description = streams ? describeStreams(shown, streams) : describeDataset(shown);
  const { source: _, ...data } = description;
  await folder.writeData({ ...data, validationImages: validation?.count ?? 0 });
  job.events.onDescribed(description);
  // The threads start while the figures are drawn.
  await Promise.all([job.model.engine(), drawDataFigures(folder, job, train, trainSet)]);
}
