import { AbortedError } from "@heddle/core/internal/base/errors.js";
import { formatPercent, groupDigits } from "@heddle/core/internal/base/format.js";
import { type Dataset, type ImageSet, imagesAt } from "@heddle/core/internal/data/dataset.js";
import type { Images } from "@heddle/core/internal/data/images.js";
import { type GradCam, gradCam, lastConvolution, occlusion } from "@heddle/core/internal/explain/index.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { shownImages } from "@heddle/core/internal/figures/shown-images.js";
import type { Trace } from "@heddle/core/internal/model/trace.js";
import { drawFigure } from "../../rendering/draw-figure.js";
import { firstOfClasses } from "../example-images.js";
import type { ExplainContext, Part } from "./context.js";
import { type Explanation, overlaysFigure } from "./figures.js";
import { asideOf } from "./image.js";

/** The most classes that the gallery shows: each image is asked about hundreds of times. */
const CLASSES_SHOWN = 50;
/** The most errors that the gallery shows. */
const ERRORS_SHOWN = 6;

/** The model's answers on every test image. */
export interface Predictions {
  /** `[N][classes]` probabilities. */
  readonly rows: readonly Float32Array[];
  /** `[N]` classes. */
  readonly predicted: readonly number[];
}

/** An image of the gallery, for machines. */
interface Listed {
  readonly image: string;
  readonly label: number;
  readonly predicted: number;
  readonly probability: number;
  readonly worst: { readonly row: number; readonly column: number; readonly probability: number };
}

/** Draws the first test image of each class and the most confident errors, with Grad-CAM and occlusion on top. */
export async function drawGallery(
  context: ExplainContext,
  trace: Trace,
  { test, classNames }: Dataset<Images>,
  predictions: Predictions,
  part: Part,
): Promise<Listed[]> {
  const { model, layer } = context;
  const { rows, predicted } = predictions;
  const certainty = (index: number) => rows[index]![predicted[index]!]!;
  const truth = (index: number) => test.labels[index]!;
  const firsts = firstOfClasses(test, classNames.length);
  const examples = firsts.slice(0, CLASSES_SHOWN);
  const some = examples.length < firsts.length ? `the first ${CLASSES_SHOWN} classes` : undefined;
  if (some) part.notes.push(`The gallery shows ${some} of ${groupDigits(firsts.length)}.`);
  const errors = predicted
    .map((_, index) => index)
    .filter((index) => predicted[index] !== truth(index))
    .sort((a, b) => certainty(b) - certainty(a))
    .slice(0, ERRORS_SHOWN);
  const hasCam = layer !== undefined || lastConvolution(model) !== undefined;
  if (!hasCam) part.notes.push("No Grad-CAM: the model has no convolution. Occlusion needs none.");
  const what = "Grad-CAM and occlusion of the gallery";
  context.onStage(what);
  const listed: Listed[] = [];
  const figures: Figure[] = [];
  const explained: Explanation[] = [];
  const parts = [
    {
      indices: examples,
      name: "gallery-classes",
      title: `One test image of ${some ? `each of ${some}` : "each class"}`,
    },
    { indices: errors, name: "gallery-errors", title: "The most confident errors" },
  ].filter(({ indices }) => indices.length > 0);
  for (const { indices, name, title } of parts) {
    // All at once: a compressed file on disk is read from its start each time.
    const images = await test.at(indices);
    const found = await explainImages(
      context,
      trace,
      { images, indices, predicted, certainty, hasCam },
      (one) => {
        listed.push(one);
        context.onProgress(what, listed.length / (examples.length + errors.length));
      },
    );
    explained.push(...found);
    const { shape } = shownImages(images);
    figures.push(await drawFigure(overlaysFigure(found, { name, title, shape, side: 116 })));
  }
  part.figures.push(...figures);
  const [worst] = errors;
  const finding =
    worst === undefined
      ? "The model makes no errors on the test images."
      : `Most confident error: test:${worst}, ${context.className(truth(worst))} taken for ${context.className(predicted[worst]!)} at ${formatPercent(certainty(worst), 1)}.`;
  part.findings.push(finding);
  const [first] = explained;
  part.sections.push({
    id: "gallery",
    title: "Gallery",
    text: `The first test image of ${some ? `each of ${some}` : "each class"}, and the errors that the model was surest of, each with what speaks for the class that it chose. ${finding}`,
    figures,
    ...(first && { aside: asideOf(first.cam, first.occlusion) }),
  });
  return listed;
}

async function explainImages(
  context: ExplainContext,
  trace: Trace,
  of: {
    /** Those at `indices`. */
    readonly images: ImageSet;
    readonly indices: readonly number[];
    readonly predicted: readonly number[];
    readonly hasCam: boolean;
    certainty(index: number): number;
  },
  onEach: (one: Listed) => void,
): Promise<Explanation[]> {
  const { model, signal, patch, stride, layer, className } = context;
  const { images, indices, predicted, hasCam } = of;
  const labels = indices.map((index) => context.label ?? predicted[index]!);
  const cams: (GradCam | undefined)[] = hasCam ? await gradCam(trace, images, labels, { layer, signal }) : [];
  const found: Explanation[] = [];
  for (const [at, index] of indices.entries()) {
    if (signal?.aborted) throw new AbortedError("Stopped while drawing the gallery.");
    const one = imagesAt(images, [at]);
    const label = labels[at]!;
    const hidden = await occlusion(model, one, { patch, stride, label, signal });
    const [taken, truth, probability] = [predicted[index]!, images.labels[at]!, of.certainty(index)];
    const wrong = taken === truth ? "" : ` taken for ${className(taken)}`;
    const shownFor = label === taken ? "" : `; shown for ${className(label)}`;
    found.push({
      pixels: shownImages(one).images,
      heading: `${className(truth)}${wrong}`,
      note: `test:${index}, ${className(taken)} ${formatPercent(probability, 1)}${shownFor}`,
      cam: cams[at],
      occlusion: hidden,
    });
    onEach({ image: `test:${index}`, label: truth, predicted: taken, probability, worst: hidden.worst });
  }
  return found;
}
