import { basename } from "node:path";
import { formatPercent } from "@heddle/core/internal/base/format.js";
import { formatShape } from "@heddle/core/internal/base/shape.js";
import {
  type FeatureMap,
  featureMaps,
  type GradCam,
  gradCam,
  lastConvolution,
  type Occlusion,
  occlusion,
  rangeOf,
} from "@heddle/core/internal/explain/index.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { shownImages } from "@heddle/core/internal/figures/shown-images.js";
import { largestAt } from "@heddle/core/internal/metrics/rows.js";
import type { Trace } from "@heddle/core/internal/model/trace.js";
import { classProbabilities, whyNoClasses } from "@heddle/core/internal/network/class-probabilities.js";
import { drawFigure } from "../../rendering/draw-figure.js";
import { hearSignal } from "../../system/hear-signal.js";
import { type ExplainContext, emptyPart, type Part } from "./context.js";
import { featureMapFigure, overlaysFigure } from "./figures.js";
import type { ExplainImage } from "./input.js";

/** Explains one image: what it is taken for, what speaks for that, and what every layer makes of it. */
export async function explainImage(
  context: ExplainContext,
  trace: Trace,
  image: ExplainImage,
): Promise<Part & { readonly prediction: object | undefined }> {
  const { model, shape, signal } = context;
  const samples = { images: image.images, count: 1, shape };
  const part = emptyPart();
  let prediction: object | undefined;
  const fault = whyNoClasses(model);
  if (fault === undefined) {
    context.onStage("Prediction, Grad-CAM and occlusion");
    prediction = await predicted(context, trace, image, part);
  } else {
    part.notes.push(`No prediction, Grad-CAM or occlusion: ${fault}.`);
  }
  context.onStage("Feature maps");
  const maps = await featureMaps(trace, samples, { signal });
  const figures: Figure[] = [];
  for (const [index, map] of maps.entries()) {
    if (map.unchanged) continue;
    await hearSignal(signal, "Drawing the feature maps");
    figures.push(await drawFigure(featureMapFigure(map, index + 1)));
  }
  part.figures.push(...figures);
  part.sections.push({
    id: "feature-maps",
    title: "Feature maps",
    text: [
      "What every layer makes of the image, from the first to the last, after its activation. Each sheet has its own scale.",
      ...unchangedNote(maps),
    ].join(" "),
    figures,
    tables: [
      {
        title: "Layers",
        head: ["Layer", "Output", "Smallest", "Largest", "Zeros"],
        rows: maps.map(({ layer, className, shape: output, values }) => {
          const { low, high } = rangeOf(values);
          const zeros = values.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);
          return [
            `${layer} (${className})`,
            formatShape(output),
            String(Number(low.toPrecision(3))),
            String(Number(high.toPrecision(3))),
            formatPercent(zeros / values.length, 1),
          ];
        }),
        numeric: [2, 3, 4],
      },
    ],
    aside:
      "As in inference: dropout and augmentation pass their input through, and normalizations use their moving statistics.",
  });
  return { ...part, prediction };
}

/** Which layers have no sheet, and why. */
function unchangedNote(maps: readonly FeatureMap[]): readonly string[] {
  const names = maps.filter(({ unchanged }) => unchanged).map(({ layer }) => layer);
  if (names.length === 0) return [];
  const verb =
    names.length === 1
      ? "passes its input on unchanged and has no sheet"
      : "pass their input on unchanged and have no sheets";
  return [`${names.join(", ")} ${verb}.`];
}

