import type { EpochLogs, Model, TrainingState } from "@heddle/core";
import { checkpointFile } from "@heddle/core/internal/callbacks/checkpoint-file.js";
import { marksOf } from "@heddle/core/internal/records/checkpoint-marks.js";
import { checkpointName } from "@heddle/core/internal/records/checkpoint-name.js";
import { formatHistory } from "@heddle/core/internal/records/history-csv.js";
import type { RunRecord, Stretch } from "@heddle/core/internal/records/run-record.js";
import { DATA_FILE } from "./data-file";
import type { KeptFiles } from "./kept-files";
import { browserName } from "./new-record";
import type { ProjectFiles } from "./project";

/** As many checkpoints stay as Node keeps. */
const KEPT = 2;

/** What a run began with. */
export interface RunBegin {
  readonly record: RunRecord;
  /** Lets the run go, which this page has to itself. */
  readonly release?: (() => void) | undefined;
  /** Of earlier pages and processes. */
  readonly epochs: readonly EpochLogs[];
  readonly state?: TrainingState | undefined;
  /** The file of its images, where no other place has them. */
  readonly data?: Uint8Array | undefined;
}

/** Writes a run while it is trained: after every epoch all of it is there, whatever happens to the page. */
export class RunRecorder {
  /** Where the training was when it was last kept. */
  last: TrainingState | undefined;
  private record: RunRecord;
  private readonly epochs: EpochLogs[];
  private readonly started = performance.now();
  private readonly written: string[] = [];
  private writing: Promise<void> = Promise.resolve();

  /**
   * @param files where the run is kept; undefined where the browser keeps nothing
   * @param told called when something was kept, and when it cannot be; the training goes on
   */
  constructor(
    private readonly files: KeptFiles | undefined,
    private readonly before: RunBegin,
    private readonly told: { readonly onKept: () => void; readonly onFault: (thrown: unknown) => void },
  ) {
    this.record = before.record;
    this.epochs = [...before.epochs];
    this.last = before.state;
  }

  get id(): string {
    return this.record.id;
  }

  /** Says that this page works on the run. */
  begin(threads: number, from: TrainingState | undefined): void {
    const { finishedAt: _, failure: __, weightsSha256: ___, ...rest } = this.before.record;
    const stretch: Stretch = {
      startedAt: new Date().toISOString(),
      threads,
      node: browserName(),
      from: { epoch: from?.epoch ?? 0, step: from?.underWay?.steps ?? 0 },
    };
    this.record = { ...rest, status: "running", stretches: [...rest.stretches, stretch] };
    void this.keep(async (files) => {
      const { data } = this.before;
      if (data) await files.write(`${this.id}/${DATA_FILE}`, data);
      await this.writeRecord(files);
    });
  }

  /** Keeps what an epoch ended with. */
  async epochEnded(logs: EpochLogs, state: TrainingState, model: Model): Promise<void> {
    this.epochs.push(logs);
    await this.keep(async (files) => {
      await files.write(`${this.id}/history.csv`, formatHistory(this.epochs));
      await this.writeModel(files, model);
    });
    await this.checkpointed(state);
  }

  /** Keeps where the training is. */
  async checkpointed(state: TrainingState): Promise<void> {
    this.last = state;
    await this.keep(async (files) => {
      const name = checkpointName(state);
      await files.write(`${this.id}/checkpoints/${name}`, await this.checkpoint(state));
      this.written.push(name);
      if (this.written.length > KEPT) await files.remove(`${this.id}/checkpoints/${this.written.shift()}`);
    });
  }

  /**
   * Keeps how the work of this page ended. A run with all its epochs is `stopped` too: `heddle train --resume` measures it
   * and adds its report.
   *
   * @param weightsSha256 of the final weights; undefined if the run has not come to its end
   */
  async end(model: Model, weightsSha256: string | undefined): Promise<void> {
    const finishedAt = new Date().toISOString();
    const { stretches } = this.record;
    this.record = {
      ...this.record,
      status: "stopped",
      finishedAt,
      timeSeconds: this.timeSeconds,
      stretches: [...stretches.slice(0, -1), { ...stretches.at(-1)!, stoppedAt: finishedAt }],
      ...(weightsSha256 !== undefined && { weightsSha256 }),
    };
    await this.keep(async (files) => {
      if (this.epochs.length > 0) await this.writeModel(files, model);
      await this.writeRecord(files);
    });
    this.before.release?.();
  }

  /** The run as it is now, whether the browser keeps it or not. @param state where the training is */
  async project(model: Model, state: TrainingState | undefined): Promise<ProjectFiles> {
    const text = (content: string) => new TextEncoder().encode(content);
    // Whoever opens it is not this page: nobody works on it there.
    const record: RunRecord = { ...this.record, status: "stopped", timeSeconds: this.timeSeconds };
    const files = new Map<string, Uint8Array>([["run.json", text(`${JSON.stringify(record, null, 2)}\n`)]]);
    const { data } = this.before;
    if (data) files.set(DATA_FILE, data);
    if (this.epochs.length > 0) {
      files.set("history.csv", text(formatHistory(this.epochs)));
      for (const [name, bytes] of Object.entries(model.toFiles())) files.set(`model/${name}`, bytes);
    }
    if (state) files.set(`checkpoints/${checkpointName(state)}`, await this.checkpoint(state));
    return files;
  }

  private async checkpoint(state: TrainingState): Promise<Uint8Array> {
    const marks = await marksOf(this.record);
    const notes = {
      ...marks,
      history: formatHistory(this.epochs),
      timeSeconds: JSON.stringify(this.timeSeconds),
    };
    return checkpointFile({ state, notes });
  }

  private get timeSeconds(): Readonly<Record<string, number>> {
    const { timeSeconds } = this.before.record;
    const here = Math.round(performance.now() - this.started) / 1000;
    return { ...timeSeconds, training: (timeSeconds["training"] ?? 0) + here };
  }

  private async writeRecord(files: KeptFiles): Promise<void> {
    await files.write(`${this.id}/run.json`, `${JSON.stringify(this.record, null, 2)}\n`);
  }

  private async writeModel(files: KeptFiles, model: Model): Promise<void> {
    for (const [name, bytes] of Object.entries(model.toFiles()))
      await files.write(`${this.id}/model/${name}`, bytes);
  }

  /** One after the other; the first fault is told, and ends the keeping. */
  private keep(work: (files: KeptFiles) => Promise<void>): Promise<void> {
    const { files } = this;
    if (!files) return Promise.resolve();
    const { onKept, onFault } = this.told;
    this.writing = this.writing.then(() => work(files)).then(onKept, onFault);
    return this.writing;
  }
}
