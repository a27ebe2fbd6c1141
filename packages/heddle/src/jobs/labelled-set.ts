import { createHash } from "node:crypto";
import { type ImageSet, imagesAt } from "@heddle/core/internal/data/dataset.js";
import type { StreamedSet } from "@heddle/core/internal/data/streams/streamed-set.js";
import type { ClassifierEvaluation } from "@heddle/core/internal/evaluate/index.js";
import type { SampleStream } from "@heddle/core/internal/training/stream.js";
import { fingerprintOf } from "./fingerprint.js";

/** Labelled images that may lie on disk: what a job and an evaluation need of them. */
export interface LabelledSet {
  readonly labels: ImageSet["labels"];
  readonly count: number;
  readonly shape: ImageSet["shape"];
  /** What `evaluate` and `predict` take: in the order of the labels. */
  readonly samples: ImageSet | SampleStream;
  /** Some images, in the order given. */
  at(places: readonly number[]): Promise<ImageSet>;
  /** SHA-256 of shape, images and labels: the same set has it, wherever it lies. */
  fingerprint(): Promise<string>;
}

/** Images in memory or on disk, alike. */
export function labelledSet(set: ImageSet | StreamedSet): LabelledSet {
  const { labels, count, shape } = set;
  if ("images" in set) {
    const at = async (places: readonly number[]) => imagesAt(set, places);
    return { labels, count, shape, samples: set, at, fingerprint: () => fingerprintOf(set) };
  }
  return {
    ...{ labels, count, shape, samples: () => set.inOrder() },
    at: (places) => set.at(places),
    fingerprint: () => fingerprintOfStream(set),
  };
}

/** The images that the figures of an evaluation show, and the evaluation with their places among them. */
export async function shownMistakes(
  evaluation: ClassifierEvaluation,
  set: LabelledSet,
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

/** The places of the first image of each class that has one, in the order of the classes. */
export function firstOfClasses({ labels }: Pick<LabelledSet, "labels">, classes: number): readonly number[] {
  const first = new Map<number, number>();
  for (let place = 0; place < labels.length && first.size < classes; place++) {
    if (!first.has(labels[place]!)) first.set(labels[place]!, place);
  }
  return [...first].sort(([a], [b]) => a - b).map(([, place]) => place);
}

async function fingerprintOfStream(set: StreamedSet): Promise<string> {
  const hash = createHash("sha256");
  const add = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  add(Int32Array.of(set.count, ...set.shape));
  for await (const { images } of set.inOrder()) add(images);
  add(Int32Array.from(set.labels));
  return hash.digest("hex");
}
