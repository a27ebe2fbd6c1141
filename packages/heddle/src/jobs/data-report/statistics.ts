import type { ImageSet } from "@heddle/core/internal/data/dataset.js";

/** A class and its share of a split. */
export interface ClassShare {
  readonly label: number;
  readonly images: number;
  /** Of the split's images, 0 … 1. */
  readonly share: number;
}

/** How the images of a split spread over its classes. */
export interface Balance {
  readonly largest: ClassShare;
  readonly smallest: ClassShare;
  /** The largest class's images divided by the smallest one's; `null` where a class has none. */
  readonly ratio: number | null;
  /** Classes without images. */
  readonly missing: readonly number[];
}

/** How evenly a split's images spread over its classes. */
export function balanceOf(perClass: readonly number[]): Balance {
  const images = perClass.reduce((sum, count) => sum + count, 0);
  const shareOf = (count: number): ClassShare => ({
    label: perClass.indexOf(count),
    images: count,
    share: images === 0 ? 0 : count / images,
  });
  const largest = perClass.reduce((most, count) => Math.max(most, count));
  const smallest = perClass.reduce((least, count) => Math.min(least, count));
  return {
    largest: shareOf(largest),
    smallest: shareOf(smallest),
    ratio: smallest === 0 ? null : largest / smallest,
    missing: perClass.flatMap((count, label) => (count === 0 ? [label] : [])),
  };
}

/** Bins of a histogram: four byte values each. */
export const HISTOGRAM_BINS = 64;

/**
 * The shares of a split's pixels by value, for each channel.
 *
 * @param range where the first bin begins and the last one ends; values beyond count in the outermost bins
 * @returns `[channel][bin]`, each channel's sum is 1
 */
export function histogramOf(
  { images, shape }: ImageSet,
  [low, high]: readonly [number, number],
): readonly (readonly number[])[] {
  const channels = shape[2];
  const counts = Array.from({ length: channels }, () => new Array<number>(HISTOGRAM_BINS).fill(0));
  const scale = high > low ? HISTOGRAM_BINS / (high - low) : 0;
  let pixels = 0;
  for (let at = 0; at < images.length; at += channels, pixels++) {
    for (let channel = 0; channel < channels; channel++) {
      const bin = Math.floor((images[at + channel]! - low) * scale);
      counts[channel]![Math.min(HISTOGRAM_BINS - 1, Math.max(0, bin || 0))]! += 1;
    }
  }
  return counts.map((bins) => bins.map((count) => count / pixels));
}

/** What the channels of an image are called. */
export function channelNames(channels: number): readonly string[] {
  if (channels === 1) return ["grey"];
  if (channels === 3 || channels === 4) return ["red", "green", "blue", "alpha"].slice(0, channels);
  return Array.from({ length: channels }, (_, channel) => `channel ${channel + 1}`);
}
