import { SvelteMap } from "svelte/reactivity";
import type { Edit, Place } from "../worker/protocol";

const keyOf = ({ split, image }: Place) => `${split} ${image}`;

/** Images that somebody has selected, to change them together. */
export class Selection {
  private readonly chosen = new SvelteMap<string, Place>();

  get size(): number {
    return this.chosen.size;
  }

  has(place: Place): boolean {
    return this.chosen.has(keyOf(place));
  }

  set(place: Place, isSelected: boolean): void {
    if (isSelected) this.chosen.set(keyOf(place), place);
    else this.chosen.delete(keyOf(place));
  }

  clear(): void {
    this.chosen.clear();
  }

  /** The change of each selected image to a label, and an empty selection. */
  take(labelOf: (place: Place) => number | null): readonly Edit[] {
    const edits = [...this.chosen.values()].map(({ split, image }) => ({
      split,
      image,
      label: labelOf({ split, image }),
    }));
    this.clear();
    return edits;
  }
}
