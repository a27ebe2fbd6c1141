import { median } from "@heddle/core/internal/base/median.js";
import type { Metrics } from "@heddle/core/internal/records/metrics-record.js";
import { evaluateJob } from "../evaluate/evaluate-job.js";
import type { JobResult } from "../job.js";
import { writeRunReport } from "../report/run-report.js";
import type { CrossValidated } from "./cross-validate.js";
import type { Measured } from "./measure.js";
import type { RunUnderWay } from "./run-under-way.js";
import type { Trained } from "./train.js";

/** Last stage: writes metrics, evaluation and report, and last of all that the run is finished. */
export async function report(
  run: RunUnderWay,
  result: Trained & CrossValidated & Measured,
): Promise<JobResult> {
  const { job, folder, record, clock } = run;
  job.events.onStage("writing the report");
  await folder.checkThere();
  const metrics = metricsOf(run, result);
  await folder.writeMetrics(metrics);
  // Frees its threads and their memory before the figures need theirs.
  job.model.dispose();
  await evaluateJob(folder, job, result);
  const finished = record.ended({
    status: "finished",
    timeSeconds: clock.seconds,
    weightsSha256: result.weightsSha256,
  });
  await writeRunReport(folder, finished, { signal: job.signal, onWarning: job.events.onWarning });
  clock.lap("report");
  const timeSeconds = clock.seconds;
  await folder.writeRecord({ ...finished, timeSeconds });
  return { folder: folder.path, reportPath: folder.reportPath, metrics, timeSeconds };
}

function metricsOf(
  { job, epochs, clock }: RunUnderWay,
  result: Trained & CrossValidated & Measured,
): Metrics {
  const { engine, weightsSha256, train, test, crossValidation, predictImagesPerSecond } = result;
  return {
    dataset: { name: job.dataset.name },
    train: { ...train, runningAccuracy: epochs.at(-1)!.accuracy },
    test,
    ...(crossValidation && { crossValidation }),
    throughput: {
      trainImagesPerSecond: median(epochs.map(({ imagesPerSecond }) => imagesPerSecond)),
      predictImagesPerSecond,
    },
    timeSeconds: { total: clock.total },
    weights: { sha256: weightsSha256 },
    engine,
  };
}
