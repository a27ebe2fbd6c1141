import type { Dataset, DatasetSource } from "@heddle/core/data";
import { VERSION } from "@heddle/core/internal/base/version.js";
import { recipeOf } from "@heddle/core/internal/recipes/recipe.js";
import type { ResolvedSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import type { Training } from "@heddle/core/internal/recipes/training.js";
import { newRunId } from "@heddle/core/internal/records/run-ids.js";
import { RUN_FORMAT_VERSION, type RunRecord } from "@heddle/core/internal/records/run-record.js";
import { fingerprintOf } from "./data-file";

/** The browser, in the place of Node's version: `Chrome 140`. */
export function browserName(): string {
  const [, name, version] = /(Firefox|Edg|Chrome|Version)\/(\d+)/.exec(navigator.userAgent) ?? [];
  if (name === undefined) return "a browser";
  return `${name === "Version" ? "Safari" : name === "Edg" ? "Edge" : name} ${version}`;
}

/** The record of a run that begins in a page, as Node writes it for its own. */
export async function newRecord(
  { model, train }: Training,
  { settings, dataset, source }: { settings: ResolvedSettings; dataset: Dataset; source: DatasetSource },
): Promise<RunRecord> {
  const now = new Date();
  const { name, title, classNames } = dataset;
  return {
    formatVersion: RUN_FORMAT_VERSION,
    id: newRunId(name, now),
    status: "running",
    command: "heddle studio",
    recipe: recipeOf(settings),
    model: model.toJson(),
    versions: { heddle: VERSION, node: browserName() },
    machine: {
      platform: "browser",
      architecture: "wasm",
      cpu: "unknown",
      cores: navigator.hardwareConcurrency || 1,
      memoryBytes: 0,
    },
    dataset: {
      name,
      title,
      classNames,
      source,
      trainImages: train.count,
      testSha256: await fingerprintOf(dataset.test),
    },
    startedAt: now.toISOString(),
    timeSeconds: {},
    stretches: [],
  };
}
