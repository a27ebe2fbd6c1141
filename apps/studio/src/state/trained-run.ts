import type { EpochLogs } from "@heddle/core";
import type { Trained } from "../worker/protocol";

/** What a run was trained to, from its history. */
export function trainedOf(
  run: Pick<Trained, "run" | "kept" | "weightsSha256"> & { readonly isUnfinished?: boolean },
  epochs: readonly EpochLogs[],
): Trained {
  const { isUnfinished: stopped = false, ...about } = run;
  const seconds = epochs.reduce((sum, logs) => sum + logs.seconds, 0);
  const images = epochs.reduce((sum, logs) => sum + logs.seconds * logs.imagesPerSecond, 0);
  return {
    ...about,
    epochs: epochs.length,
    stopped,
    seconds,
    imagesPerSecond: seconds > 0 ? images / seconds : 0,
  };
}
