import type { Edit, OpenedData, Place, Split } from "../worker/protocol";

/** So many steps can be taken back. */
const MOST_STEPS = 200;

/** A number for each image of either split. */
const keyOf = ({ split, image }: Place) => 2 * image + Number(split === "test");

/** The changes of labels that somebody made by eye, with the way back. */
export class EditHistory {
  now = $state.raw<readonly Edit[]>([]);
  private past = $state.raw<readonly (readonly Edit[])[]>([]);
  private future = $state.raw<readonly (readonly Edit[])[]>([]);
  private readonly labels = $derived(new Map(this.now.map((edit) => [keyOf(edit), edit.label])));

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** The present label of an image: somebody's change, or the data's; null if it was dropped. */
  labelOf(data: OpenedData, place: Place): number | null {
    const label = this.labels.get(keyOf(place));
    return label === undefined ? data[place.split].labels[place.image]! : label;
  }

  has(place: Place): boolean {
    return this.labels.has(keyOf(place));
  }

  /** How many images of a split are left. */
  countOf(data: OpenedData, split: Split): number {
    const dropped = this.now.filter((edit) => edit.split === split && edit.label === null);
    return data[split].count - dropped.length;
  }

  /** Makes changes; one back to the label of the data is none. */
  change(data: OpenedData, all: readonly Edit[]): void {
    const changes = all.filter((change) => change.label !== this.labelOf(data, change));
    if (changes.length === 0) return;
    const next = new Map(this.now.map((edit) => [keyOf(edit), edit]));
    for (const change of changes) {
      if (change.label === data[change.split].labels[change.image]) next.delete(keyOf(change));
      else next.set(keyOf(change), change);
    }
    this.set([...next.values()]);
  }

  /** Takes all changes back, which is a step like any other. */
  undoAll(): void {
    if (this.now.length > 0) this.set([]);
  }

  undo(): void {
    const before = this.past.at(-1);
    if (!before) return;
    this.future = [...this.future, this.now];
    this.past = this.past.slice(0, -1);
    this.now = before;
  }

  redo(): void {
    const after = this.future.at(-1);
    if (!after) return;
    this.past = [...this.past, this.now];
    this.future = this.future.slice(0, -1);
    this.now = after;
  }

  /** Forgets everything: other data is open. */
  clear(): void {
    this.now = this.past = this.future = [];
  }

  private set(next: readonly Edit[]): void {
    this.past = [...this.past, this.now].slice(-MOST_STEPS);
    this.future = [];
    this.now = next;
  }
}
