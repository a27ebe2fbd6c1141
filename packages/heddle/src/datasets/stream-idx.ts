import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { sizeOf } from "@heddle/core/internal/base/shape.js";
import type { ImageSet } from "@heddle/core/internal/data/dataset.js";
import { imageSizes, pixelsOf } from "@heddle/core/internal/data/idx/dataset.js";
import { exchangeAxes } from "@heddle/core/internal/data/orientation.js";
import type { ElementKind } from "@heddle/core/internal/data/reading.js";
import { type StreamOrder, type StreamWindow, windowsOf } from "@heddle/core/internal/data/streams/order.js";
import type { StreamedSet } from "@heddle/core/internal/data/streams/streamed-set.js";
import { WHOLE_TOLERANCE } from "@heddle/core/internal/data/value-range.js";
import { gunzipped, isGzip } from "@heddle/core/internal/formats/gzip.js";
import { type IdxLayout, numbersOf, readIdxHeader } from "@heddle/core/internal/formats/idx.js";
import { CheckedFile } from "./checked-file.js";
import type { SourceFile } from "./idx-file.js";
import { firstBytes } from "./source-folder.js";
import { type ByteReader, openBytes } from "./stream-bytes.js";

/** How many bytes of images a chunk holds. */
const CHUNK_BYTES = 1 << 20;

/** A file of images that has been checked from end to end. */
interface CheckedImages {
  readonly path: string;
  readonly packed: boolean;
  readonly layout: IdxLayout;
  readonly file: SourceFile;
  readonly checked: CheckedFile;
}

/**
 * Checks an IDX file of images of any size: reads it once, a chunk at a time, for its header, completeness and checksum.
 *
 * @throws HeddleError if it cannot be read, is not an IDX file, is damaged, or has more or fewer bytes than it declares;
 *   AbortedError on `signal`
 */
export async function checkImages(path: string, signal?: AbortSignal): Promise<CheckedImages> {
  const packed = isGzip(await firstBytes(path, 2));
  const { result: layout, file, checked } = await CheckedFile.check(path, layoutOf, signal);
  return { path, packed, layout, file, checked };

  async function layoutOf(chunks: AsyncIterable<Uint8Array>): Promise<IdxLayout> {
    const header: number[] = [];
    let layout: IdxLayout | undefined;
    let bytes = 0;
    for await (const chunk of gunzipped(chunks, path)) {
      let at = 0;
      while (!layout && at < chunk.length) {
        header.push(chunk[at++]!);
        layout = readIdxHeader(header, path, Number.MAX_SAFE_INTEGER);
      }
      bytes += chunk.length;
      // Do not wait for the end of terabytes of packed zeros.
      if (layout && bytes > layout.headerBytes + layout.dataBytes) break;
    }
    const declared = layout ? layout.headerBytes + layout.dataBytes : undefined;
    if (layout && bytes === declared) return layout;
    throw new HeddleError({
      who: path,
      expected: declared === undefined ? "an IDX header" : `${declared} bytes in all, as its header declares`,
      received: declared !== undefined && bytes > declared ? "more" : `${bytes} bytes`,
      next: "The file is damaged; download or copy it again.",
    });
  }
}

/** What pixel values are multiplied by as they are read. */
interface PixelScale {
  readonly factor: number;
  /** Whether the result is rounded, because the values were bytes once. */
  readonly round: boolean;
}

/** What the values of a file's images are. */
interface SurveyedPixels {
  readonly elements: ElementKind;
  readonly minimum: number;
  readonly maximum: number;
  /** True if the values times 255 are whole numbers. */
  readonly wasBytes: boolean;
}

/** The images of an IDX file on disk, with their labels. */
export class StreamedIdx implements StreamedSet {
  readonly shape: readonly [height: number, width: number, channels: number];
  private readonly size: number;
  /** Bytes of an image in memory: one or four per value. */
  private readonly imageBytes: number;

  /**
   * @param labels the labels of at least the first `count` images
   * @param transposed true if the file stores images with rows and columns exchanged, as EMNIST's do
   * @param scale what its values are multiplied by, unless they stay as they are
   */
  constructor(
    private readonly source: CheckedImages,
    readonly labels: Uint8Array | Int32Array,
    readonly count: number,
    private readonly transposed: boolean,
    private readonly scale?: PixelScale,
  ) {
    const [, first, second, channels] = imageSizes(source.path, source.layout.shape);
    this.shape = transposed ? [second, first, channels] : [first, second, channels];
    this.size = sizeOf(this.shape);
    this.imageBytes = this.size * (this.bytes ? 1 : Float32Array.BYTES_PER_ELEMENT);
  }

  first(count: number): StreamedIdx {
    if (count >= this.count) return this;
    return new StreamedIdx(this.source, this.labels.subarray(0, count), count, this.transposed, this.scale);
  }

