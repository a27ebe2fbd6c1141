import { refuseOther } from "../../system/ours.js";
import { writeAside, writePieces } from "../../system/write-aside.js";
import type { Prediction } from "./predict-inputs.js";

const HEAD = "ImageId,Label,Probability,Second,SecondProbability,Third,ThirdProbability,File,Row,Truth";

/** Predictions as a table in CSV: `ImageId` and `Label` are what Kaggle's competitions ask for. */
export function predictionsCsv(predictions: readonly Prediction[]): string {
  const lines = predictions.map(({ id, image, row, truth, top }) => {
    const answers = [0, 1, 2].flatMap((place) => {
      const answer = top[place];
      return answer ? [cell(answer.name), answer.probability.toPrecision(6)] : ["", ""];
    });
    return [id, ...answers, cell(image), row ?? "", cell(truth ?? "")].join(",");
  });
  return `${[HEAD, ...lines].join("\n")}\n`;
}

function cell(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Checks that predictions may be written to a file: it is missing, empty, or holds predictions that Heddle wrote; with
 * `force`, those of others, too. No other file is replaced.
 *
 * @throws HeddleError otherwise, and for a folder
 */
export async function checkPredictionsPath(path: string, force: boolean): Promise<void> {
  const isOurs = (text: string) =>
    force ? /^"?ImageId"?,"?Label\b/.test(text) : text.startsWith(`${HEAD}\n`);
  await refuseOther(path, "a table of predictions", isOurs);
}

/** Writes predictions as CSV: the whole file, or none. */
export async function writePredictions(
  path: string,
  predictions: readonly Prediction[],
  { force, signal }: { readonly force: boolean; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const bytes = new TextEncoder().encode(predictionsCsv(predictions));
  await writeAside(path, (aside) => writePieces(aside, path, [bytes], signal), {
    check: () => checkPredictionsPath(path, force),
    signal,
  });
}
