import { HeddleError } from "@heddle/core";
import type { Dataset } from "@heddle/core/data";
import { checkpointFile, readCheckpoint } from "@heddle/core/internal/callbacks/checkpoint-file.js";
import { marksOf } from "@heddle/core/internal/records/checkpoint-marks.js";
import { RUN_FILES } from "@heddle/core/internal/records/run-files.js";
import { parseRunRecord, type RunRecord } from "@heddle/core/internal/records/run-record.js";
import { zipSync } from "fflate";
import { type Entry, nameOf } from "../files/entries";
import { DATA_FILE, dataFile } from "./data-file";
import type { KeptFiles } from "./kept-files";

const CHECKPOINT = /^checkpoints\/[^/]+\.safetensors$/;

/** The files of a project by their paths below its folder. */
export type ProjectFiles = ReadonlyMap<string, Uint8Array>;

/** The files of a kept run. */
export async function filesOf(files: KeptFiles, id: string): Promise<ProjectFiles> {
  const names = await files.names(id);
  const read = await Promise.all(
    names.map(async (name) => [name, await files.read(`${id}/${name}`)] as const),
  );
  return new Map(read.flatMap(([name, bytes]) => (bytes ? [[name, bytes] as const] : [])));
}

/**
 * A project with its data in it, so that it can be resumed anywhere: drawn images need no file, all others become one.
 *
 * @param dataset the run's data, as it is trained on; undefined where it is not open
 */
export async function withData(project: ProjectFiles, dataset: Dataset | undefined): Promise<ProjectFiles> {
  const record = recordOf(project);
  if (record.dataset.source.kind === "generated" || project.has(DATA_FILE) || !dataset) return project;
  const { bytes, source } = await dataFile(dataset);
  const own: RunRecord = { ...record, dataset: { ...record.dataset, source } };
  const marks = await marksOf(own);
  const files = new Map(project);
  files.set(DATA_FILE, bytes);
  files.set("run.json", new TextEncoder().encode(`${JSON.stringify(own, null, 2)}\n`));
  for (const [name, checkpoint] of project) {
    if (!CHECKPOINT.test(name)) continue;
    const { state, notes } = await readCheckpoint(name, checkpoint);
    files.set(name, await checkpointFile({ state, notes: { ...notes, ...marks } }));
  }
  return files;
}

/** A project as a zip archive of its folder. */
export function archiveOf(id: string, files: ProjectFiles): Uint8Array {
  const mtime = new Date(1980, 0, 1);
  const entries = [...files].map(([name, bytes]) => {
    // Data is packed already, and weights hardly shrink.
    const level = /\.(npz|safetensors)$/.test(name) ? 0 : 6;
    return [`${id}/${name}`, [bytes, { level }]] as const;
  });
  return zipSync(Object.fromEntries(entries) as Parameters<typeof zipSync>[0], { mtime });
}

/** What `run.json` of a project says. @throws HeddleError when it is damaged */
export function recordOf(project: ProjectFiles): RunRecord {
  return parseRunRecord("run.json", new TextDecoder().decode(project.get("run.json")));
}

/**
 * Keeps a project that was opened: its run, under another id if its own is taken.
 *
 * @returns the id
 * @throws HeddleError when the files are no run's, or its record is damaged
 */
export async function keepProject(files: KeptFiles, entries: readonly Entry[]): Promise<string> {
  const paths = entries.map(({ path }) => path).filter((path) => nameOf(path) === "run.json");
  const [shortest] = paths.sort((a, b) => a.length - b.length);
  if (shortest === undefined) throw notAProject(entries);
  const prefix = shortest.slice(0, -"run.json".length);
  const own = entries.filter(({ path }) => path.startsWith(prefix) && isOfRun(path.slice(prefix.length)));
  const read = await Promise.all(
    own.map(async ({ path, read }) => [path.slice(prefix.length), await read()] as const),
  );
  const project = new Map(read);
  const record = recordOf(project);
  const id = await freeId(files, record.id);
  const named = { ...record, id };
  for (const [name, bytes] of project) if (name !== "run.json") await files.write(`${id}/${name}`, bytes);
  // Last, because a run is one that has this file.
  await files.write(`${id}/run.json`, `${JSON.stringify(named, null, 2)}\n`);
  return id;
}

function isOfRun(name: string): boolean {
  return RUN_FILES.test(name) && !name.endsWith("/") && !/^(figures|explain|tensorboard|lock-)/.test(name);
}

/** An id that no kept run has: the wanted one, or one with a number after it. */
export async function freeId(files: KeptFiles, wanted: string): Promise<string> {
  const taken = new Set(await files.ids());
  const base = /^[\w.-]{1,80}$/.test(wanted) && !wanted.startsWith(".") ? wanted : "project";
  for (let number = 1; ; number++) {
    const id = number === 1 ? base : `${base}-${String(number).padStart(2, "0")}`;
    if (!taken.has(id)) return id;
  }
}

function notAProject(entries: readonly Entry[]): HeddleError {
  const names = entries.slice(0, 3).map(({ path }) => nameOf(path));
  return new HeddleError({
    who: "Project",
    expected: "the folder of a run, or a zip of it, with a run.json",
    received: names.length === 0 ? "no file" : `${names.join(", ")}${entries.length > 3 ? ", …" : ""}`,
    next: "Choose what Download project or heddle train wrote.",
  });
}
