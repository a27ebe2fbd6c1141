import type { Crew, Trainer } from "./crew.js";
import type { WorkerSetup } from "./messages.js";
import type { SweepFolder } from "./sweep-folder.js";
import { WorkerProcess } from "./worker-process.js";

/** Processes of this machine. */
export class LocalCrew implements Crew {
  constructor(
    private readonly folder: SweepFolder,
    private readonly setup: WorkerSetup,
  ) {}

  async room(): Promise<void> {}

  leave(): void {}

  hire(): Promise<Trainer> {
    return WorkerProcess.start(this.setup);
  }

  forget(trial: number): Promise<void> {
    return this.folder.removeTraining(trial);
  }

  async close(): Promise<void> {}
}
