import { basename, join } from "node:path";
import { checkPath } from "@heddle/core/internal/base/check-path.js";
import { didYouMean } from "@heddle/core/internal/base/closest.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { makeFolder, writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import { groupDigits } from "@heddle/core/internal/base/format.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import type { Images } from "@heddle/core/internal/data/images.js";
import type { SplitReading } from "@heddle/core/internal/data/reading.js";
import type { ValueRange } from "@heddle/core/internal/data/value-range.js";
import type { Model } from "@heddle/core/internal/model/model.js";
import { Trace } from "@heddle/core/internal/model/trace.js";
import { classCount, classNamesOf, whyNoClasses } from "@heddle/core/internal/network/class-probabilities.js";
import { imageInputOf } from "@heddle/core/internal/network/image-input.js";
import { checkFits } from "@heddle/core/internal/recipes/check-fits.js";
import { slug } from "@heddle/core/internal/records/run-ids.js";
import type { LoadOptions } from "../../datasets/index.js";
import { dataNotice, joinNotices } from "../../pages/notices.js";
import type { Notice } from "../../pages/page.js";
import { renderPage } from "../../pages/render-page.js";
import { checkPagePath } from "../../pages/write-page.js";
import { writeFigures } from "../../rendering/write-figures.js";
import { dataOfModel } from "../data-of-model.js";
import { type InputRange, imagesForModel, inputRange } from "../model-input.js";
import { type EngineChoice, type OpenedModel, openModel } from "../open-run.js";

import { type CountedLooks, countLook } from "../report/count-look.js";
import { type ExplainContext, emptyPart, type Part } from "./context.js";
import { explainImage } from "./image.js";
import { readExplainImage, splitOf } from "./input.js";
import { explainDataset, explainFilters } from "./parts.js";

/** What to explain, how, and where the page goes. */
export interface ExplainOptions {
  /** A run folder, an id below `root`, `latest`, or a model folder. */
  readonly run: string;
  /** The folder of all runs. */
  readonly root: string;
  /** A picture file, `test:17` or `train:3`; the model as a whole by default. */
  readonly image?: string | undefined;
  readonly data: ExplainDataOptions;
  readonly method: ExplainMethod;
  readonly engine?: EngineChoice;
  /** The values of black and white that the model takes; those that it knows by default, otherwise 0 and 255. */
  readonly modelRange?: ValueRange | undefined;
  /** The folder of the page; below the run's by default. */
  readonly out?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly events: ExplainEvents;
}

/** Where the images come from. */
export interface ExplainDataOptions {
  /** A dataset's folder or name; the run's own dataset by default. */
  readonly data?: string | undefined;
  /** Whether images stay on disk; as in the run by default. */
  readonly stream?: boolean | undefined;
  readonly load: LoadOptions;
}

/** How a model is explained. */
export interface ExplainMethod {
  /** The layer of Grad-CAM; the last convolution by default. */
  readonly layer?: string | undefined;
  /** The class to explain, by name or number; the predicted one by default. */
  readonly className?: string | undefined;
  /** Side of the patch that hides a part of the image, in pixels; a fifth of the image by default. */
  readonly patch?: number | undefined;
  /** Pixels from one patch to the next; about 1 by default. */
  readonly stride?: number | undefined;
  /** The most images on the map; 2,000 by default. */
  readonly mapImages?: number | undefined;
  /** Decides which images are on the map, and how it begins. */
  readonly seed: number;
}

/** Reports while a model is explained. */
export interface ExplainEvents {
  onWarning(message: string): void;
  /** When a slow part begins. */
  onStage?(what: string): void;
  /** Now and then within it, with the share that is done. */
  onProgress?(what: string, share: number): void;
}

/** A page that was written, and what it says. */
export interface Explained {
  readonly folder: string;
  readonly page: string;
  readonly figures: readonly string[];
  readonly findings: readonly string[];
  /** What cannot be shown, and why. */
  readonly notes: readonly string[];
  /** How often the run's test images were looked at, including this time; `null` where none of them was shown. */
  readonly testLooks: CountedLooks | null;
  /** The numbers, for machines. */
  readonly details: object;
}