async function predicted(
  context: ExplainContext,
  trace: Trace,
  image: ExplainImage,
  part: Part,
): Promise<object> {
  const { model, shape, signal, patch, stride, layer } = context;
  const samples = { images: image.images, count: 1, shape };
  const name = (label: number) => context.className(label);
  const outputs = await model.predict(samples, { ...(signal && { signal }) });
  const probabilities = classProbabilities(model, outputs);
  const best = largestAt(probabilities, 0, probabilities.length);
  const label = context.label ?? best;
  const hidden = await occlusion(model, samples, { patch, stride, label, signal });
  let cam: GradCam | undefined;
  if (layer !== undefined || lastConvolution(model) !== undefined) {
    [cam] = await gradCam(trace, samples, [label], { layer, signal });
  } else {
    part.notes.push("No Grad-CAM: the model has no convolution. Occlusion needs none.");
  }
  const order = [...probabilities.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!);
  part.findings.push(
    `${name(best)}, ${formatPercent(probabilities[best]!)}${image.label === undefined ? "" : image.label === best ? ", which is right" : `; it is ${name(image.label)}`}.`,
    occlusionFinding(hidden, name(label)),
    ...(cam ? [camFinding(cam, name(label))] : []),
  );
  part.sections.push({
    id: "prediction",
    title: "Prediction",
    ...(image.inverted && { text: "The picture was inverted, because its background is light." }),
    tables: [
      {
        title: "Probability of each class",
        head: ["Class", "Probability"],
        rows: order.map((one) => [
          `${name(one)}${one === image.label ? " (its label)" : ""}`,
          formatPercent(probabilities[one]!),
        ]),
        numeric: [1],
      },
    ],
  });
  const shown = shownImages({ images: image.images, labels: Uint8Array.of(0), count: 1, shape });
  const figure = await drawFigure(
    overlaysFigure(
      [
        {
          pixels: shown.images,
          heading: basename(image.name),
          note: `${name(label)} ${formatPercent(probabilities[label]!)}`,
          cam,
          occlusion: hidden,
        },
      ],
      {
        name: "where-it-looks",
        title: `What speaks for ${name(label)}`,
        shape: shown.shape,
        side: 224,
        across: 2,
      },
    ),
  );
  part.figures.push(figure);
  part.sections.push({
    id: "where-it-looks",
    title: "Where it looks",
    text: part.findings.slice(1).join(" "),
    figures: [figure],
    aside: asideOf(cam, hidden),
  });
  const { worst } = hidden;
  return {
    label: best,
    className: name(best),
    probability: probabilities[best],
    probabilities: [...probabilities],
    explained: { label, className: name(label) },
    occlusion: { patch: hidden.patch, stride: hidden.stride, worst },
    ...(cam && { gradCam: camDetails(cam) }),
  };
}

/** How the maps were computed, and what not to read into them. */
export function asideOf(cam: GradCam | undefined, { patch, stride }: Occlusion): string {
  const of = cam
    ? `Grad-CAM (Selvaraju et al. 2017) weights the channels of ${cam.layer} by the mean gradient of the class's logit; HiResCAM (Draelos and Carin 2020) weights each place by its own gradient. Their ${cam.height}×${cam.width} places are stretched over the image. `
    : "";
  return `${of}Occlusion (Zeiler and Fergus 2014) hides ${patch}×${patch} pixels at a time behind the image's mean colour, ${stride} apart, and shows for each pixel the mean drop in probability over the patches that hide it. These maps say what changes the output near this image, not why, nor that the model reasons as people do. A patch is itself something new in the image.`;
}

function occlusionFinding({ patch, probability, worst }: Occlusion, name: string): string {
  const drop = probability - worst.probability;
  const where = `${patch}×${patch} pixels at row ${worst.row}, column ${worst.column}`;
  return drop < 0.01
    ? `Occlusion: no ${patch}×${patch} patch lowers ${name} by a point or more.`
    : `Occlusion: hiding ${where} lowers ${name} from ${formatPercent(probability, 1)} to ${formatPercent(worst.probability, 1)}.`;
}

function camFinding(cam: GradCam, name: string): string {
  const share = shareOfHalf(cam.values);
  if (share !== undefined) {
    return `Grad-CAM: half of what speaks for ${name} lies in ${formatPercent(share, 0)} of ${cam.layer}'s places.`;
  }
  const own = shareOfHalf(cam.elementwise);
  return own === undefined
    ? `Grad-CAM: nothing in ${cam.layer} speaks for ${name}.`
    : `Grad-CAM: no channel of ${cam.layer} speaks for ${name} on average over the image; place by place (HiResCAM), half of what does lies in ${formatPercent(own, 0)} of the places.`;
}

/** The smallest share of the places that holds half of a map's sum; undefined for a map of zeros. */
function shareOfHalf(values: Float32Array): number | undefined {
  const sorted = values.toSorted((a, b) => b - a);
  const total = sorted.reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) return undefined;
  let sum = 0;
  let count = 0;
  while (sum < total / 2) sum += sorted[count++]!;
  return count / values.length;
}

/** Both maps in numbers, for machines. */
function camDetails({ layer, height, width, values, elementwise }: GradCam) {
  return { layer, height, width, gradCam: [...values], hiResCam: [...elementwise] };
}
