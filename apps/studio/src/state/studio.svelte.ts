import { messageOf } from "@heddle/core/internal/base/errors.js";
import { words } from "../words";
import type { DroppedFile } from "../worker/files/entries";
import type {
  Design,
  Edit,
  Evaluated,
  LayerSpec,
  OpenedData,
  Plan,
  Settings,
  Source,
  Split,
  StudioEvent,
  Trained,
} from "../worker/protocol";
import { connect, type Remote } from "../worker/rpc";
import type { Trainer } from "../worker/trainer";
import { addressSettings } from "./address-settings";
import { handedOver } from "./dropped";
import { EditHistory } from "./edit-history.svelte";
import { Examination } from "./examination.svelte";
import { LiveTraining } from "./live-training.svelte";
import { OWN, type Phase, SKETCH } from "./names";
import { route } from "./route.svelte";
import { askServer, dataUrl, runsUrl, runUrl, type Served, type ServedRun } from "./server";
import { trainedOf } from "./trained-run";

/** How often somebody's files look whether it is their turn. */
const WAIT_MS = 50;

/** Everything that the screens show. */
class Studio {
  phase = $state<Phase>("opening");
  served = $state.raw<Served | undefined>();
  data = $state.raw<OpenedData | undefined>();
  /** Whether all of the data is there, not just the images that are shown first. */
  isWhole = $state(false);
  plan = $state.raw<Plan | undefined>();
  readonly live = new LiveTraining();
  trained = $state.raw<Trained | undefined>();
  evaluated = $state.raw<Partial<Record<Split, Evaluated>>>({});
  readonly history = new EditHistory();
  /** The changes that the present model was trained with. */
  trainedEdits = $state.raw<readonly Edit[]>([]);
  /** Counts the weights that pictures can be classified with; 0 while there are none. */
  weights = $state(0);
  fault = $state<string | undefined>();
  /** Whether the worker has ended, without which nothing works. */
  isDead = $state(false);
  /** Why the model of the address cannot be trained on this data. */
  planFault = $state<string | undefined>();
  /** How often something of a run was kept: it changes when the list of runs does. */
  kept = $state(0);
  /** Why runs are not kept. */
  storageFault = $state<string | undefined>();
  /** How many epochs the run that is open still has; undefined without one. */
  epochsLeft = $state<number | undefined>();
  /** How many pictures of dropped files have been read. */
  reading = $state.raw<{ readonly done: number; readonly total: number } | undefined>();

  /** The changes of labels that somebody made by eye. */
  get edits(): readonly Edit[] {
    return this.history.now;
  }

  readonly isBusy = $derived(["training", "paused", "stopping", "evaluating"].includes(this.phase));

  readonly worker: Remote<Trainer>;
  readonly examination: Examination;
  private opened = $state<string | undefined>();
  private opening: Promise<unknown> = Promise.resolve();
  /** Whether what is opened has not been shown yet. */
  private isFresh = false;
  /** Settled once the worker has been told to train: what is pressed before that waits. */
  private told: Promise<void> = Promise.resolve();
  private planning: Promise<void> | undefined;
  /** The recipe and the model that the plan is for. */
  private planned: string | undefined;

  constructor() {
    const worker = new Worker(new URL("../worker/worker.ts", import.meta.url), { type: "module" });
    this.worker = connect<Trainer, StudioEvent>(worker, {
      onEvent: (event) => this.hear(event),
      onDeath: () => (this.isDead = true),
      died: words.faults.workerDied,
    });
    this.examination = new Examination(this.worker);
  }

  /** Opens the data that the address names: what the server gives first, or drawn clothes. */
  async start(): Promise<void> {
    await this.guard(async () => {
      this.served = await askServer();
      if (this.served) await this.worker.keepAt(runsUrl());
    });
    this.phase = "ready";
    await this.openNamed();
    const run = this.served?.run;
    if (run && this.data && this.opened === this.served?.datasets[0]?.id) await this.openRun(run);
  }

  /** Shows the model of a run as if it had been trained here. */
  private async openRun({ id, epochs }: ServedRun): Promise<void> {
    this.phase = "evaluating";
    await this.guard(async () => {
      const { weightsSha256 } = await this.worker.openModel(runUrl());
      this.evaluated = { test: await this.worker.evaluate("test", []) };
      this.live.reset(epochs);
      this.trained = trainedOf({ run: id, weightsSha256 }, epochs);
    });
    this.phase = this.trained ? "done" : "ready";
  }

