/** The ends of an axis and the values that it is labelled with. */
export interface Ticks {
  readonly domain: readonly [low: number, high: number];
  readonly values: readonly number[];
  /** The decimals that it takes to tell the values apart. */
  readonly decimals: number;
}

/**
 * Round values that span `low` to `high`, at most `count` steps apart.
 *
 * @param limits values that the axis must not exceed, such as 0 and 1 for an accuracy
 */
export function roundTicks(
  low: number,
  high: number,
  count = 6,
  limits: readonly [number, number] = [-Infinity, Infinity],
): Ticks {
  // Values that are nearly equal, or nearly zero, have no range of their own.
  const size = Math.abs(high) > 1e-9 ? Math.abs(high) : 1;
  const span = high - low > 1e-6 * size ? high - low : size;
  const step = roundStep(span / count);
  const first = Math.max(Math.floor(low / step + 1e-9), Math.ceil(limits[0] / step - 1e-9));
  const last = Math.min(Math.ceil(high / step - 1e-9), Math.floor(limits[1] / step + 1e-9));
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const values: number[] = [];
  for (let index = first; index <= Math.max(last, first + 1); index++)
    values.push(Number((index * step).toFixed(decimals)));
  return { domain: [values[0]!, values.at(-1)!], values, decimals };
}

/** The x axis of a chart by epoch. */
export function epochAxis(first: number, last: number) {
  // A single epoch is drawn in the middle.
  const domain: readonly [number, number] = first === last ? [first - 1, last + 1] : [first, last];
  return {
    field: "epoch",
    type: "quantitative",
    title: "Epoch",
    scale: { domain, nice: false, zero: false },
    // Not the format `d`: Vega-Lite would add a smallest step to it, and Vega would then omit some of the values.
    axis: { values: epochTicks(first, last), format: ".0f", labelFlush: false, labelOverlap: false },
  };
}

/** Whole epochs: every one up to 16, then every second, fifth, tenth and so on. */
export function epochTicks(first: number, last: number): readonly number[] {
  const step = Math.max(1, last - first < 16 ? 1 : roundStep((last - first + 1) / 12));
  const values: number[] = [];
  for (let epoch = Math.ceil(first / step) * step; epoch <= last; epoch += step) values.push(epoch);
  return values;
}

/** The smallest of 1, 2, 5 times a power of ten that is at least `atLeast`. */
function roundStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(atLeast) + 1e-9);
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= atLeast * (1 - 1e-9)) ?? 10;
  return factor * power;
}
