import { counted, formatPercent, groupDigits } from "@heddle/core/internal/base/format.js";
import { Random, shuffle } from "@heddle/core/internal/base/random.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import type { Images } from "@heddle/core/internal/data/images.js";
import { embed, filtersOf, lastHiddenLayer } from "@heddle/core/internal/explain/index.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { largestAt } from "@heddle/core/internal/metrics/rows.js";
import type { Trace } from "@heddle/core/internal/model/trace.js";
import {
  classCount,
  classProbabilities,
  whyNoClasses,
} from "@heddle/core/internal/network/class-probabilities.js";
import type { PageSection } from "../../pages/page.js";
import { drawFigure } from "../../rendering/draw-figure.js";
import { type ExplainContext, emptyPart, type Part } from "./context.js";
import { embeddingFigure, filtersFigure } from "./figures.js";
import { drawGallery } from "./gallery.js";

/** The filters of every convolution. */
export async function explainFilters({ model, onStage }: ExplainContext): Promise<Part> {
  const found = filtersOf(model);
  if (found.length === 0) {
    return { ...emptyPart(), notes: ["No filters: the model has no convolution."] };
  }
  onStage("Filters");
  const figures: Figure[] = [];
  for (const filters of found) figures.push(await drawFigure(filtersFigure(filters)));
  const section: PageSection = {
    id: "filters",
    title: "Filters",
    text: "The kernels of every convolution. Where the input is bright, orange adds to a filter's output and blue takes away from it; a weight near zero has no colour.",
    figures,
    aside:
      "The kernels of the first convolution can be read as patterns of light and dark. Later ones work on feature maps, not on pixels: their colours show signs and sparsity, not pictures.",
  };
  return { sections: [section], figures, findings: [], notes: [] };
}

/** A map of test images, and a gallery of some of them with what the model looks at. */
export async function explainDataset(
  context: ExplainContext,
  trace: Trace,
  data: Dataset<Images>,
): Promise<Part & { readonly embedding: object | undefined; readonly gallery: readonly object[] }> {
  const { model, signal } = context;
  const part = emptyPart();
  const fault = whyNoClasses(model);
  if (fault !== undefined) {
    part.notes.push(`No map of images and no gallery: ${fault}.`);
    return { ...part, embedding: undefined, gallery: [] };
  }
  context.onStage(`Predictions of ${groupDigits(data.test.count)} test images`);
  const outputs = await model.predict(data.test.samples, { ...(signal && { signal }) });
  const probabilities = classProbabilities(model, outputs);
  const classes = classCount(model);
  const rows = Array.from({ length: data.test.count }, (_, index) =>
    probabilities.subarray(index * classes, (index + 1) * classes),
  );
  const predicted = rows.map((row) => largestAt(row, 0, classes));
  const embedding = await mapImages(context, trace, data, predicted, part);
  const gallery = await drawGallery(context, trace, data, { rows, predicted }, part);
  return { ...part, embedding, gallery };
}

async function mapImages(
  context: ExplainContext,
  trace: Trace,
  { test, classNames }: Dataset<Images>,
  predicted: readonly number[],
  part: Part,
): Promise<object | undefined> {
  const { model, mapImages, seed, signal, threads } = context;
  if (lastHiddenLayer(model) === undefined) {
    part.notes.push("No map of images: the model has no hidden layer.");
    return undefined;
  }
  const count = Math.min(mapImages, test.count);
  if (count < 4) {
    part.notes.push(`No map of images: it needs at least 4, and there are ${count}.`);
    return undefined;
  }
  // Files may be sorted by class, so the images are drawn at random, the same ones for the same seed.
  const order = new Int32Array(test.count);
  shuffle(order, new Random(seed, "embedding", 1));
  const indices = order.slice(0, count).sort();
  const what = `Map of ${groupDigits(count)} test images`;
  context.onStage(what);
  const chosen = await test.at([...indices]);
  const embedding = await embed(trace, chosen, {
    seed,
    threads,
    signal,
    onProgress: (share) => context.onProgress(what, share),
  });
  const { layer, neighbours, agreement, agreementByClass } = embedding;
  const figure = await drawFigure(
    embeddingFigure(embedding, {
      classNames,
      labels: chosen.labels,
      predicted: Array.from(indices, (index) => predicted[index]!),
    }),
  );
  part.figures.push(figure);
  const aside = `UMAP (McInnes, Healy and Melville 2018) of ${groupDigits(count)} test images drawn with seed ${seed}, from exact nearest neighbours. Nearness within a cluster means something; cluster sizes, the gaps between clusters and directions do not. The shares are measured in the layer itself and do not depend on the map.`;
  const section = { id: "embedding", title: "Map of images", figures: [figure], aside };
  const tooFew = fewNeighbours(chosen.labels, neighbours);
  if (tooFew !== undefined) {
    const note = `How many of an image's ${neighbours} nearest neighbours are of its own class is not shown: ${context.className(tooFew.label)} has ${counted(tooFew.images, "image")} here, and needs more than ${neighbours}.`;
    part.notes.push(note);
    part.sections.push({ ...section, text: note });
    return { layer, images: count, neighbours };
  }
  const known = [...agreementByClass.keys()].filter((label) => !Number.isNaN(agreementByClass[label]));
  const sorted = known.toSorted((a, b) => agreementByClass[a]! - agreementByClass[b]!);
  const least = sorted[0]!;
  const finding = `In the last hidden layer (${layer}), ${formatPercent(agreement, 1)} of an image's ${neighbours} nearest neighbours are of its own class; the smallest share is that of ${context.className(least)} (${formatPercent(agreementByClass[least]!, 1)}).`;
  part.findings.push(finding);
  part.sections.push({
    ...section,
    text: finding,
    tables: [
      {
        title: `Neighbours of the same class among the ${neighbours} nearest, in ${layer} itself`,
        head: ["Class", "Share"],
        rows: sorted.map((label) => [context.className(label), formatPercent(agreementByClass[label]!, 1)]),
        numeric: [1],
      },
    ],
  });
  return { layer, images: count, neighbours, agreement, agreementByClass: [...agreementByClass] };
}

/** The smallest class where it has no more images than there are neighbours: their share could not be whole. */
export function fewNeighbours(labels: ArrayLike<number>, neighbours: number) {
  const counts = new Map<number, number>();
  for (const label of Array.from(labels)) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [smallest] = [...counts].sort(([, a], [, b]) => a - b);
  if (smallest === undefined || smallest[1] > neighbours) return undefined;
  return { label: smallest[0], images: smallest[1] };
}