  /** Opens what the address names, unless it is open, or something keeps it from being opened. */
  async openNamed(): Promise<void> {
    for (let name = this.dataName; this.opened !== name && !this.isBusy && this.phase !== "opening"; ) {
      this.opened = name;
      const served = this.served?.datasets.find(({ id }) => id === name);
      await this.open(served ? { kind: "server", url: dataUrl(served) } : { kind: "sketch" });
      // The address may have changed in the meantime.
      name = this.dataName;
    }
  }

  /** Opens files that somebody dropped. */
  async openFiles(files: readonly DroppedFile[]): Promise<void> {
    // What was dropped while other data is opened comes after it.
    while (this.phase === "opening") await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    if (files.length === 0 || this.isBusy) return;
    const before = this.opened;
    this.opened = OWN;
    await this.open({ kind: "files", files });
    if (this.fault) this.opened = before;
    else route.go(route.to("data", { data: OWN }));
  }

  /** Whether dropped files are open. */
  get hasOwn(): boolean {
    return this.opened === OWN;
  }

  /** The name of the data in the address if it is there, otherwise of what is there by default. */
  get dataName(): string {
    const named = route.params.get("data");
    const known = [
      ...(this.served?.datasets.map(({ id }) => id) ?? []),
      SKETCH,
      ...(this.hasOwn ? [OWN] : []),
    ];
    return known.find((name) => name === named) ?? known[0]!;
  }

  get settings(): Settings {
    return addressSettings();
  }

  /** Plans again, after other settings; one after the other, because each may measure. */
  replan(): Promise<void> {
    this.planning ??= this.planAll().finally(() => {
      this.planning = undefined;
    });
    return this.planning;
  }

  private async planAll(): Promise<void> {
    let asked: string | undefined;
    while (this.isWhole && !this.isBusy && asked !== this.asked) {
      asked = this.asked;
      const { model, recipe } = this.settings;
      const network = JSON.stringify([recipe, model]);
      // What is known of another model says nothing of this one.
      if (network !== this.planned) this.plan = undefined;
      try {
        this.plan = await this.worker.plan(this.settings, [...this.edits]);
        this.planFault = undefined;
      } catch (thrown) {
        this.plan = undefined;
        this.planFault = messageOf(thrown);
      }
      this.planned = network;
    }
  }

  /** All that a plan depends on. */
  private get asked(): string {
    return JSON.stringify([this.settings, this.edits, this.data?.name]);
  }

  /** The layers of the model that the address names, each checked. */
  async design(): Promise<{ readonly specs: readonly LayerSpec[]; readonly design: Design }> {
    await this.opening;
    return this.worker.design(this.settings);
  }

  /** Trains a new model, evaluates it, and says what it is. */
  train(): Promise<void> {
    if (!this.isBusy) this.live.reset([], this.plan?.isHeldOut);
    return this.work((edits) => this.worker.train(this.settings, edits));
  }

  /** Trains the rest of the run that is open. */
  resumeRun(): Promise<void> {
    return this.work(() => this.worker.continueRun(this.settings.threads), this.epochsLeft);
  }

  private async work(begin: (edits: Edit[]) => Promise<Trained>, left?: number): Promise<void> {
    if (this.isBusy) return;
    this.phase = "training";
    let tell = () => {};
    this.told = new Promise((resolve) => {
      tell = resolve;
    });
    this.live.begin();
    this.trained = this.epochsLeft = undefined;
    await this.guard(async () => {
      await this.opening;
      await this.planning;
      this.live.start();
      const edits = [...this.edits];
      const training = begin(edits);
      tell();
      const trained = await training;
      this.phase = "evaluating";
      // By the present labels: somebody may have changed more of them in the meantime.
      this.evaluated = { test: await this.worker.evaluate("test", [...this.edits]) };
      this.trainedEdits = edits;
      this.trained = trained;
    });
    if (!this.trained) this.epochsLeft = left;
    this.phase = this.trained ? "done" : "ready";
    await this.replan();
  }

  pause(): void {
    this.live.pause();
    this.phase = "paused";
    void this.told.then(() => this.worker.pause());
  }

  resume(): void {
    this.live.resume();
    this.phase = "training";
    void this.told.then(() => this.worker.resume());
  }

  stop(): void {
    this.phase = "stopping";
    void this.told.then(() => this.worker.stop());
  }

