import { formatBytes, groupDigits } from "@heddle/core/internal/base/format.js";
import { isJsonObject, type JsonObject } from "@heddle/core/internal/base/json.js";
import type { TrainingPlan } from "@heddle/core/internal/recipes/training.js";
import type { Metrics } from "@heddle/core/internal/records/metrics-record.js";
import type { RunRecord } from "@heddle/core/internal/records/run-record.js";
import type { Fact, FactGroup } from "./page.js";

/** How a run was trained, as `run.json` describes it. */
export type ReportedTraining = TrainingPlan;

/** An optimizer's options, without those that are off. */
function optimizerFacts(config: JsonObject): Fact[] {
  const isOff = ([name, value]: [string, unknown]) =>
    value === null || value === false || (name.startsWith("ema_") && config["use_ema"] === false);
  return Object.entries(config)
    .filter((option) => !isOff(option))
    .map(([name, value]) => ({ label: name, value: optionText(value) }));
}

/** `0.9`, or for a schedule `OneCycle: peak 0.003, warmup 0.2`. */
function optionText(value: unknown): string {
  if (!isJsonObject(value)) return typeof value === "object" ? JSON.stringify(value) : String(value);
  const { class_name: name, config } = value;
  const options = Object.entries(isJsonObject(config) ? config : {});
  return `${name}: ${options.map(([option, setting]) => `${option} ${setting}`).join(", ")}`;
}

/** Everything that decided the result, and where it was computed. */
export function configurationGroups(
  { machine, versions, dataset, recipe, from }: RunRecord,
  training: ReportedTraining,
  metrics: Metrics | undefined,
): FactGroup[] {
  const { epochs, batchSize, limit, loss, optimizer } = training;
  return [
    {
      title: "Training",
      facts: [
        ...fineTuningFacts(from, training),
        { label: "Epochs", value: String(epochs) },
        { label: "Batch size", value: String(batchSize) },
        { label: "Loss", value: loss.className },
        { label: "Label smoothing", value: String(labelSmoothing(training)) },
        { label: "Optimizer", value: optimizer.className },
        ...optimizerFacts(optimizer.getConfig()),
        { label: "Seed", value: String(recipe.seed) },
        ...(limit === undefined
          ? []
          : [{ label: "Training images", value: `at most ${groupDigits(limit)}` }]),
      ],
    },
    ...(metrics ? [engineGroup(metrics)] : []),
    {
      title: "Machine",
      facts: [
        { label: "Heddle", value: versions.heddle },
        { label: "Node", value: versions.node },
        { label: "Processor", value: `${machine.cpu}, ${machine.cores} cores` },
        { label: "Memory", value: formatBytes(machine.memoryBytes) },
        { label: "System", value: `${machine.platform} ${machine.architecture}` },
      ],
    },
    {
      title: "Data",
      facts:
        dataset.source.kind === "generated"
          ? [{ label: "Drawn by code, seed", value: String(dataset.source.seed ?? 0) }]
          : dataset.source.files.map(({ name, sha256 }) => ({ label: name, value: sha256, code: true })),
    },
  ];
}

/** What a run was fine-tuned from, and how. */
function fineTuningFacts(from: RunRecord["from"], { fineTuning }: ReportedTraining): readonly Fact[] {
  if (!from || !fineTuning) return [];
  return [
    { label: "Fine-tuned from", value: from.run ?? from.path },
    { label: "Its weights, SHA-256", value: from.weightsSha256, code: true },
    { label: "Epochs of the new layer alone", value: String(fineTuning.frozenEpochs) },
  ];
}

function engineGroup({ engine, throughput, weights }: Metrics): FactGroup {
  const rate = (perSecond: number) => `${groupDigits(Math.round(perSecond))} images/s`;
  return {
    title: "Engine",
    facts: [
      { label: "Kernels", value: engine.variant },
      { label: "Threads", value: String(engine.threads) },
      { label: "Vectors", value: `${engine.width} bits` },
      { label: "Training", value: rate(throughput.trainImagesPerSecond) },
      { label: "Prediction", value: rate(throughput.predictImagesPerSecond) },
      { label: "Weights, SHA-256", value: weights.sha256, code: true },
    ],
  };
}

/** 0 where labels are not smoothed. */
export function labelSmoothing({ loss }: Pick<TrainingPlan, "loss">): number {
  return Number(loss.getConfig()["label_smoothing"] ?? 0);
}