  /** The same images with their values multiplied. */
  scaled(scale: PixelScale): StreamedIdx {
    return new StreamedIdx(this.source, this.labels, this.count, this.transposed, scale);
  }

  /** What the values of the images are. Bytes, which may be terabytes, are not looked at. */
  async survey(): Promise<SurveyedPixels | undefined> {
    if (this.bytes) return undefined;
    let [minimum, maximum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    let wasBytes = true;
    for await (const { images } of this.inOrder()) {
      for (const value of images) {
        if (value < minimum) minimum = value;
        if (value > maximum) maximum = value;
        wasBytes &&= Math.abs(255 * value - Math.round(255 * value)) <= WHOLE_TOLERANCE;
      }
    }
    const isFloat = this.source.layout.elementType.startsWith("float");
    return { minimum, maximum, wasBytes, elements: isFloat ? "floats" : "whole numbers" };
  }

  inOrder(): AsyncGenerator<ImageSet> {
    return this.pass(undefined);
  }

  shuffled(seed: number, pass: number): AsyncGenerator<ImageSet> {
    return this.pass({ seed, pass, seekable: !this.source.packed });
  }

  async at(places: readonly number[]): Promise<ImageSet> {
    const { size, shape } = this;
    const images = this.room(places.length);
    const labels = Int32Array.from(places, (place) => this.labels[place]!);
    const reader = await this.open();
    try {
      // In the order of the file, so that a packed one is read only once.
      const ascending = [...places.keys()].sort((a, b) => places[a]! - places[b]!);
      for (const to of ascending) {
        await this.fill(images.subarray(to * size, (to + 1) * size), places[to]!, reader);
      }
      await this.source.checked.refuseChange();
    } finally {
      await reader.close();
    }
    return { images, labels, count: places.length, shape };
  }

  private async *pass(order: StreamOrder | undefined): AsyncGenerator<ImageSet> {
    const { count, imageBytes, size, shape } = this;
    const reader = await this.open();
    const chunkImages = Math.max(1, Math.floor(CHUNK_BYTES / imageBytes));
    const chunk = { images: this.room(chunkImages), labels: new Int32Array(chunkImages) };
    let images: Uint8Array | Float32Array | undefined;
    try {
      for (const window of windowsOf({ count, imageBytes }, order)) {
        // The first window is the largest.
        images ??= this.room(window.count);
        const labels = await this.readWindow(window, images, reader);
        for (let from = 0; from < window.count; from += chunkImages) {
          const part = Math.min(chunkImages, window.count - from);
          for (let to = 0; to < part; to++) {
            const at = window.order ? window.order[from + to]! : from + to;
            chunk.images.set(images.subarray(at * size, (at + 1) * size), to * size);
            chunk.labels[to] = labels[at]!;
          }
          const values = chunk.images.subarray(0, part * size);
          yield { images: values, labels: chunk.labels.subarray(0, part), count: part, shape };
        }
      }
    } finally {
      await reader.close();
    }
  }

  /** Reads the images of a window into `images`. Returns their labels. */
  private async readWindow(
    { stretches, count }: StreamWindow,
    images: Uint8Array | Float32Array,
    reader: ByteReader,
  ): Promise<Int32Array> {
    const labels = new Int32Array(count);
    let to = 0;
    for (const { first, count: part } of stretches) {
      await this.fill(images.subarray(to * this.size, (to + part) * this.size), first, reader);
      labels.set(this.labels.subarray(first, first + part), to);
      to += part;
    }
    await this.source.checked.refuseChange();
    return labels;
  }

  /** Fills `target` with consecutive images, starting at `first`. */
  private async fill(target: Uint8Array | Float32Array, first: number, reader: ByteReader): Promise<void> {
    const { path, layout } = this.source;
    const valueBytes = layout.dataBytes / sizeOf(layout.shape);
    const position = layout.headerBytes + first * this.size * valueBytes;
    if (target instanceof Uint8Array) await reader.read(target, position);
    else {
      const bytes = new Uint8Array(target.length * valueBytes);
      await reader.read(bytes, position);
      const array = { ...layout, data: numbersOf(bytes, layout.elementType) };
      target.set(pixelsOf({ name: `${path}, from image ${first} on`, array }));
    }
    if (this.scale) {
      const { factor, round } = this.scale;
      for (let index = 0; index < target.length; index++) {
        const value = target[index]! * factor;
        target[index] = round ? Math.round(value) : value;
      }
    }
    if (!this.transposed) return;
    const [height, width, channels] = this.shape;
    exchangeAxes(target, target.length / this.size, width, height, channels);
  }

  private get bytes(): boolean {
    return this.source.layout.elementType === "uint8";
  }

  private room(images: number): Uint8Array | Float32Array {
    const length = images * this.size;
    return this.bytes ? new Uint8Array(length) : new Float32Array(length);
  }

  private open(): Promise<ByteReader> {
    return openBytes(this.source.path, this.source.packed);
  }
}
