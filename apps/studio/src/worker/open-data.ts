import { type Dataset, firstImages, type ImageSet } from "@heddle/core/data";
import { allocateShared } from "@heddle/core/internal/base/memory.js";
import { drawFashionSketch } from "@heddle/core/internal/data/fashion-sketch/index.js";
import { MANY_IMAGES } from "./recipe";

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
 * labels and images of the test split and of the training split. Of a large one, hands over the first images long before the
 * last has come.
 */
export async function fetchDataset(url: string, onFirst: (dataset: Dataset) => void): Promise<Dataset> {
  const response = await fetch(url);
  if (!response.ok || !response.body)
    throw new Error((await response.text()) || `${url}: ${response.status}`);
  const bytes = new ByteStream(response.body);
  const length = new DataView((await bytes.take(4)).buffer).getUint32(0, true);
  const head = await bytes.take(Math.ceil((4 + length) / 8) * 8 - 4);
  const { shape, train, test, labelBytes, ...about } = JSON.parse(
    new TextDecoder().decode(new Uint8Array(head.subarray(0, length))),
  ) as Head;
  const [height, width, channels] = shape;
  const split = async (count: number, onImages?: (first: ImageSet) => void): Promise<ImageSet> => {
    const labels = await bytes.take(count * labelBytes);
    const size = height * width * channels;
    const images = new Uint8Array(allocateShared(count * size));
    const set = { labels: labelBytes === 1 ? labels : new Int32Array(labels.buffer), images, count, shape };
    await bytes.fill(images.subarray(0, SHOWN_IMAGES * size));
    onImages?.(firstImages(set, SHOWN_IMAGES));
    await bytes.fill(images.subarray(SHOWN_IMAGES * size));
    return set;
  };
  const tested = await split(test);
  const trained = await split(train, (first) => {
    if (train >= MANY_IMAGES) onFirst({ ...about, train: first, test: tested });
  });
  return { ...about, train: trained, test: tested };
}

/** Bytes that are on their way. */
class ByteStream {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private rest: Uint8Array = new Uint8Array();

  constructor(stream: ReadableStream<Uint8Array>) {
    this.reader = stream.getReader();
  }

  /** The next bytes, in memory that threads share. */
  async take(size: number): Promise<Uint8Array> {
    const taken = new Uint8Array(allocateShared(size));
    await this.fill(taken);
    return taken;
  }

  /** Writes the next bytes into an array, as many as it holds. */
  async fill(target: Uint8Array): Promise<void> {
    for (let at = 0; at < target.length; ) {
      if (this.rest.length === 0) {
        // A connection that breaks and one that ends too early are the same to the reader.
        const { value } = await this.reader.read().catch(() => ({ value: undefined }));
        if (!value) throw new Error("The server ended before all images had come: start it again.");
        this.rest = value;
      }
      const part = this.rest.subarray(0, target.length - at);
      target.set(part, at);
      at += part.length;
      this.rest = this.rest.subarray(part.length);
    }
  }
}
