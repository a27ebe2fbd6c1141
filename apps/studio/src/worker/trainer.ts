import { loadModel, type Model } from "@heddle/core";
import type { Dataset } from "@heddle/core/data";
import { checkFits } from "@heddle/core/internal/recipes/check-fits.js";
import type { Throughput } from "@heddle/core/internal/tuning/throughput.js";
import { zipSync } from "fflate";
import { editedDataset, editedSplit } from "./edits";
import type { Examining } from "./examine";
import type { DroppedFile } from "./files/entries";
import { readDropped } from "./files/read-dropped";
import { Judge } from "./judge";
import { drawSketch, fetchDataset, SHOWN_IMAGES } from "./open-data";
import { planOf, probe } from "./probe";
import type {
  Design,
  Duplicates,
  Edit,
  Evaluated,
  FirstLayer,
  KeptRun,
  LayerSpec,
  OpenedData,
  OpenedRun,
  Plan,
  Settings,
  Source,
  Split,
  Suspects,
  Trained,
} from "./protocol";
import type { Classified, Explained, Hidden, UnitAsk } from "./protocol-explain";
import { plannedTraining, recipeText } from "./recipe";
import { tell } from "./rpc";
import type { RunBegin } from "./runs/recorder";
import type { restOf } from "./runs/resume";
import type { Runs } from "./runs/runs";
import { TrainingRun } from "./training-run";
import { Viewer } from "./viewer";

/** What decides how fast an image is trained. */
function speedKey({ recipe, model }: Settings): string {
  return JSON.stringify([recipe, model]);
}

/** Images that fashion-sketch has when all are drawn: a plan is made before. */
const SKETCH = { trainImages: 12_000, testImages: 2_000 };

/** How often the page is told how far something is. */
const TELL_MS = 100;

/** Everything that the page has done for it: in a worker, so that the page stays responsive. */
export class Trainer {
  private dataset: Dataset | undefined;
  private speed: Throughput | undefined;
  /** The recipe and the model whose speed that is. */
  private measured = "";
  private run: TrainingRun | undefined;
  /** The model of a run, while there is no training. */
  private opened: { readonly model: Model; readonly viewer: Viewer } | undefined;
  /** The kept run that is open, and what it is resumed from. */
  private resting: (RunBegin & { readonly id: string; readonly restOf: typeof restOf }) | undefined;
  private judge: Judge | undefined;
  private keeping: Promise<Runs> | undefined;
  private examining: AbortController | undefined;
  private server: string | undefined;
  /** Files of the source that is opened next, which are too many for one message. */
  private readonly taken: DroppedFile[] = [];

  /** Keeps runs in the local server's folder as well. @param url of its runs */
  keepAt(url: string): void {
    this.server = url;
  }

  /** Takes some of the files that are opened next. */
  takeFiles(files: readonly DroppedFile[]): void {
    this.taken.push(...files);
  }

  /** Opens a dataset and measures how fast it is trained; tells what it has on the way. */
  async open(source: Source, settings: Settings): Promise<OpenedData> {
    if (source.kind === "sketch") {
      this.dataset = await drawSketch(async (first) => {
        this.show(first);
        if (first.train.count > SHOWN_IMAGES) await this.measure(first, settings, SKETCH);
      });
      return this.dataset;
    }
    const data =
      source.kind === "files"
        ? await readDropped([...this.taken.splice(0), ...source.files])
        : await fetchDataset(source.url, (first) => this.show(first));
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
    this.stopExamining();
    this.run?.dispose();
    this.run = undefined;
    this.closeOpened();
  }

