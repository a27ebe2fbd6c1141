import { basename, join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import { groupDigits } from "@heddle/core/internal/base/format.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import type { Model } from "@heddle/core/internal/model/model.js";
import { Trace } from "@heddle/core/internal/model/trace.js";
import { classCount, classNamesOf, whyNoClasses } from "@heddle/core/internal/network/class-probabilities.js";
import { checkFits } from "@heddle/core/internal/recipes/check-fits.js";
import type { LoadOptions } from "../../datasets/index.js";
import { dataNotice, joinNotices } from "../../pages/notices.js";
import type { PageHeader } from "../../pages/page.js";
import { renderPage } from "../../pages/render-page.js";
import { writeFigures } from "../../rendering/write-figures.js";
import { slug } from "../../runs/run-folder.js";
import { dataOfModel } from "../data-of-model.js";
import { labelledSet } from "../labelled-set.js";
import { type OpenedModel, openModel } from "../open-run.js";
import { imageSize } from "../picture-input.js";
import { type CountedLooks, countLook } from "../report/count-look.js";
import type { ExplainContext, ExplainedData, Part } from "./context.js";
import { explainImage } from "./image.js";
import { readExplainImage, splitOf } from "./input.js";
import { explainDataset, explainFilters } from "./parts.js";

export interface ExplainOptions {
  /** A run folder, an id below `root`, `latest`, or a model folder. */
  readonly run: string;
  /** The folder of all runs. */
  readonly root: string;
  /** A picture file, `test:17` or `train:3`; the model as a whole where it is undefined. */
  readonly image?: string | undefined;
  /** Where the dataset is; where the run had it by default. */
  readonly data?: string | undefined;
  /** Whether images stay on disk; as the run had it by default. */
  readonly stream?: boolean | undefined;
  readonly load: LoadOptions;
  /** The layer of Grad-CAM; the last convolution by default. */
  readonly layer?: string | undefined;
  /** The class that is explained, by name or number; the predicted one by default. */
  readonly className?: string | undefined;
  /** Side of the patch that hides, in pixels, and the pixels between two. */
  readonly patch?: number | undefined;
  readonly stride?: number | undefined;
  /** The most images of the map; 2,000 by default. */
  readonly embeddingImages?: number | undefined;
  readonly seed: number;
  /** The folder of the page; below the run's by default. */
  readonly out?: string | undefined;
  readonly threads?: number | undefined;
  readonly fast?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onWarning: (message: string) => void;
  /** Called when a slow part begins. */
  onStage?(what: string): void;
  /** Called now and then within it, with the share that is done. */
  onProgress?(what: string, share: number): void;
}

/** What was written and found. */
export interface Explained {
  readonly folder: string;
  readonly page: string;
  readonly figures: readonly string[];
  readonly findings: readonly string[];
  /** What cannot be shown, and why. */
  readonly notes: readonly string[];
  /** How often the run's test images were looked at, this time included; `null` where none of them was shown. */
  readonly testLooks: CountedLooks | null;
  /** The numbers, for machines. */
  readonly details: object;
}

/**
 * Looks at a model, or at what it makes of one image, and writes a page with figures. Nothing is written before all is
 * computed.
 *
 * @throws HeddleError when run, image, layer, class or patch do not fit
 * @throws AbortedError when `signal` fires
 */
export async function explainRun(options: ExplainOptions): Promise<Explained> {
  const opened = await openModel(options.run, options.root, options);
  const { model } = opened;
  let trace: Trace | undefined;
  try {
    const shape = imageSize(model);
    const data = await dataFor(opened, options);
    const dataset = data?.dataset;
    const context = contextOf(options, opened, dataset, shape);
    checkLayer(context);
    const image =
      options.image === undefined ? undefined : await readExplainImage(options.image, opened, data);
    trace = await Trace.open(model, {
      fast: options.fast ?? false,
      ...(options.threads !== undefined && { threads: options.threads }),
    });
    const folder =
      options.out ?? join(opened.path, "explain", ...(image ? [slug(basename(image.name))] : []));
    if (image) {
      const { prediction, ...part } = await explainImage(context, trace, image);
      const title = image.name.includes(":") ? image.name : basename(image.name);
      const details = { image: image.name, prediction };
      const looked = splitOf(image.name) === "test";
      return await write(folder, part, { ...{ opened, data, title, details, looked }, options });
    }
    const filters = await explainFilters(context);
    const ofData = data
      ? await explainDataset(context, trace, data)
      : { ...withoutDataset, embedding: undefined, gallery: [] };
    const { embedding, gallery } = ofData;
    const title = dataset?.title ?? model.name;
    const details = { embedding, gallery };
    const looked = gallery.length > 0;
    return await write(folder, joined([filters, ofData]), {
      ...{ opened, data, title, details, looked },
      options,
    });
  } finally {
    trace?.close();
    model.dispose();
  }
}

/** The data, where images of it are wanted and there is any. */
async function dataFor(opened: OpenedModel, options: ExplainOptions): Promise<ExplainedData | undefined> {
  const { image, data } = options;
  if (image !== undefined && splitOf(image) === undefined) return undefined;
  if (!opened.run && data === undefined) return undefined;
  const { dataset, streams } = await dataOfModel(opened, options);
  checkFits(opened.model, dataset);
  const { train, test } = streams ?? dataset;
  return { dataset, train: labelledSet(train), test: labelledSet(test) };
}

const withoutDataset: Part = {
  sections: [],
  figures: [],
  findings: [],
  notes: ["No map of images and no gallery: a model without a run has no dataset. Name one with --data."],
};

function contextOf(
  options: ExplainOptions,
  { model, run }: OpenedModel,
  dataset: Dataset | undefined,
  shape: ExplainContext["shape"],
): ExplainContext {
  const known = dataset?.classNames ?? run?.record.dataset.classNames ?? [];
  const names = classNamesOf(model, known);
  const { seed, layer, patch, stride, threads, signal, embeddingImages = 2000 } = options;
  return {
    ...{ model, shape, seed, layer, patch, stride, threads, signal, embeddingImages },
    className: (label) => names[label]!,
    label: options.className === undefined ? undefined : labelOf(options.className, known, model),
    onStage: (what) => options.onStage?.(what),
    onProgress: (what, share) => options.onProgress?.(what, share),
  };
}

/** A class by its name, or by its number from 0. */
function labelOf(wanted: string, classNames: readonly string[], model: Model): number {
  const named = classNames.findIndex((name) => name.toLowerCase() === wanted.toLowerCase());
  if (named >= 0) return named;
  const classes = whyNoClasses(model) === undefined ? classCount(model) : 0;
  if (/^\d+$/.test(wanted) && Number(wanted) < classes) return Number(wanted);
  throw new HeddleError({
    who: "--class",
    expected: classNames.length > 0 ? `one of ${classNames.join(", ")}` : `a number below ${classes}`,
    received: JSON.stringify(wanted),
    next: "Check its spelling.",
  });
}

/** @throws HeddleError when the layer that Grad-CAM was asked for is not the model's or gives no image */
function checkLayer({ model, layer }: ExplainContext): void {
  if (layer === undefined) return;
  model.getLayer(layer);
  const { output } = model.placed.find((one) => one.layer.name === layer)!;
  if (output.length === 3) return;
  throw new HeddleError({
    who: "--layer",
    expected: "a layer with an output [height, width, channels]",
    received: `"${layer}", whose output is [${output.join(", ")}]`,
    next: "Choose one before it: a convolution or a pooling.",
  });
}

function joined(parts: readonly Part[]): Part {
  return {
    sections: parts.flatMap(({ sections }) => sections),
    figures: parts.flatMap(({ figures }) => figures),
    findings: parts.flatMap(({ findings }) => findings),
    notes: [...new Set(parts.flatMap(({ notes }) => notes))],
  };
}

async function write(
  folder: string,
  { sections, figures, findings, notes }: Part,
  about: {
    readonly opened: OpenedModel;
    readonly data: ExplainedData | undefined;
    readonly title: string;
    readonly details: object;
    /** Whether test images are shown. */
    readonly looked: boolean;
    readonly options: Pick<ExplainOptions, "onWarning">;
  },
): Promise<Explained> {
  const { opened, data, title, details, looked, options } = about;
  const { model, name, path, run } = opened;
  const page = join(folder, "report.html");
  const header: PageHeader = {
    kind: "Heddle explain report",
    title,
    subtitle: findings[0] ?? `${groupDigits(model.parameters)} parameters in ${model.layers.length} layers`,
    id: name,
    finishedAt: new Date().toISOString(),
    ...noticeOf(data?.dataset, notes),
  };
  const html = renderPage({ ...header, sections });
  await writeFigures(join(folder, "figures"), figures);
  // Last: a page is there only with its figures.
  await writeFileAtomic(page, html);
  return {
    ...{ folder, page, findings, notes },
    figures: figures.map((figure) => join(folder, "figures", `${figure.name}.svg`)),
    testLooks: looked && data ? await countLook(run, data.test, "explain", options.onWarning) : null,
    details: { run: path, model: { name: model.name, parameters: model.parameters }, ...details },
  };
}

/** What nobody may miss: that images are generated, and what cannot be shown. */
function noticeOf(dataset: Dataset | undefined, notes: readonly string[]): Pick<PageHeader, "notice"> {
  const missing = notes.join(" ");
  const generated = dataset && dataNotice(dataset.source, undefined);
  const incomplete = missing === "" ? undefined : { title: "Not everything can be shown", text: missing };
  const notice = joinNotices(generated, incomplete);
  return notice ? { notice } : {};
}
