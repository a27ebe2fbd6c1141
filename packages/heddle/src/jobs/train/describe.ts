import { prepareEventFiles } from "../../runs/event-files.js";
import { describeImages } from "../describe-images.js";
import { drawDataFigures } from "../report/data-figures.js";
import type { RunUnderWay } from "./run-under-way.js";

/** First stage: writes what the data holds and what it looks like, and starts the engine. */
export async function describe({ job, folder, record, epochs }: RunUnderWay): Promise<void> {
  const { dataset, train, validation } = job;
  if (job.tensorBoard) await prepareEventFiles(folder.tensorBoardPath, epochs.length, folder.place);
  await folder.writeRecord(record.now);
  // Another process may have written epochs after its last checkpoint: they are trained again.
  if (record.now.stretches.length > 0) await folder.writeHistory({ epochs });
  const description = describeImages({ ...dataset, train });
  const { source: _, ...data } = description;
  await folder.writeData({ ...data, validationImages: validation?.count ?? 0 });
  job.events.onDescribed(description);
  // The threads start while the figures are drawn.
  await Promise.all([job.model.engine(), drawDataFigures(folder, job)]);
}
