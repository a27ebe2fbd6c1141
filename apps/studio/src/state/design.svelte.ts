import type { Json } from "@heddle/core/internal/base/json.js";
import { startOf } from "../worker/design/layer-list";
import type { Design, LayerSpec } from "../worker/protocol";
import { modelText } from "./model-text";
import { route } from "./route.svelte";
import { studio } from "./studio.svelte";

/** A layer of the Build screen; its key stays when the layer moves. */
export interface Row {
  readonly key: number;
  readonly spec: LayerSpec;
}

/** The model that is being built. Every change is an address of its own, so that Back takes it back. */
class Designer {
  rows = $state.raw<readonly Row[]>([]);
  checked = $state.raw<Design | undefined>();
  private keys = 0;
  /** What the rows show, as the address has it. */
  private shown: string | undefined;
  private isChecking = false;

  /** Shows the model of the address, or that of the recipe. */
  async follow(): Promise<void> {
    if (this.isChecking) return;
    this.isChecking = true;
    try {
      for (let asked: string | undefined; asked !== this.asked; ) {
        asked = this.asked;
        const { specs, design } = await studio.design();
        if (asked !== this.asked) continue;
        const text = modelText(specs);
        // Rows that somebody has just moved or changed keep their keys, and with them the keyboard's focus.
        if (text !== this.shown) this.rows = specs.map((spec) => this.rowOf(spec));
        this.shown = text;
        this.checked = design;
      }
    } finally {
      this.isChecking = false;
    }
  }

  /** Inserts a layer with its usual options before the output layer. @returns its key */
  add(className: string): number {
    const row = this.rowOf({ className, config: startOf(className) });
    const at = Math.max(0, this.rows.length - 1);
    this.change([...this.rows.slice(0, at), row, ...this.rows.slice(at)]);
    return row.key;
  }

  remove(key: number): void {
    this.change(this.rows.filter((row) => row.key !== key));
  }

  /** Moves a layer to a place; without `keep`, as while it is dragged, the address waits. */
  move(key: number, to: number, { keep = true } = {}): void {
    const row = this.rows.find((one) => one.key === key);
    if (!row) return;
    const rest = this.rows.filter((one) => one !== row);
    const place = Math.max(0, Math.min(rest.length, to));
    const moved = [...rest.slice(0, place), row, ...rest.slice(place)];
    if (keep) this.change(moved);
    else this.rows = moved;
  }

  /** Keeps what was dragged. */
  keep(): void {
    this.change(this.rows);
  }

  /** Sets an option; without a value it is the default again. */
  set(key: number, name: string, value: Json | undefined): void {
    this.change(
      this.rows.map((row) => {
        if (row.key !== key) return row;
        const { [name]: _, ...others } = row.spec.config;
        const config = value === undefined ? others : { ...others, [name]: value };
        return { key, spec: { ...row.spec, config } };
      }),
    );
  }

  /** What the address and the data ask for. */
  private get asked(): string {
    return `${route.params.get("recipe")} ${route.params.get("model")} ${studio.data?.name} ${studio.data?.train.shape} ${studio.data?.classNames.length}`;
  }

  private rowOf(spec: LayerSpec): Row {
    return { key: ++this.keys, spec };
  }

  private change(rows: readonly Row[]): void {
    this.rows = rows;
    const text = modelText(rows.map(({ spec }) => spec));
    if (text === this.shown) return;
    this.shown = text;
    route.go(route.to("build", { model: text }));
  }
}

export const designer = new Designer();
