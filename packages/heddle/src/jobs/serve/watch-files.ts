import { stat } from "node:fs/promises";
import { join } from "node:path";

/** How often files are looked at. */
const INTERVAL_MS = 1000;

/** The files of which a model is made, in a run's folder or in one of its own. */
const FILES = ["model/config.json", "model/weights.safetensors", "config.json", "weights.safetensors"];

/**
 * Calls `onChange` when a model's files have changed and then stayed the same for a second: they are written one by one. It
 * waits for `onChange`, and looks again after it.
 *
 * @param path the folder of a run or a model, or a file
 * @returns ends it
 */
export function watchFiles(
  path: string,
  onChange: () => Promise<void>,
  intervalMs = INTERVAL_MS,
): () => Promise<void> {
  let isOver = false;
  let wake = () => {};
  const watching = (async () => {
    let known = await stampOf(path);
    let last = known;
    while (!isOver) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, intervalMs).unref();
      });
      const now = await stampOf(path);
      const isSettled = now === last;
      last = now;
      if (isOver || now === known || !isSettled) continue;
      known = now;
      await onChange();
    }
  })();
  return async () => {
    isOver = true;
    wake();
    await watching;
  };
}

/** What changes when one of the files does. */
async function stampOf(path: string): Promise<string> {
  const stamps = ["", ...FILES].map(async (name) => {
    try {
      const entry = await stat(join(path, name));
      // A folder changes with whatever is put into it.
      return entry.isFile() ? `${entry.mtimeMs} ${entry.size} ${entry.ino}` : "";
    } catch {
      return "";
    }
  });
  return (await Promise.all(stamps)).join();
}
