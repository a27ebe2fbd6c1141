import { join } from "node:path";
import { AbortedError, HeddleError } from "@heddle/core/internal/base/errors.js";
import { sizeOf, takesShape } from "@heddle/core/internal/base/shape.js";
import { isWholeNumber } from "@heddle/core/internal/data/classes.js";
import type { FormOptions, ImageSet } from "@heddle/core/internal/data/dataset.js";
import type { ImageShape } from "@heddle/core/internal/data/image-shape.js";
import { imagesInMemory } from "@heddle/core/internal/data/images.js";
import type { ValueRange } from "@heddle/core/internal/data/value-range.js";
import { type Interval, wilsonInterval } from "@heddle/core/internal/evaluate/index.js";
import type { Model } from "@heddle/core/internal/model/model.js";
import { classNamesOf } from "@heddle/core/internal/network/class-probabilities.js";
import { imageInputOf, imageShapeOf } from "@heddle/core/internal/network/image-input.js";
import { MAXIMUM_PICTURE_BYTES, type Picture, pictureFromBytes } from "../../datasets/picture.js";
import {
  type PictureInputs,
  type PredictionInputs,
  type RowInputs,
  readInputs,
} from "../../datasets/prediction-inputs.js";
import { hearSignal } from "../../system/hear-signal.js";
import { channelsChange, inputRange, samplesForModel, setForModel, shapeForModel } from "../model-input.js";
import { type EngineChoice, type OpenedModel, openModel } from "../open-run.js";
import { pictureRuleFor } from "../picture-input.js";
import { rowShape } from "../read-as.js";
import { type TopClass, topClasses } from "../top-classes.js";

/** Pictures of a batch. */
const BATCH = 256;

/** Pictures that are decoded at a time: as many as the system's pool has threads. */
const AT_ONCE = 4;

/** A model's prediction for a picture, or for a row of a table. */
export interface Prediction {
  /** The position among everything that was to be read, from 1. */
  readonly id: number;
  /** The path of the picture or the table. */
  readonly image: string;
  /** The row of a table, from 1. */
  readonly row?: number;
  /** True when light and dark were exchanged. */
  readonly inverted: boolean;
  /** True when all pixels are the same: the image shows nothing, so its classes mean nothing. */
  readonly empty: boolean;
  /** The true class, where a label or the picture's folder is a class of the model. */
  readonly truth?: string;
  /** The likeliest classes, likeliest first. */
  readonly top: readonly TopClass[];
}

/** Something that could not be read. */
export interface Unread {
  readonly path: string;
  readonly reason: string;
}

/** Predictions of a model. */
export interface Predictions {
  readonly predictions: readonly Prediction[];
  readonly unread: readonly Unread[];
  /** Of the images whose true class is known; `null` if there is none. */
  readonly accuracy: {
    readonly images: number;
    readonly correct: number;
    readonly value: number;
    readonly interval: Interval;
  } | null;
}

/** The options of {@link predictInputs}. */
export interface PredictOptions extends EngineChoice {
  /** The folder of all runs. */
  readonly root: string;
  /** How tables and pictures are read; as the run's data by default. */
  readonly form?: FormOptions;
  /** The values of black and white that the model takes. */
  readonly modelRange?: ValueRange | undefined;
  /** Whether grey pictures with a light background are inverted; as the model says by default. */
  readonly invert?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onWarning: (message: string) => void;
  readonly onReading?: (done: number, total: number) => void;
}

/**
 * Predicts the classes of pictures, folders, archives and tables with the model of a run, or any other. What cannot be read
 * is listed, and the rest goes on.
 *
 * @param source a run folder, an id below `root`, `latest`, or a model's folder
 * @param paths pictures, folders, archives, tables, arrays, or patterns such as `photos/*.png`
 * @throws HeddleError when there is no such run or model, or nothing can be read; AbortedError on `signal`
 */
export async function predictInputs(
  source: string,
  paths: readonly string[],
  options: PredictOptions,
): Promise<Predictions> {
  const opened = await openModel(source, options.root, options);
  try {
    const job = new Job(opened, options);
    for (const path of paths) await job.predict(path);
    return job.result();
  } finally {
    opened.model.dispose();
  }
}

class Job {
  private readonly predictions: Prediction[] = [];
  private readonly unread: Unread[] = [];
  private readonly faults: unknown[] = [];
  private readonly warned = new Set<string>();
  private readonly model: Model;
  private readonly names: readonly string[];
  /** The images that the model takes; undefined where its input does not tell, so that only rows can be given to it. */
  private readonly shape: ImageShape | undefined;
  private id = 0;

  constructor(
    private readonly opened: OpenedModel,
    private readonly options: PredictOptions,
  ) {
    const { model, run } = opened;
    this.model = model;
    this.shape = imageShapeOf(model.inputShape) ?? options.form?.shape;
    this.names = classNamesOf(model, run?.record.dataset.classNames ?? []);
  }

  async predict(path: string): Promise<void> {
    const { signal, form } = this.options;
    await hearSignal(signal, `Reading ${path}`);
    // Rows that are no squares have the model's shape.
    const own = rowShape(this.model.inputShape);
    const before = this.opened.run?.record.dataset.source.options;
    const inputs = await this.read(path, () =>
      readInputs(path, { ...own, ...before, ...form, signal, onWarning: this.warn }),
    );
    for (const input of inputs ?? []) await this.each(path, input);
  }

