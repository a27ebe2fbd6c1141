import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { makeFolder, readFileBytes, writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import type { ArchiveFile } from "@heddle/core/internal/formats/archive.js";
import { zipFiles } from "@heddle/core/internal/formats/zip.js";
import { RUN_FILES } from "@heddle/core/internal/records/run-files.js";
import { parseRunRecord } from "@heddle/core/internal/records/run-record.js";

const RECORD = "run.json";

/**
 * Unpacks a project, the zip archive of a run's folder that the studio writes, into a new folder below `root`.
 *
 * @returns the folder's path
 * @throws HeddleError when it is no project, or its run is in `root` already
 */
export async function unpackProject(path: string, root: string): Promise<string> {
  const files = zipFiles(await readFileBytes(path), path);
  const records = files.filter(({ name }) => name === RECORD || name.endsWith(`/${RECORD}`));
  const [record] = records.sort((a, b) => a.name.length - b.name.length);
  if (!record) throw notAProject(path, files);
  const prefix = record.name.slice(0, -RECORD.length);
  const text = new TextDecoder().decode(await record.read());
  const { id } = parseRunRecord(`${path}, ${record.name}`, text);
  if (!/^\w[\w.-]*$/.test(id)) throw notAProject(path, [record]);
  const folder = join(root, id);
  await makeFolder(root);
  await mkdir(folder).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code !== "EEXIST") throw thrown;
    throw new HeddleError({
      who: path,
      expected: `a run that ${root} does not have yet`,
      received: `${id}, which is there`,
      next: `Resume it by its id, or remove ${folder} first.`,
    });
  });
  // The record last: with it, the folder is a run.
  const others = files.filter(({ name }) => name.startsWith(prefix) && name !== record.name);
  for (const file of [...others, record]) {
    const name = file.name.slice(prefix.length);
    if (RUN_FILES.test(name))
      await writeFileAtomic(join(folder, name), await file.read(), { within: folder });
  }
  return folder;
}

function notAProject(path: string, files: readonly ArchiveFile[]): HeddleError {
  const names = files.slice(0, 3).map(({ name }) => name);
  return new HeddleError({
    who: path,
    expected: "the zip archive of a run, with its run.json",
    received: names.length === 0 ? "an empty archive" : `${names.join(", ")}${files.length > 3 ? ", …" : ""}`,
    next: "Use a project that the studio wrote.",
  });
}
