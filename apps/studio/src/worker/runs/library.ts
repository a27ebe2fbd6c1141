import type { EpochLogs } from "@heddle/core";
import { messageOf } from "@heddle/core/internal/base/errors.js";
import { parseHistory } from "@heddle/core/internal/records/history-csv.js";
import { parseRunRecord, type RunRecord } from "@heddle/core/internal/records/run-record.js";
import {
  checkName,
  checkTag,
  formatTagChange,
  parseTags,
  type TagChange,
} from "@heddle/core/internal/records/run-tags.js";
import type { KeptRun } from "../protocol";
import { BothFiles } from "./both-files";
import { type KeptFiles, readText } from "./kept-files";

/** The file of a run's name and tags. */
const LABELS = "labels.jsonl";

/** A run's record and its epochs. */
export interface RunFacts {
  readonly record: RunRecord;
  readonly epochs: readonly EpochLogs[];
}

/** Reads what a run is. @throws HeddleError when its record is damaged */
export async function readRun(files: KeptFiles, id: string): Promise<RunFacts> {
  const text = await readText(files, `${id}/run.json`);
  const record = parseRunRecord(`${id}/run.json`, text ?? "");
  const history = await readText(files, `${id}/history.csv`);
  return { record, epochs: history === undefined ? [] : parseHistory(`${id}/history.csv`, history) };
}

/** All kept runs, the newest first; one that is damaged says so. */
export async function listRuns(files: KeptFiles): Promise<readonly KeptRun[]> {
  const ids = [...(await files.ids())].reverse();
  const onDisk = new Set(files instanceof BothFiles ? await files.server.ids() : []);
  const here = new Set(await (files instanceof BothFiles ? files.browser : files).ids());
  return Promise.all(
    ids.map(async (id): Promise<KeptRun> => {
      try {
        const labels = await readText(files, `${id}/${LABELS}`);
        const tags = labels === undefined ? { name: null, tags: [] } : parseTags(LABELS, labels);
        return {
          id,
          isHere: here.has(id),
          isOnDisk: onDisk.has(id),
          ...tags,
          ...describe(await readRun(files, id)),
        };
      } catch (thrown) {
        return {
          id,
          isHere: here.has(id),
          isOnDisk: onDisk.has(id),
          name: null,
          tags: [],
          fault: messageOf(thrown),
        };
      }
    }),
  );
}

function describe({ record, epochs }: RunFacts): Pick<KeptRun, "about"> {
  const { recipe, dataset, startedAt, timeSeconds, weightsSha256, model } = record;
  const { heddleRecipe: _, model: __, data: ___, augment, ...settings } = recipe;
  const layers = layersOf(model);
  return {
    about: {
      title: dataset.title,
      isGenerated: dataset.source.kind === "generated",
      startedAt,
      seconds: Object.values(timeSeconds).reduce((sum, one) => sum + one, 0),
      epochs,
      wanted: recipe.epochs,
      weightsSha256,
      images: dataset.trainImages,
      layers,
      settings: Object.fromEntries(
        Object.entries(settings)
          .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value))
          .map(([name, value]) => [name, String(value)]),
      ),
    },
  };
}

/** The layers of a model in Keras's JSON, as one line each: `Conv2D 16`. */
function layersOf(model: RunRecord["model"]): readonly string[] {
  const { config } = model as {
    config?: { layers?: readonly { class_name?: string; config?: Record<string, unknown> }[] };
  };
  return (config?.layers ?? []).slice(1).map(({ class_name: name = "?", config: options = {} }) => {
    const size = options["filters"] ?? options["units"] ?? options["rate"];
    return size === undefined ? name : `${name} ${size}`;
  });
}

/** Sets a run's name and its tags. @throws HeddleError when one of them could not be found again */
export async function labelRun(
  files: KeptFiles,
  id: string,
  { name, tags }: { readonly name: string | null; readonly tags: readonly string[] },
): Promise<void> {
  const before = (await readText(files, `${id}/${LABELS}`)) ?? "";
  const known = parseTags(LABELS, before);
  const wanted = new Set(tags.map(checkTag));
  const at = new Date().toISOString();
  const changes: TagChange[] = [
    ...(name === known.name ? [] : [{ at, name: name === null ? null : checkName(name) }]),
    ...[...wanted].filter((tag) => !known.tags.includes(tag)).map((tag) => ({ at, tag })),
    ...known.tags.filter((tag) => !wanted.has(tag)).map((untag) => ({ at, untag })),
  ];
  if (changes.length === 0) return;
  await files.write(`${id}/${LABELS}`, before + changes.map(formatTagChange).join(""));
}
