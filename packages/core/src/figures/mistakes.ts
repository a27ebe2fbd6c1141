import { formatPercent } from "../base/format.js";
import { checkOptions } from "../base/known-options.js";
import { anyText } from "../base/rules.js";
import { type ImageSet, imagesAt } from "../data/dataset.js";
import type { ClassifierEvaluation } from "../evaluate/index.js";
import { drawable } from "./drawable.js";
import { imageGrid } from "./image-grid.js";
import type { Sheet } from "./sheet.js";

const COLUMNS = 5;
const PAIRS = 5;

/** Options of {@link confusedPairsGrid} and {@link topLossesGrid}. */
export interface MistakesOptions {
  /** Named in the title: `Fashion-MNIST, test images`. */
  readonly subject: string;
}

/** Images of the most confused pairs of classes, a row for each pair; undefined where every answer is right. */
export function confusedPairsGrid(
  set: ImageSet,
  { confusedPairs, classNames }: ClassifierEvaluation,
  options: MistakesOptions,
): Sheet | undefined {
  checkOptions("Grid of mistakes", options, { subject: anyText });
  const mistakes = confusedPairs
    .slice(0, PAIRS)
    .flatMap(({ truth, predicted, examples }) =>
      examples.slice(0, COLUMNS).map((example) => ({ truth, predicted, ...example })),
    );
  if (mistakes.length === 0) return undefined;
  return mistakesGrid(set, mistakes, classNames, {
    name: "most-confused-pairs",
    title: `Most confused pairs, ${options.subject}`,
  });
}

/** The images with the largest losses; undefined where every answer is right. */
export function topLossesGrid(
  set: ImageSet,
  { topLosses, classNames }: ClassifierEvaluation,
  options: MistakesOptions,
): Sheet | undefined {
  checkOptions("Grid of mistakes", options, { subject: anyText });
  const mistakes = topLosses.filter(({ truth, predicted }) => truth !== predicted);
  if (mistakes.length === 0) return undefined;
  return mistakesGrid(set, mistakes, classNames, {
    name: "top-losses",
    title: `Largest losses, ${options.subject}`,
  });
}

interface Mistake {
  readonly image: number;
  readonly truth: number;
  readonly predicted: number;
  /** That the model gave the predicted class. */
  readonly probability: number;
}

function mistakesGrid(
  set: ImageSet,
  mistakes: readonly Mistake[],
  classNames: readonly string[],
  about: { readonly name: string; readonly title: string },
): Sheet {
  const places = mistakes.map(({ image }) => image);
  const labels = mistakes.map((mistake) => caption(classNames, mistake));
  return imageGrid(imagesAt(set, places), { ...about, columns: COLUMNS, labels, tone: "ink" });
}

/** True class, predicted class and its probability, a line each. The bundled font has no arrow. */
function caption(names: readonly string[], { truth, predicted, probability }: Mistake): string {
  return `${drawable(names[truth]!)}\n› ${drawable(names[predicted]!)}\n${formatPercent(probability, 1)}`;
}