  result(): Predictions {
    const { predictions, unread } = this;
    if (predictions.length === 0) throw this.nothing();
    const known = predictions.filter(({ truth }) => truth !== undefined);
    const correct = known.filter(({ truth, top }) => truth === top[0]!.name).length;
    const images = known.length;
    return {
      ...{ predictions, unread },
      accuracy:
        images === 0
          ? null
          : { images, correct, value: correct / images, interval: wilsonInterval(correct, images) },
    };
  }

  /** Each warning is passed on once. */
  private readonly warn = (message: string): void => {
    if (this.warned.has(message)) return;
    this.warned.add(message);
    this.options.onWarning(message);
  };

  /** The result of reading something; undefined where it cannot be read. */
  private async read<Result>(path: string, work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof AbortedError || !(thrown instanceof HeddleError)) throw thrown;
      this.faults.push(thrown);
      this.unread.push({ path, reason: thrown.message });
      return undefined;
    }
  }

  private each(path: string, input: PredictionInputs): Promise<unknown> {
    return input.kind === "pictures" ? this.pictures(input) : this.read(path, () => this.rows(input));
  }

  private async pictures({ source, pictures }: PictureInputs): Promise<void> {
    const { signal, onReading, modelRange } = this.options;
    const rule = { ...pictureRuleFor(this.opened, this.options.invert) };
    const shape = this.shape ?? imageInputOf(this.model);
    const [height, width, channels] = shape;
    const range = inputRange(this.opened, { modelRange, onWarning: this.warn });
    for (let first = 0; first < pictures.length; first += BATCH) {
      const batch = pictures.slice(first, first + BATCH);
      const decoded: (Picture | undefined)[] = new Array(batch.length);
      for (let at = 0; at < batch.length; at += AT_ONCE) {
        await hearSignal(signal, "Reading the pictures");
        const some = batch.slice(at, at + AT_ONCE).map(async ({ path }, place) => {
          const name = join(source.path, path);
          decoded[at + place] = await this.read(name, async () => {
            const bytes = await source.read(path, { maximumBytes: MAXIMUM_PICTURE_BYTES, signal });
            return pictureFromBytes(name, bytes, { height, width, channels }, rule);
          });
        });
        await Promise.all(some);
        if (pictures.length > 1)
          onReading?.(Math.min(pictures.length, first + at + AT_ONCE), pictures.length);
      }
      const known = batch.flatMap(({ path, folder }, at) => {
        const id = ++this.id;
        const picture = decoded[at];
        const truth = folder === undefined ? undefined : this.classOf(folder);
        return picture ? [{ id, image: join(source.path, path), picture, truth }] : [];
      });
      if (known.length === 0) continue;
      const size = sizeOf(shape);
      const images = new Uint8Array(known.length * size);
      known.forEach(({ picture }, at) => {
        images.set(picture.pixels, at * size);
      });
      const set: ImageSet = {
        images,
        labels: new Uint8Array(known.length),
        count: known.length,
        shape,
      };
      const tops = this.tops(
        await this.model.predict(setForModel(set, shape, range), { ...(signal && { signal }) }),
      );
      known.forEach(({ id, image, truth, picture: { inverted, empty } }, at) => {
        this.predictions.push({
          id,
          image,
          inverted,
          empty,
          ...(truth !== undefined && { truth }),
          top: tops[at]!,
        });
      });
    }
  }

  private async rows({ name, images: set, reading, rows, labels }: RowInputs): Promise<void> {
    const { signal, modelRange } = this.options;
    const { inputShape } = this.model;
    if (!takesShape(inputShape, shapeForModel(this.model, set.shape))) {
      throw new HeddleError({
        who: name,
        expected: `images of ${(this.shape ?? inputShape).join("×")}, as the model takes them`,
        received: set.shape.join("×"),
        next: "Choose data of this size, or correct `shape`.",
      });
    }
    const change = channelsChange(name, this.model, set.shape);
    if (change !== undefined) this.warn(change);
    const range = inputRange(this.opened, { modelRange, reading, onWarning: this.warn });
    const samples = samplesForModel(this.model, imagesInMemory(set), range);
    const tops = this.tops(await this.model.predict(samples, { ...(signal && { signal }) }));
    const size = sizeOf(set.shape);
    tops.forEach((top, at) => {
      const pixels = set.images.subarray(at * size, (at + 1) * size);
      const empty = pixels.every((value, place) => value === pixels[place % set.shape[2]]);
      const truth = labels && this.classOf(labels[at]!);
      const about = { id: this.id + rows[at]!, image: name, row: rows[at]!, inverted: false, empty };
      this.predictions.push({ ...about, ...(truth !== undefined && { truth }), top });
    });
    this.id += rows.at(-1) ?? 0;
  }

  /** The class of a label or a folder, by its name, or by its position for names that are numbers. */
  private classOf(label: string): string | undefined {
    const text = label.normalize("NFC");
    const name = this.names.find((one) => one.normalize("NFC") === text);
    return name ?? (isWholeNumber(text) ? this.names[Number(text)] : undefined);
  }

  private tops(outputs: Float32Array): readonly Prediction["top"][] {
    return topClasses(this.model, this.names, outputs);
  }

  private nothing(): unknown {
    const { unread, faults } = this;
    if (faults.length === 1) return faults[0];
    return new HeddleError({
      who: "Prediction",
      expected: "at least one picture or table that can be read",
      received:
        unread.length === 0
          ? "none"
          : `${unread.length} that cannot, such as ${unread[0]!.reason.replace(/\.$/, "")}`,
      next: "Correct the paths.",
    });
  }
}