/**
 * Looks into a model, or at what it makes of one image, and writes a page with figures. Nothing is written before
 * everything is computed.
 *
 * @throws HeddleError when run, image, layer, class or patch do not fit
 * @throws AbortedError when `signal` fires
 */
export async function explainRun(options: ExplainOptions): Promise<Explained> {
  const { engine = {}, out } = options;
  if (out !== undefined) await checkPagePath(join(checkPath("Folder of the page", out), PAGE));
  const { onWarning } = options.events;
  const opened = await openModel(options.run, options.root, { ...engine, onWarning });
  const { model } = opened;
  let trace: Trace | undefined;
  try {
    const shape = imageInputOf(model);
    const { data, range } = await dataFor(opened, options);
    const context = contextOf(options, opened, data, shape);
    checkLayer(context);
    const image =
      options.image === undefined
        ? undefined
        : await readExplainImage(options.image, opened, { data, range });
    trace = await Trace.open(model, {
      fast: engine.fast ?? false,
      ...(engine.threads !== undefined && { threads: engine.threads }),
    });
    if (image) {
      const { prediction, ...part } = await explainImage(context, trace, image);
      return await write(options, part, {
        opened,
        data,
        folder: join(opened.path, "explain", slug(basename(image.name))),
        title: image.name.includes(":") ? image.name : basename(image.name),
        details: { image: image.name, prediction },
        looked: splitOf(image.name) === "test",
      });
    }
    const filters = await explainFilters(context);
    const { embedding, gallery, ...ofData } = data
      ? await explainDataset(context, trace, data)
      : withoutDataset;
    return await write(options, joined([filters, ofData]), {
      opened,
      data,
      folder: join(opened.path, "explain"),
      title: data?.title ?? model.name,
      details: { embedding, gallery },
      looked: gallery.length > 0,
    });
  } finally {
    trace?.close();
    model.dispose();
  }
}

/** The dataset, where images of it are needed and there is one, as the model takes them; and the model's range. */
async function dataFor(
  opened: OpenedModel,
  { image, data, modelRange, events }: ExplainOptions,
): Promise<{ readonly data: Dataset<Images> | undefined; readonly range: InputRange }> {
  const { model } = opened;
  const rangeFor = (reading?: SplitReading) =>
    inputRange(opened, { modelRange, reading, onWarning: (message) => events.onWarning(message) });
  const needsNone =
    image === undefined ? !opened.run && data.data === undefined : splitOf(image) === undefined;
  // Without an image, only filters are shown: nothing is given to the model.
  if (needsNone) return { data: undefined, range: image === undefined ? [0, 255] : rangeFor() };
  if (!opened.run && data.data === undefined) return { data: undefined, range: [0, 255] };
  const dataset = await dataOfModel(opened, data);
  const { reading } = dataset.source;
  const range = rangeFor(reading?.test ?? reading?.train);
  const [train, test] = [dataset.train, dataset.test].map((images) => imagesForModel(model, images, range));
  const taken = { ...dataset, train: train!, test: test! };
  checkFits(model, taken);
  return { data: taken, range };
}

const withoutDataset = {
  ...emptyPart(),
  notes: ["No map of images and no gallery: a model without a run has no dataset unless one is named."],
  embedding: undefined,
  gallery: [],
};

function contextOf(
  { method, engine, events, signal }: ExplainOptions,
  { model, run }: OpenedModel,
  dataset: Pick<Dataset, "classNames"> | undefined,
  shape: ExplainContext["shape"],
): ExplainContext {
  const known = dataset?.classNames ?? run?.record.dataset.classNames ?? [];
  const names = classNamesOf(model, known);
  const { layer, className, patch, stride, mapImages = 2000, seed } = method;
  return {
    model,
    shape,
    layer,
    patch,
    stride,
    mapImages,
    seed,
    threads: engine?.threads,
    signal,
    className: (label) => names[label]!,
    label: className === undefined ? undefined : labelOf(className, known, model),
    onStage: (what) => events.onStage?.(what),
    onProgress: (what, share) => events.onProgress?.(what, share),
  };
}

