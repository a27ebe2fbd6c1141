import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { parseCheckpointEvery } from "../jobs/train/checkpointing.js";
import type { CheckpointRule } from "../runs/checkpoints.js";
import { nonEmpty, wholeNumber } from "./options.js";

/** The options about checkpoints of a command that trains. */
export interface CheckpointOptions {
  readonly resume?: string | undefined;
  readonly checkpointEvery?: NonNullable<CheckpointRule["every"]> | undefined;
  readonly keepCheckpoints?: number | undefined;
}

export const resumeOption = () =>
  new Option(
    "--resume <run>",
    "resume a run that was stopped or killed, in its own folder: a folder, an id or latest",
  ).argParser(nonEmpty);

export const checkpointEveryOption = () =>
  new Option(
    "--checkpoint-every <n|time>",
    "write a checkpoint every n steps, or every 90s, 10m or 1h, in addition to those after each epoch",
  ).argParser((text) => {
    const every = parseCheckpointEvery(text);
    if (every !== undefined) return every;
    throw new InvalidArgumentError("Expected a number of steps, or a time such as 90s, 10m or 1h.");
  });

export const keepCheckpointsOption = () =>
  new Option(
    "--keep-checkpoints <n>",
    "keep the last n checkpoints, and the best epoch's (default: 2)",
  ).argParser(wholeNumber(1));

/** The rule that the options set; undefined without any. */
export function checkpointRule({
  checkpointEvery,
  keepCheckpoints,
}: CheckpointOptions): CheckpointRule | undefined {
  if (checkpointEvery === undefined && keepCheckpoints === undefined) return undefined;
  return {
    ...(checkpointEvery && { every: checkpointEvery }),
    ...(keepCheckpoints !== undefined && { keep: keepCheckpoints }),
  };
}
