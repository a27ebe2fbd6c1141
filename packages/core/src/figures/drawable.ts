import { oneLine } from "../base/format.js";

/** The longest text in a drawing: a name from a file may have any length. */
const LONGEST = 200;

/**
 * A text as any drawing can hold it: one line of at most 200 characters, without those that XML does not allow. Class names
 * come from files, and may be anything.
 */
export function drawable(text: string): string {
  // The first cut keeps a text of a million characters from being split into a million letters.
  const letters = [...text.slice(0, 2 * LONGEST + 2)];
  const short = letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}…` : text;
  return oneLine(short);
}

/** Plain data, such as the specification of a chart, with every text in it {@link drawable}. */
export function drawableData<T>(data: T): T;
export function drawableData(data: unknown): unknown {
  if (typeof data === "string") return drawable(data);
  if (Array.isArray(data)) return data.map((item) => drawableData(item));
  if (typeof data !== "object" || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, drawableData(value)]));
}