/** A class by its name, or by its number from 0. */
function labelOf(nameOrNumber: string, classNames: readonly string[], model: Model): number {
  const named = classNames.findIndex((name) => name.toLowerCase() === nameOrNumber.toLowerCase());
  if (named >= 0) return named;
  const classes = whyNoClasses(model) === undefined ? classCount(model) : 0;
  if (/^\d+$/.test(nameOrNumber) && Number(nameOrNumber) < classes) return Number(nameOrNumber);
  throw new HeddleError({
    who: "`className`",
    expected: classNames.length > 0 ? `one of ${classNames.join(", ")}` : `a number below ${classes}`,
    received: JSON.stringify(nameOrNumber),
    next: didYouMean(nameOrNumber, classNames, classNames.length > 0 ? "Choose one of them." : "Correct it."),
  });
}

/** @throws HeddleError when the layer for Grad-CAM is not one of the model's, or its output is not an image */
function checkLayer({ model, layer }: ExplainContext): void {
  if (layer === undefined) return;
  model.getLayer(layer);
  const { output } = model.placed.find((one) => one.layer.name === layer)!;
  if (output.length === 3) return;
  throw new HeddleError({
    who: "`layer`",
    expected: "a layer with an output [height, width, channels]",
    received: `"${layer}", whose output is [${output.join(", ")}]`,
    next: "Choose an earlier one: a convolution or a pooling.",
  });
}

const PAGE = "report.html";

function joined(parts: readonly Part[]): Part {
  return {
    sections: parts.flatMap(({ sections }) => sections),
    figures: parts.flatMap(({ figures }) => figures),
    findings: parts.flatMap(({ findings }) => findings),
    notes: [...new Set(parts.flatMap(({ notes }) => notes))],
  };
}

async function write(
  { out, events, signal }: ExplainOptions,
  { sections, figures, findings, notes }: Part,
  about: {
    readonly opened: OpenedModel;
    readonly data: Dataset<Images> | undefined;
    /** Where the page goes by default. */
    readonly folder: string;
    readonly title: string;
    readonly details: object;
    /** Whether test images are shown. */
    readonly looked: boolean;
  },
): Promise<Explained> {
  const { opened, data, title, details, looked } = about;
  const { model, name, path, run } = opened;
  const folder = out ?? about.folder;
  const page = join(folder, PAGE);
  const notice = noticeOf(data, notes);
  const html = renderPage({
    kind: "Heddle explanation",
    title,
    subtitle: findings[0] ?? `${groupDigits(model.parameters)} parameters in ${model.layers.length} layers`,
    id: name,
    finishedAt: new Date().toISOString(),
    ...(notice && { notice }),
    sections,
  });
  // A run's folder that is gone is not made again.
  if (out !== undefined) await makeFolder(out);
  const place = { within: out ?? path };
  await writeFigures(join(folder, "figures"), figures, { ...place, signal });
  // Last: a page is there only with its figures.
  await writeFileAtomic(page, html, place);
  return {
    folder,
    page,
    findings,
    notes,
    figures: figures.map((figure) => join(folder, "figures", `${figure.name}.svg`)),
    testLooks:
      looked && data
        ? await countLook(run, data.test, "explain", { onWarning: events.onWarning, signal })
        : null,
    details: { run: path, model: { name: model.name, parameters: model.parameters }, ...details },
  };
}

/** Warns that images are generated, and of what cannot be shown. */
function noticeOf(
  dataset: Pick<Dataset, "source"> | undefined,
  notes: readonly string[],
): Notice | undefined {
  const generated = dataset && dataNotice(dataset.source, undefined);
  const incomplete =
    notes.length === 0 ? undefined : { title: "Not everything can be shown", text: notes.join(" ") };
  return joinNotices(generated, incomplete);
}