  private closeOpened(): void {
    this.judge?.release();
    this.opened?.viewer.dispose();
    this.opened?.model.dispose();
    this.opened = this.resting = undefined;
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

  /** Pairs of images that are nearly the same. */
  async findDuplicates(edits: readonly Edit[]): Promise<Duplicates> {
    const { findDuplicates } = await import("./examine");
    return findDuplicates(this.whole, edits, this.examine());
  }

  /** Labels that models doubt which did not learn them. */
  async findSuspects(edits: readonly Edit[], threads: number | undefined): Promise<Suspects> {
    const { findSuspects } = await import("./examine");
    return findSuspects(this.whole, edits, { ...this.examine(), threads });
  }

  /** Ends the search in the data, if there is one: a training needs all threads. */
  stopExamining(): void {
    this.examining?.abort();
    this.examining = undefined;
  }

  private examine(): Examining {
    this.stopExamining();
    this.examining = new AbortController();
    const { signal } = this.examining;
    let told = 0;
    const onProgress = (share: number) => {
      if (share < 1 && performance.now() - told < TELL_MS) return;
      told = performance.now();
      tell({ kind: "examined", share });
    };
    return { signal, onProgress };
  }

  /** How a training with other settings would go. */
  async plan(settings: Settings, edits: readonly Edit[]): Promise<Plan> {
    const dataset = editedDataset(this.whole, edits);
    const { training } = plannedTraining(dataset, settings);
    const key = speedKey(settings);
    if (!this.speed || key !== this.measured) this.speed = await probe(training);
    this.measured = key;
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
    const planned = plannedTraining(dataset, settings);
    const run = new TrainingRun(planned.training, editedSplit(this.whole, "test", edits));
    this.run = run;
    // Dropped files have no path, and nobody else has changed labels.
    const { kind, path } = dataset.source;
    const isOwn = edits.length > 0 || (kind === "files" && path === undefined);
    run.recorder = await (await this.runs()).begun(run.training, {
      settings: planned.settings,
      dataset,
      isOwn,
    });
    return this.work(run);
  }

  private async work(run: TrainingRun): Promise<Trained> {
    const trained = await run.train();
    // What a whole training showed is truer than the probe.
    if (this.speed && trained.imagesPerSecond > 0)
      this.speed = { ...this.speed, imagesPerSecond: trained.imagesPerSecond };
    this.judge = new Judge(run.training.model, this.whole, this.judge);
    return trained;
  }

  /** The layers of the model that the settings name, each checked by itself. */
  async design(
    settings: Settings,
  ): Promise<{ readonly specs: readonly LayerSpec[]; readonly design: Design }> {
    // Loaded when it is needed, as is all that only one screen asks for.
    const { checkedDesign, specsOf } = await import("./design/design");
    const dataset = this.whole;
    const specs = settings.model ?? specsOf(plannedTraining(dataset, settings).training.model);
    const design = checkedDesign(specs, dataset.train.shape, () => {
      checkFits(plannedTraining(dataset, { ...settings, model: specs }).training.model, dataset);
    });
    return { specs, design };
  }

  /** The recipe of the settings as a file for `heddle train`. */
  recipeText(settings: Settings): string {
    return recipeText(this.whole, settings);
  }

  async listRuns(): Promise<readonly KeptRun[]> {
    return (await this.runs()).list();
  }

  async labelRun(
    id: string,
    labels: { readonly name: string | null; readonly tags: readonly string[] },
  ): Promise<void> {
    return (await this.runs()).label(id, labels);
  }

  async removeRun(id: string): Promise<void> {
    return (await this.runs()).remove(id);
  }

  /** Keeps a project that somebody opened. @returns the run's id */
  async keepProject(files: readonly DroppedFile[]): Promise<string> {
    return (await this.runs()).keep(files);
  }

  /** A run as one file: its data, recipe, model, history and state. */
  async project(id: string, edits: readonly Edit[]): Promise<Uint8Array> {
    const { run } = this;
    const isThis = run?.recorder?.id === id;
    const files = isThis
      ? await run.recorder!.project(run.training.model, await run.state())
      : await (await this.runs()).project(id);
    const runs = await this.runs();
    const own = this.dataset && editedDataset(this.dataset, edits);
    return runs.archive(id, files, own && (isThis || (await runs.isDataOf(files, own))) ? own : undefined);
  }

  /** Opens a kept run with its data, in place of a training. */
  async openRun(id: string): Promise<OpenedRun> {
    const { datasetOf, lastState, modelOf, restOf } = await import("./runs/resume");
    const { record, epochs, files } = await (await this.runs()).facts(id);
    const dataset = await datasetOf(files, this.dataset);
    const before = dataset === this.dataset ? this.judge : undefined;
    const state = await lastState(files);
    const ended = record.weightsSha256 !== undefined || state?.stopped;
    const left = ended ? 0 : record.recipe.epochs - (state?.epoch ?? 0);
    // Whatever came after the last checkpoint is trained again.
    const known = left > 0 ? epochs.filter(({ epoch }) => epoch <= (state?.epoch ?? 0)) : epochs;
    const model = await modelOf(files);
    this.forget();
    this.speed = undefined;
    this.dataset = dataset;
    this.resting = { id, record, epochs: known, state, restOf };
    if (model) {
      this.opened = { model, viewer: new Viewer(model) };
      this.judge = new Judge(model, dataset, before);
      tell({ kind: "weights" });
    }
    return {
      data: dataset,
      epochs: known,
      isHeldOut: Boolean(record.recipe.validationSplit),
      weightsSha256: await model?.weightsSha256(),
      left,
    };
  }

  /** Resumes the run that is open, to the same bits as if it had never stopped. */
  async continueRun(threads: number | undefined): Promise<Trained> {
    const { resting } = this;
    if (!resting) throw new Error("no run is open");
    // Without waiting for anything: what is pressed next is meant for this run.
    this.stopExamining();
    const rest = resting.restOf(resting.record, this.whole, threads);
    const run = new TrainingRun(rest, editedSplit(this.whole, "test", []), resting.state);
    this.run = run;
    try {
      run.recorder = await (await this.runs()).resumed(resting);
    } catch (thrown) {
      // Whoever works on it keeps it; what was open stays open.
      this.run = undefined;
      run.dispose();
      throw thrown;
    }
    this.closeOpened();
    return this.work(run);
  }

  /** Lets pictures be classified by the weights after an epoch, or by the present ones. */
  lookAt(epoch: number | undefined): void {
    this.run?.lookAt(epoch);
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

  /** The weights of the first layer as pictures, of the epoch that is looked at. */
  firstLayer(): FirstLayer | undefined {
    return this.current.viewer.firstLayer();
  }

  explain(picture: Pick<Classified, "input" | "classes">, ask?: UnitAsk): Promise<Explained> {
    return this.current.viewer.explain(picture, ask);
  }

  /** How much the answer depends on each part of a picture. */
  hide(picture: Pick<Classified, "input" | "classes">): Promise<Hidden> {
    return this.current.viewer.hide(picture);
  }

  /** The training images that the model sees as most like a picture, by their numbers; undefined where it cannot say. */
  nearestTo(picture: Pick<Classified, "input">, count: number): Promise<readonly number[] | undefined> {
    return this.current.viewer.nearestTo(picture, { images: this.whole.train, count });
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

  /** Loaded when the first run begins, or somebody looks at them. */
  private runs(): Promise<Runs> {
    this.keeping ??= import("./runs/runs").then(({ Runs }) => new Runs(this.server));
    return this.keeping;
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
    const { training } = plannedTraining(dataset, settings, images.trainImages);
    this.speed = await probe(training);
    this.measured = speedKey(settings);
    const trainImages = Math.min(settings.limit ?? Number.POSITIVE_INFINITY, images.trainImages);
    tell({ kind: "planned", plan: planOf(training, { ...images, trainImages }, this.speed) });
  }
}
