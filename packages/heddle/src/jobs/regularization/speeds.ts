import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import { datasetInMemory } from "@heddle/core/internal/data/images.js";
import { measureThroughput, type Throughput } from "@heddle/core/internal/tuning/throughput.js";
import { type Downsampling, downsamplings } from "./network.js";
import type { Setting } from "./regimes.js";
import { type TrialFrame, trainingOf } from "./trials.js";

/** Long enough to tell a fast network from a slow one. */
const SECONDS_EACH = 2;

/** Measures the speed of each kind of network: whatever else a regime adds changes it little. */
export async function measureSpeeds(
  frame: Omit<TrialFrame, "plan">,
  dataset: Dataset,
  options: { readonly threads: number | undefined; readonly signal: AbortSignal },
): Promise<Readonly<Record<Downsampling, Throughput>>> {
  const { threads, signal } = options;
  const { request } = frame;
  const images = datasetInMemory(dataset);
  const measured: [Downsampling, Throughput][] = [];
  for (const downsampling of downsamplings) {
    const setting: Setting = { label: "", network: { downsampling } };
    const training = {
      ...trainingOf(frame, setting, request.seed),
      dataset: images,
      train: images.train,
      validation: undefined,
      threads,
      fast: request.fast,
      batchSize: request.batchSize,
      epochs: 1,
      limit: undefined,
    };
    const { imagesPerSecond, evaluatedPerSecond } = await measureThroughput(training, {
      signal,
      seconds: SECONDS_EACH,
    });
    measured.push([downsampling, { imagesPerSecond, evaluatedPerSecond }]);
  }
  return Object.fromEntries(measured) as Record<Downsampling, Throughput>;
}
