import type { ImageSet } from "@heddle/core/internal/data/dataset.js";
import type { Images } from "@heddle/core/internal/data/images.js";
import type { ClassifierEvaluation } from "@heddle/core/internal/evaluate/index.js";

/** The images that the figures of an evaluation show, and the evaluation with its examples numbered among them. */
export async function shownMistakes(
  evaluation: ClassifierEvaluation,
  set: Images,
): Promise<{ readonly evaluation: ClassifierEvaluation; readonly images: ImageSet }> {
  const { confusedPairs, topLosses } = evaluation;
  const shown = [...topLosses, ...confusedPairs.flatMap(({ examples }) => examples)];
  const places = [...new Set(shown.map(({ image }) => image))];
  const placeOf = new Map(places.map((image, place) => [image, place]));
  const moved = <Example extends { readonly image: number }>(example: Example): Example => ({
    ...example,
    image: placeOf.get(example.image)!,
  });
  return {
    images: await set.at(places),
    evaluation: {
      ...evaluation,
      topLosses: topLosses.map(moved),
      confusedPairs: confusedPairs.map((pair) => ({ ...pair, examples: pair.examples.map(moved) })),
    },
  };
}

/** The position of the first image of each class that has any, in the order of the classes. */
export function firstOfClasses({ labels }: Pick<Images, "labels">, classes: number): readonly number[] {
  const first = new Map<number, number>();
  for (let place = 0; place < labels.length && first.size < classes; place++) {
    if (!first.has(labels[place]!)) first.set(labels[place]!, place);
  }
  return [...first].sort(([a], [b]) => a - b).map(([, place]) => place);
}
