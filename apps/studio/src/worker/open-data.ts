import type { Dataset, ImageSet } from "@heddle/core/data";
import { allocateShared } from "@heddle/core/internal/base/memory.js";
import { drawFashionSketch } from "@heddle/core/internal/data/fashion-sketch/index.js";

/** How many images are drawn at first, to show and to measure with; an image does not depend on how many there are. */
export const SHOWN_IMAGES = 25;
const MEASURED_IMAGES = 512;

/** Draws fashion-sketch, and hands over its first images long before the last is drawn. */
export async function drawSketch(onFirst: (dataset: Dataset) => void | Promise<void>): Promise<Dataset> {
  onFirst(await drawn({ train: SHOWN_IMAGES, test: SHOWN_IMAGES }));
  await onFirst(await drawn({ train: MEASURED_IMAGES, test: SHOWN_IMAGES }));
  return drawn();
}

/** All of fashion-sketch. */
export function drawWhole(seed?: number): Promise<Dataset> {
  return drawn({ seed });
}

/** How long drawing may keep other messages waiting. */
const STEP_MS = 20;

async function drawn({
  train,
  test,
  seed,
}: {
  train?: number;
  test?: number;
  seed?: number | undefined;
} = {}): Promise<Dataset> {
  const drawing = drawFashionSketch({
    ...(train && { train }),
    ...(test && { test }),
    ...(seed !== undefined && { seed }),
  });
  let since = performance.now();
  for (let step = drawing.next(); ; step = drawing.next()) {
    if (step.done) return step.value;
    if (performance.now() - since < STEP_MS) continue;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  }
}

/** What stands before the bytes of a dataset of the local server. */
interface Head extends Omit<Dataset, "train" | "test"> {
  readonly shape: ImageSet["shape"];
  readonly train: number;
  readonly test: number;
  readonly labelBytes: 1 | 4;
}

/**
 * Reads a dataset of the local server: the length of its head as 4 bytes, the head as JSON, padding to a multiple of 8, then
 * labels and images of the training split and of the test split.
 */
export async function fetchDataset(url: string): Promise<Dataset> {
  const response = await fetch(url);
  if (!response.ok) throw new Error((await response.text()) || `${url}: ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const { shape, train, test, labelBytes, ...about } = JSON.parse(
    new TextDecoder().decode(bytes.subarray(4, 4 + length)),
  ) as Head;
  const [height, width, channels] = shape;
  let at = Math.ceil((4 + length) / 8) * 8;
  const take = (size: number) => {
    const copy = new Uint8Array(allocateShared(size));
    copy.set(bytes.subarray(at, at + size));
    at += size;
    return copy;
  };
  const split = (count: number): ImageSet => {
    const labels = take(count * labelBytes);
    return {
      labels: labelBytes === 1 ? labels : new Int32Array(labels.buffer),
      images: take(count * height * width * channels),
      count,
      shape,
    };
  };
  return { ...about, train: split(train), test: split(test) };
}
