import { messageOf } from "@heddle/core/internal/base/errors.js";
import type { Duplicates, Edit, Suspects } from "../worker/protocol";
import type { Remote } from "../worker/rpc";
import type { Trainer } from "../worker/trainer";

/** What can be looked for in a dataset. */
export type Doubt = "duplicates" | "suspects";

/** What is doubtful in the data, as far as it has been looked for. */
export class Examination {
  running = $state<Doubt | undefined>();
  /** Of the search that runs, 0 … 1. */
  share = $state(0);
  duplicates = $state.raw<Duplicates | undefined>();
  suspects = $state.raw<Suspects | undefined>();
  /** Why the last search ended without an answer. */
  fault = $state<string | undefined>();
  /** Counts data: an answer about the data before is none. */
  private data = 0;

  constructor(private readonly worker: Remote<Trainer>) {}

  async find(doubt: Doubt, edits: readonly Edit[], threads: number | undefined): Promise<void> {
    if (this.running) return;
    const { data } = this;
    this.running = doubt;
    this.share = 0;
    this.fault = undefined;
    try {
      if (doubt === "duplicates") {
        const found = await this.worker.findDuplicates([...edits]);
        if (data === this.data) this.duplicates = found;
      } else {
        const found = await this.worker.findSuspects([...edits], threads);
        if (data === this.data) this.suspects = found;
      }
    } catch (thrown) {
      if (data === this.data && (thrown as Error).name !== "AbortedError") this.fault = messageOf(thrown);
    } finally {
      this.running = undefined;
    }
  }

  stop(): void {
    void this.worker.stopExamining();
  }

  /** Other data is open. */
  clear(): void {
    this.data++;
    this.duplicates = this.suspects = this.fault = undefined;
  }
}
