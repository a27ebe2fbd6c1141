import { readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import {
  fileError,
  readFileBytes,
  removeFile,
  writeFileAtomic,
} from "@heddle/core/internal/base/files-node.js";
import type { TrainingState } from "@heddle/core/internal/callbacks/callback.js";
import {
  type Checkpoint,
  checkpointFile,
  readCheckpoint,
} from "@heddle/core/internal/callbacks/checkpoint-file.js";

/** How many of the last checkpoints are kept by default. */
export const DEFAULT_KEPT_CHECKPOINTS = 2;

/** When checkpoints are written, and how many are kept. */
export interface CheckpointRule {
  /**
   * How often checkpoints are written within an epoch, in addition to those after every epoch.
   *
   * @defaultValue none
   */
  readonly every?: { readonly steps: number } | { readonly seconds: number } | undefined;
  /**
   * How many of the last checkpoints are kept; the best epoch's is kept in addition.
   *
   * @defaultValue 2
   */
  readonly keep?: number | undefined;
}

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
    const path = join(this.folder, nameOf(checkpoint.state));
    await writeFileAtomic(path, await checkpointFile(checkpoint), this.place);
    const older = (await this.list()).slice(0, -kept.last);
    for (const { path, epoch, step } of older) {
      if (epoch !== kept.bestEpoch || step !== 0) await removeFile(path);
    }
  }

  /** All checkpoints in the order of the training; none if the folder is missing. */
  async list(): Promise<readonly CheckpointFile[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names
      .flatMap((name) => {
        const [, epoch, step] = NAME.exec(name) ?? [];
        if (epoch === undefined) return [];
        const place =
          step === undefined
            ? { epoch: Number(epoch), step: 0 }
            : { epoch: Number(epoch) - 1, step: Number(step) };
        return { path: join(this.folder, name), ...place };
      })
      .sort((a, b) => a.epoch - b.epoch || a.step - b.step);
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

const NAME = /^epoch-(\d{4,})(?:-step-(\d{6,}))?\.safetensors$/;

/** Names sort by the training's order, too, while there are fewer than 10,000 epochs. */
function nameOf({ epoch, underWay }: TrainingState): string {
  const digits = (value: number, least: number) => String(value).padStart(least, "0");
  return underWay
    ? `epoch-${digits(epoch + 1, 4)}-step-${digits(underWay.steps, 6)}.safetensors`
    : `epoch-${digits(epoch, 4)}.safetensors`;
}
