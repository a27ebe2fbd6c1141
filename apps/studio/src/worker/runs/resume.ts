import { HeddleError, loadModel, type Model, type TrainingState } from "@heddle/core";
import type { Dataset } from "@heddle/core/data";
import { VERSION } from "@heddle/core/internal/base/version.js";
import { readCheckpoint } from "@heddle/core/internal/callbacks/checkpoint-file.js";
import { datasetInMemory } from "@heddle/core/internal/data/images.js";
import { modelFromJson } from "@heddle/core/internal/model/load.js";
import { planOf } from "@heddle/core/internal/recipes/build-training.js";
import type { Training } from "@heddle/core/internal/recipes/training.js";
import { trainingImages } from "@heddle/core/internal/recipes/training-images.js";
import { checkMarks, marksOf } from "@heddle/core/internal/records/checkpoint-marks.js";
import { placesOf } from "@heddle/core/internal/records/checkpoint-name.js";
import type { RunRecord } from "@heddle/core/internal/records/run-record.js";
import { drawWhole } from "../open-data";
import { DATA_FILE, fingerprintOf, readDataFile } from "./data-file";
import { type ProjectFiles, recordOf } from "./project";

/**
 * The data that a run was trained on: in its project, drawn again, or the data that is open.
 *
 * @throws HeddleError when it is none of these
 */
export async function datasetOf(project: ProjectFiles, open: Dataset | undefined): Promise<Dataset> {
  const { id, dataset } = recordOf(project);
  const { name, title, source, testSha256 } = dataset;
  if (open && (await fingerprintOf(open.test)) === testSha256) return open;
  const own = project.get(DATA_FILE);
  if (own) return readDataFile(own, { name, title, source });
  if (source.kind === "generated") {
    const drawn = await drawWhole(source.seed);
    if ((await fingerprintOf(drawn.test)) === testSha256) return drawn;
  }
  throw new HeddleError({
    who: `Run ${id}`,
    expected: `its data, ${title}`,
    received: "a project without it",
    next: "Open that data first, on the screen Data.",
  });
}

/** The last checkpoint of a project; undefined where it has none. @throws HeddleError when it is another run's */
export async function lastState(project: ProjectFiles): Promise<TrainingState | undefined> {
  const below = "checkpoints/";
  const names = [...project.keys()].filter((name) => name.startsWith(below));
  const last = placesOf(names.map((name) => name.slice(below.length))).at(-1)?.name;
  if (last === undefined) return undefined;
  const { state, notes } = await readCheckpoint(last, project.get(below + last)!);
  checkMarks(last, notes, await marksOf(recordOf(project)));
  return state;
}

/** The model of a project; undefined before its first epoch. */
export async function modelOf(project: ProjectFiles): Promise<Model | undefined> {
  const config = project.get("model/config.json");
  const weights = project.get("model/weights.safetensors");
  if (!config || !weights) return undefined;
  return loadModel(
    { "config.json": config, "weights.safetensors": weights },
    { seed: recordOf(project).recipe.seed },
  );
}

/**
 * The rest of a run as a training, to the same bits.
 *
 * @throws HeddleError when another version of Heddle began it
 */
export function restOf(record: RunRecord, dataset: Dataset, threads: number | undefined): Training {
  if (record.versions.heddle !== VERSION) {
    throw new HeddleError({
      who: `Run ${record.id}`,
      expected: `Heddle ${record.versions.heddle}, which began it, because another version gives different bits`,
      received: VERSION,
      next: "Resume it with that version, or train it again from scratch.",
    });
  }
  const first = modelFromJson("run.json", record.model, { seed: record.recipe.seed });
  const plan = planOf(record.recipe, first, record.dataset.trainImages);
  const splits = datasetInMemory(dataset);
  return { ...plan, dataset: splits, ...trainingImages(splits.train, plan), threads };
}
