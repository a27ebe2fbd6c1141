import type { TrainingState } from "../callbacks/callback.js";

/** Where in a training a checkpoint was taken. */
export interface CheckpointPlace {
  /** The name of its file. */
  readonly name: string;
  /** Whole epochs before it. */
  readonly epoch: number;
  /** Steps of the next epoch before it; 0 between two epochs. */
  readonly step: number;
}

const NAME = /^epoch-(\d{4,})(?:-step-(\d{6,}))?\.safetensors$/;

/** The name of a checkpoint's file. Names sort by the training's order, too, while there are fewer than 10,000 epochs. */
export function checkpointName({ epoch, underWay }: TrainingState): string {
  const digits = (value: number, least: number) => String(value).padStart(least, "0");
  return underWay
    ? `epoch-${digits(epoch + 1, 4)}-step-${digits(underWay.steps, 6)}.safetensors`
    : `epoch-${digits(epoch, 4)}.safetensors`;
}

/** The checkpoints among the files of a folder, in the order of the training. */
export function placesOf(names: readonly string[]): readonly CheckpointPlace[] {
  return names
    .flatMap((name) => {
      const [, epoch, step] = NAME.exec(name) ?? [];
      if (epoch === undefined) return [];
      return step === undefined
        ? { name, epoch: Number(epoch), step: 0 }
        : { name, epoch: Number(epoch) - 1, step: Number(step) };
    })
    .sort((a, b) => a.epoch - b.epoch || a.step - b.step);
}
