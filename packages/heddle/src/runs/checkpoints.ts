import { readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import {
  fileError,
  readFileBytes,
  removeFile,
  writeFileAtomic,
} from "@heddle/core/internal/base/files-node.js";
import {
  type Checkpoint,
  checkpointFile,
  readCheckpoint,
} from "@heddle/core/internal/callbacks/checkpoint-file.js";
import { checkpointName, placesOf } from "@heddle/core/internal/records/checkpoint-name.js";
import type { CheckpointRule } from "@heddle/core/internal/records/run-record.js";

/** How many of the last checkpoints are kept by default. */
export const DEFAULT_KEPT_CHECKPOINTS = 2;

export type { CheckpointRule };

/** The file of a checkpoint. */
export interface CheckpointFile {
  readonly path: string;
  /** Whole epochs before it. */
  readonly epoch: number;
  /** Steps of the next epoch before it; 0 between two epochs. */
  readonly step: number;
}

/**
 * The checkpoints of a run, a file each: `epoch-0003.safetensors` resumes after epoch 3,
 * `epoch-0004-step-000450.safetensors` after step 450 of epoch 4.
 */
export class Checkpoints {
  /** @param place.within a folder that must exist and hold `folder`: it is not created, and no link below it is followed */
  constructor(
    private readonly folder: string,
    private readonly place: { readonly within?: string | undefined } = {},
  ) {}

  /**
   * Writes a checkpoint, then removes old ones.
   *
   * @param kept `last`: how many stay, this one included; `bestEpoch`: the epoch whose checkpoint stays in addition
   * @throws HeddleError that names the file when it cannot be written; no other file is changed then
   */
  async write(
    checkpoint: Checkpoint,
    kept: { readonly last: number; readonly bestEpoch: number | undefined },
  ): Promise<void> {
    const path = join(this.folder, checkpointName(checkpoint.state));
    await writeFileAtomic(path, await checkpointFile(checkpoint), this.place);
    const older = (await this.list()).slice(0, -kept.last);
    for (const { path, epoch, step } of older) {
      if (epoch !== kept.bestEpoch || step !== 0) await removeFile(path);
    }
  }

  /** All checkpoints in the order of the training; none if the folder is missing. */
  async list(): Promise<readonly CheckpointFile[]> {
    const names = await readdir(this.folder).catch(() => []);
    return placesOf(names).map(({ name, ...place }) => ({ path: join(this.folder, name), ...place }));
  }

  /**
   * The last checkpoint that is whole; undefined if there is none. Damaged ones after it are renamed, so that they are
   * never taken for the last.
   *
   * @param onDamaged called for each damaged one, with a sentence
   */
  async newest(
    onDamaged: (message: string) => void,
  ): Promise<(CheckpointFile & { readonly checkpoint: Checkpoint }) | undefined> {
    for (const file of [...(await this.list())].reverse()) {
      const { path } = file;
      const bytes = await readFileBytes(path);
      try {
        return { ...file, checkpoint: await readCheckpoint(`Checkpoint ${path}`, bytes) };
      } catch (thrown) {
        if (!(thrown instanceof HeddleError)) throw thrown;
        await rename(path, `${path}.damaged`).catch((fault) => {
          throw fileError(path, "a file that can be renamed", fault);
        });
        onDamaged(`${messageOf(thrown)} It is kept as ${path}.damaged.`);
      }
    }
    return undefined;
  }
}