  /** Evaluates a split, if that has not been done. */
  async evaluate(split: Split): Promise<void> {
    if (!this.trained || this.isBusy || this.evaluated[split]) return;
    await this.judge(split);
  }

  /** Sets or drops labels; the figures follow at once, the model when it is trained again. */
  change(changes: readonly Edit[]): Promise<void> {
    return this.edit((history) => history.change(this.data!, changes));
  }

  /** Takes a step back, or forth, in the changes; the figures follow. */
  async edit(step: (history: EditHistory) => void): Promise<void> {
    step(this.history);
    if (this.trained && !this.isBusy)
      for (const split of ["test", "train"] as const) if (this.evaluated[split]) await this.judge(split);
    await this.replan();
  }

  /** Lets pictures be classified by the weights after an epoch. */
  lookAt(epoch: number | undefined): void {
    this.live.lookedAt = epoch;
    void this.worker.lookAt(epoch);
  }

  /** Shows a kept run with its data, as if it had been trained here just now. */
  async openKept(id: string): Promise<void> {
    if (this.isBusy) return;
    this.phase = "evaluating";
    await this.guard(async () => {
      // Data that is still being read would take the place of the run's.
      await this.opening;
      const { data, epochs, isHeldOut, weightsSha256, left } = await this.worker.openRun(id);
      this.isFresh = true;
      this.show(data);
      this.isWhole = true;
      this.opened = OWN;
      this.live.reset(epochs, isHeldOut);
      if (left > 0) this.epochsLeft = left;
      if (weightsSha256 === undefined) return;
      this.weights++;
      this.evaluated = { test: await this.worker.evaluate("test", []) };
      this.trained = trainedOf({ run: id, kept: id, weightsSha256, isUnfinished: left > 0 }, epochs);
    });
    this.phase = this.trained ? "done" : "ready";
  }

  /** A kept run as one file, with its data. */
  project(id: string): Promise<Uint8Array> {
    return this.worker.project(id, [...this.trainedEdits]);
  }

  modelArchive(): Promise<Uint8Array> {
    return this.worker.modelArchive();
  }

  private async judge(split: Split): Promise<void> {
    await this.guard(async () => {
      this.evaluated = { ...this.evaluated, [split]: await this.worker.evaluate(split, [...this.edits]) };
    });
  }

  /** Opens data; what was open stays if it cannot be read. */
  private async open(source: Source): Promise<void> {
    this.phase = "opening";
    this.reading = undefined;
    // The rest of drawn clothes may still be on its way: it would take the place of what comes now.
    await this.opening;
    this.isFresh = true;
    await this.guard(async () => {
      const handed = handedOver(source, (files) => this.worker.takeFiles(files));
      const opening = handed.then((whole) => this.worker.open(whole, this.settings));
      // Data that cannot be read keeps nothing from being done with what is open.
      this.opening = opening.catch(() => {});
      this.data = await opening;
      this.isWhole = true;
    });
    if (this.phase === "opening") this.phase = this.trained ? "done" : "ready";
  }

  /** Shows the first images of other data, and forgets what belonged to the data before. */
  private show(data: OpenedData): void {
    if (this.isFresh) {
      this.isFresh = this.isWhole = false;
      this.plan = this.trained = this.epochsLeft = undefined;
      this.evaluated = {};
      this.trainedEdits = [];
      this.history.clear();
      this.examination.clear();
      this.live.reset();
      this.weights = 0;
    }
    this.data = data;
  }

  /** Does something, and shows what went wrong where the reader is. */
  private async guard(work: () => Promise<void>): Promise<void> {
    this.fault = undefined;
    try {
      await work();
    } catch (thrown) {
      this.fault = messageOf(thrown);
    }
  }

  private hear(event: StudioEvent): void {
    switch (event.kind) {
      case "preview":
        this.show(event.data);
        break;
      case "reading":
        this.reading = event;
        break;
      case "planned":
        this.plan = event.plan;
        // The rest of the data may come while the reader looks, or has already pressed the button.
        if (this.phase === "opening") this.phase = "ready";
        break;
      case "progress":
        this.live.follow(event.progress);
        break;
      case "epoch":
        this.live.epochEnded(event);
        break;
      case "weights":
        this.weights++;
        break;
      case "examined":
        this.examination.share = event.share;
        break;
      case "kept":
        this.kept++;
        break;
      case "storage":
        this.storageFault = event.fault;
    }
  }
}

export const studio = new Studio();
