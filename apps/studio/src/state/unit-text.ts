import type { UnitAsk } from "../worker/protocol-explain";

/** A unit as the address holds it: `conv2d:4,6,2`, its numbers from 0; without them, the strongest of the layer. */
export function unitText({ layer, place }: UnitAsk): string {
  return place ? `${layer}:${place.join(",")}` : layer;
}

/** Reads what {@link unitText} wrote. */
export function parseUnit(text: string | null): UnitAsk | undefined {
  if (!text) return undefined;
  const [, layer = text, place] = /^(.*?)(?::([\d,]+))?$/.exec(text) ?? [];
  return { layer, place: place?.split(",").map(Number) };
}
