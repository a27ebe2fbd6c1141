import { mkdir, readdir } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import {
  isFile,
  makeFolder,
  readFileBytes,
  removeFile,
  writeFileAtomic,
} from "@heddle/core/internal/base/files-node.js";
import { RUN_FILES } from "@heddle/core/internal/records/run-files.js";
import { parseRunRecord } from "@heddle/core/internal/records/run-record.js";
import { RunFolder } from "../../runs/run-folder.js";
import { listRuns } from "../../runs/run-list.js";
import { lockFolder } from "../../system/lock.js";

/** The largest file that a page may keep: more than the images of any training in a page. */
const MOST_BYTES = 2 ** 30;

/** An answer to the page. */
export interface KeptAnswer {
  readonly status: number;
  readonly body: string | Uint8Array;
}

/**
 * The folder of all runs as the page sees it: it reads the files of runs, and writes those of its own, and of unfinished
 * ones that it continues.
 */
export class KeptRuns {
  /** Runs that the page may write. */
  private readonly writable = new Set<string>();
  /** Runs that a tab works on. */
  private readonly held = new Set<string>();

  constructor(private readonly root: string) {}

  /**
   * @param path what follows `api/runs/`: the id of a run, and a file of it; `ID/` for the names of its files; empty for the
   *   ids of all runs
   */
  async answer(request: IncomingMessage, path: string): Promise<KeptAnswer> {
    if (path === "") return { status: 200, body: JSON.stringify(await listRuns(this.root)) };
    const [, id = "", name = ""] = /^(\w[\w.-]*)\/(.*)$/.exec(path) ?? [];
    if (id !== "" && name === "") return { status: 200, body: JSON.stringify(await this.names(id)) };
    if (!RUN_FILES.test(name) || name.endsWith("/"))
      return { status: 404, body: "Runs have no such file.\n" };
    const file = join(this.root, id, name);
    if (request.method === "GET" || request.method === "HEAD") {
      return (await isFile(file))
        ? { status: 200, body: await readFileBytes(file) }
        : { status: 404, body: "There is no such file.\n" };
    }
    // Name and tags may change at any time.
    if (name !== "labels.jsonl") await this.checkWritable(id);
    const within = { within: join(this.root, id) };
    if (request.method === "DELETE") {
      if (!name.startsWith("checkpoints/"))
        return { status: 405, body: "Only old checkpoints are removed.\n" };
      await removeFile(file);
    } else await writeFileAtomic(file, await bodyOf(request), within);
    return { status: 204, body: "" };
  }

  /**
   * Holds a run for a tab until its connection ends, however that comes about: no other tab and no other process works on
   * the run meanwhile.
   *
   * @throws HeddleError when another one has it, or the run has ended
   */
  async hold(id: string, response: ServerResponse): Promise<void> {
    // Another program may have ended the run since it was last looked at.
    this.writable.delete(id);
    await this.checkWritable(id);
    if (this.held.has(id)) throw heldError(id);
    this.held.add(id);
    try {
      const { lost, release } = await lockFolder(join(this.root, id), "Run");
      const end = () => {
        this.held.delete(id);
        void release();
      };
      if (response.destroyed) return end();
      response.on("close", end);
      lost.addEventListener("abort", () => response.destroy());
      response.write("held\n");
    } catch (thrown) {
      this.held.delete(id);
      throw thrown;
    }
  }

  /** The names of a run's files that a page can read. */
  private async names(id: string): Promise<readonly string[]> {
    const { path, checkpointsPath } = await RunFolder.open(join(this.root, id));
    const below = async (folder: string, prefix: string) =>
      (await readdir(folder).catch(() => [])).map((name) => `${prefix}${name}`);
    const all = [
      ...(await below(path, "")),
      ...(await below(join(path, "model"), "model/")),
      ...(await below(checkpointsPath, "checkpoints/")),
    ];
    return all.filter((name) => RUN_FILES.test(name) && !/\/$|\.html$/.test(name));
  }

  /** @throws HeddleError for a run that has ended: what is recorded of it stays as it is */
  private async checkWritable(id: string): Promise<void> {
    if (this.writable.has(id)) return;
    const record = join(this.root, id, "run.json");
    if (await isFile(record)) {
      const { status } = parseRunRecord(record, new TextDecoder().decode(await readFileBytes(record)));
      if (status === "finished") {
        throw new HeddleError({
          who: `Run ${id}`,
          expected: "a run that has not ended",
          received: "a finished one",
          next: "Train a new one.",
        });
      }
    } else {
      await makeFolder(this.root);
      await mkdir(join(this.root, id));
    }
    this.writable.add(id);
  }
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw new HeddleError(`A file of a run: more than ${MOST_BYTES} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function heldError(id: string): HeddleError {
  return new HeddleError({
    who: `Run ${id}`,
    expected: "no other tab at work on it",
    received: "one that trains it",
    next: "Wait until it ends, or stop it there.",
  });
}
