import { loadModel, type Model } from "@heddle/core";
import type { Dataset } from "@heddle/core/data";
import type { Throughput } from "@heddle/core/internal/tuning/throughput.js";
import { zipSync } from "fflate";
import { editedDataset } from "./edits";
import type { DroppedFile } from "./files/entries";
import { Judge } from "./judge";
import { drawSketch, fetchDataset, SHOWN_IMAGES } from "./open-data";
import { planOf, probe } from "./probe";
import type {
  Classified,
  Edit,
  Evaluated,
  Explained,
  OpenedData,
  Plan,
  Settings,
  Source,
  Split,
  Trained,
} from "./protocol";
import { trainingFor } from "./recipe";
import { tell } from "./rpc";
import { TrainingRun } from "./training-run";
import { Viewer } from "./viewer";

/** Images that fashion-sketch has when all are drawn: a plan is made before. */
const SKETCH = { trainImages: 12_000, testImages: 2_000 };

/** How often the page is told of pictures that were read. */
const TELL_MS = 100;

async function readDropped(files: readonly DroppedFile[]): Promise<OpenedData> {
  // Loaded when it is needed: most visits read no files.
  const { readFiles } = await import("./files/read-files");
  let told = 0;
  const { dataset, notes, leftOut } = await readFiles(files, (done, total) => {
    if (done < total && performance.now() - told < TELL_MS) return;
    told = performance.now();
    tell({ kind: "reading", done, total });
  });
  return { ...dataset, notes, leftOut };
}

/** Everything that the page has done for it: in a worker, so that the page stays responsive. */
export class Trainer {
  private dataset: Dataset | undefined;
  private speed: Throughput | undefined;
  private run: TrainingRun | undefined;
  /** The model of a run, while there is no training. */
  private opened: { readonly model: Model; readonly viewer: Viewer } | undefined;
  private judge: Judge | undefined;

  /** Opens a dataset and measures how fast it is trained; tells what it has on the way. */
  async open(source: Source, settings: Settings): Promise<OpenedData> {
    if (source.kind === "sketch") {
      this.dataset = await drawSketch(async (first) => {
        this.show(first);
        if (first.train.count > SHOWN_IMAGES) await this.measure(first, settings, SKETCH);
      });
      return this.dataset;
    }
    const data = source.kind === "files" ? await readDropped(source.files) : await fetchDataset(source.url);
    this.dataset = data;
    this.show(data);
    await this.measure(data, settings);
    return data;
  }

  /** Shows data that can be read, and forgets the model of the data before. */
  private show(data: OpenedData): void {
    this.forget();
    this.speed = this.judge = undefined;
    tell({ kind: "preview", data });
  }

  private forget(): void {
    this.run?.dispose();
    this.opened?.viewer.dispose();
    this.opened?.model.dispose();
    this.run = this.opened = undefined;
  }

  /** Opens the model of a run, in place of one that is trained here. */
  async openModel(url: string): Promise<{ readonly weightsSha256: string }> {
    const model = await loadModel(url);
    this.forget();
    this.opened = { model, viewer: new Viewer(model) };
    this.judge = new Judge(model, this.whole, undefined);
    tell({ kind: "weights" });
    return { weightsSha256: await model.weightsSha256() };
  }

  /** How a training with other settings would go. */
  async plan(settings: Settings, edits: readonly Edit[]): Promise<Plan> {
    const dataset = editedDataset(this.whole, edits);
    const training = trainingFor(dataset, settings);
    this.speed ??= await probe(training);
    return planOf(
      training,
      { trainImages: training.train.count, testImages: dataset.test.count },
      this.speed,
    );
  }

  /** Trains a new model. */
  async train(settings: Settings, edits: readonly Edit[]): Promise<Trained> {
    this.forget();
    const dataset = editedDataset(this.whole, edits);
    const run = new TrainingRun(trainingFor(dataset, settings));
    this.run = run;
    const trained = await run.train();
    // What a whole training showed is truer than the probe.
    if (this.speed && trained.imagesPerSecond > 0)
      this.speed = { ...this.speed, imagesPerSecond: trained.imagesPerSecond };
    this.judge = new Judge(run.training.model, this.whole, this.judge?.outputs);
    return trained;
  }

  pause(): void {
    this.run?.pause();
  }

  resume(): void {
    this.run?.resume();
  }

  stop(): void {
    this.run?.stop();
  }

  evaluate(split: Split, edits: readonly Edit[]): Promise<Evaluated> {
    if (!this.judge) throw new Error("nothing is trained yet");
    return this.judge.evaluate(split, edits);
  }

  classify(picture: ImageData | Blob): Promise<Classified> {
    return this.current.viewer.classify(picture);
  }

  explain(picture: Pick<Classified, "input" | "classes">): Promise<Explained> {
    return this.current.viewer.explain(picture);
  }

  /** The model as a zip archive: `model/config.json` and `model/weights.safetensors`. */
  modelArchive(): Uint8Array {
    const files = this.current.model.toFiles();
    return zipSync({
      "model/config.json": files["config.json"],
      "model/weights.safetensors": files["weights.safetensors"],
    });
  }

  /** The model that pictures are classified with, trained here or opened. */
  private get current(): { readonly model: Model; readonly viewer: Viewer } {
    const { run, opened } = this;
    if (run) return { model: run.training.model, viewer: run.viewer };
    if (opened) return opened;
    throw new Error("nothing is trained yet");
  }

  private get whole(): Dataset {
    if (!this.dataset) throw new Error("no data is open yet");
    return this.dataset;
  }

  private async measure(
    dataset: Dataset,
    settings: Settings,
    images: Pick<Plan, "trainImages" | "testImages"> = {
      trainImages: dataset.train.count,
      testImages: dataset.test.count,
    },
  ): Promise<void> {
    const training = trainingFor(dataset, settings, images.trainImages);
    this.speed = await probe(training);
    const trainImages = Math.min(settings.limit ?? Number.POSITIVE_INFINITY, images.trainImages);
    tell({ kind: "planned", plan: planOf(training, { ...images, trainImages }, this.speed) });
  }
}
