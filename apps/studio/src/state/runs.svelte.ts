import { messageOf } from "@heddle/core/internal/base/errors.js";
import type { DroppedFile } from "../worker/files/entries";
import type { KeptRun } from "../worker/protocol";
import { route } from "./route.svelte";
import { studio } from "./studio.svelte";

/** What a run is called: its name if it has one. */
export function calledBy({ name, id }: Pick<KeptRun, "name" | "id">): string {
  return name ?? id;
}

/** The runs that this browser keeps. */
class KeptRuns {
  /** The newest first; undefined until they are read. */
  list = $state.raw<readonly KeptRun[] | undefined>();
  fault = $state<string | undefined>();

  private reads = 0;

  /** Reads the list again. What went wrong before stays to be read. */
  async read(): Promise<void> {
    const read = ++this.reads;
    try {
      const list = await studio.worker.listRuns();
      // A later reading knows more.
      if (read === this.reads) this.list = list;
    } catch (thrown) {
      this.fault = messageOf(thrown);
    }
  }

  /** @returns whether name and tags can be stored like this */
  label(id: string, name: string, tags: string): Promise<boolean> {
    return this.guard(async () => {
      const labels = {
        name: name.trim() === "" ? null : name.trim(),
        tags: tags
          .split(",")
          .map((tag) => tag.trim())
          .filter(Boolean),
      };
      await studio.worker.labelRun(id, labels);
      await this.read();
    });
  }

  async remove(id: string): Promise<void> {
    await this.guard(async () => {
      await studio.worker.removeRun(id);
      await this.read();
    });
  }

  /** Opens a kept run, and shows it where it is trained. */
  async open(id: string): Promise<void> {
    await studio.openKept(id);
    if (!studio.fault)
      route.go(
        route.to("train", {
          data: "yours",
          recipe: undefined,
          model: undefined,
          epochs: undefined,
        }),
      );
  }

  /** Keeps a project, and opens it. */
  async openProject(files: readonly DroppedFile[]): Promise<void> {
    if (files.length === 0) return;
    let id: string | undefined;
    await this.guard(async () => {
      id = await studio.worker.keepProject(files);
      await this.read();
    });
    if (id !== undefined) await this.open(id);
  }

  /** Two runs to compare, as the address names them. */
  get compared(): readonly KeptRun[] {
    const ids = [route.params.get("a"), route.params.get("b")];
    return ids.flatMap((id) => this.list?.find((run) => run.id === id && run.about) ?? []);
  }

  /** Adds a run to those that are compared, or takes it out; of three, the first goes. */
  compare(id: string): void {
    const ids = this.compared.map((run) => run.id);
    const [a, b] = ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id].slice(-2);
    route.go(route.to("runs", { a, b }));
  }

  private async guard(work: () => Promise<void>): Promise<boolean> {
    this.fault = undefined;
    try {
      await work();
      return true;
    } catch (thrown) {
      this.fault = messageOf(thrown);
      return false;
    }
  }
}

export const keptRuns = new KeptRuns();
