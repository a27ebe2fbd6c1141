import { canShareMemory } from "@heddle/core/internal/base/memory.js";
import type { Training } from "@heddle/core/internal/recipes/training.js";
import { measureThroughput, type Throughput } from "@heddle/core/internal/tuning/throughput.js";
import type { Plan } from "./protocol";

/** How fast this machine trains the images of a dataset: half a second's work, because somebody waits for the button. */
export function probe(training: Training): Promise<Throughput> {
  return measureThroughput(training, { warmUpSeconds: 0.15, seconds: 0.25, evaluationSeconds: 0.05 });
}

/** How long a training takes at a speed: its epochs, an evaluation after each, and the last one. */
export function planOf(
  training: Pick<Training, "epochs" | "batchSize" | "threads" | "model" | "validation">,
  { trainImages, testImages }: Pick<Plan, "trainImages" | "testImages">,
  { imagesPerSecond, evaluatedPerSecond }: Throughput,
): Plan {
  const { epochs, batchSize, model } = training;
  const isHeldOut = training.validation !== undefined;
  const shared = canShareMemory();
  const seconds = (epochs * trainImages) / imagesPerSecond + ((epochs + 1) * testImages) / evaluatedPerSecond;
  const threads = shared ? (training.threads ?? navigator.hardwareConcurrency ?? 1) : 1;
  return {
    epochs,
    batchSize,
    seed: model.seed,
    trainImages,
    testImages,
    isHeldOut,
    seconds,
    threads,
    shared,
  };
}
