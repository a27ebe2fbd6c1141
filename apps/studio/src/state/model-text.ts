import type { LayerSpec } from "../worker/protocol";

/** A chain of layers as the address holds it: `[["Conv2D",{"filters":16,"kernel_size":3}],["Flatten"]]`. */
export function modelText(specs: readonly LayerSpec[]): string {
  return JSON.stringify(
    specs.map(({ className, config }) =>
      Object.keys(config).length > 0 ? [className, config] : [className],
    ),
  );
}

/** Reads what {@link modelText} wrote; undefined where an address holds something else. */
export function parseModelText(text: string | null): readonly LayerSpec[] | undefined {
  if (text === null) return undefined;
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list)) return undefined;
    const specs = list.map((entry: unknown) => {
      const [className, config = {}] = Array.isArray(entry) ? (entry as unknown[]) : [];
      const isLayer =
        typeof className === "string" &&
        typeof config === "object" &&
        config !== null &&
        !Array.isArray(config) &&
        !("name" in config);
      return isLayer ? ({ className, config } as LayerSpec) : undefined;
    });
    return specs.every((spec) => spec !== undefined) ? specs : undefined;
  } catch {
    return undefined;
  }
}
