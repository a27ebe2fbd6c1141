import { HeddleError } from "@heddle/core";
import { allocateShared } from "@heddle/core/internal/base/memory.js";
import type { LabelledImages } from "@heddle/core/internal/data/labelled-images.js";
import { type LeftOut, leftOut } from "@heddle/core/internal/data/reading.js";
import { fitPicture } from "@heddle/core/internal/pictures/picture-input.js";
import { readPictureSource } from "@heddle/core/internal/pictures/picture-source.js";
import type { RawPicture } from "@heddle/core/internal/pictures/raw-picture.js";
import { nameOf } from "./entries";
import type { ListedPicture, PictureListing } from "./list-pictures";

/** The sides of squares that pictures of several sizes are scaled to, as for folders on disk. */
const SIDES = [8, 16, 24, 28, 32, 48, 64];
/** How many pictures decide on the size; classes alternate, so that these are like all of them. */
const SAMPLE = 60;
/** How many pictures are decoded at a time. */
const AT_ONCE = 4;

/** Pictures as labelled images. */
export interface ReadPictures {
  readonly train: LabelledImages;
  readonly test: LabelledImages | undefined;
  readonly leftOut: readonly LeftOut[];
}

type Size = readonly [height: number, width: number];

/** A picture in the size of all, as red, green, blue and opacity. */
interface Scaled {
  readonly pixels: Uint8Array;
  readonly label: string;
  readonly isGrey: boolean;
  readonly isOpaque: boolean;
}

/**
 * Decodes pictures by the browser, in their own size if that is the same for all, otherwise in a small square. All get the
 * same channels: grey if every picture is grey.
 *
 * @throws HeddleError when none of a split can be read
 */
export async function readPictures(
  { train, test, leftOut: others }: PictureListing,
  onRead: (done: number, total: number) => void,
): Promise<ReadPictures> {
  const all = [...train, ...(test ?? [])];
  const size = await commonSize(all);
  const unreadable: string[] = [];
  const scaled = new Array<Scaled | undefined>(all.length);
  let next = 0;
  let done = 0;
  const work = async () => {
    while (next < all.length) {
      const at = next++;
      const { entry, label } = all[at]!;
      try {
        scaled[at] = scaledTo(size, await decoded(all[at]!), label);
      } catch {
        unreadable.push(nameOf(entry.path));
      }
      onRead(++done, all.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const whole = scaled.filter((picture) => picture !== undefined);
  const channels =
    (whole.every(({ isGrey }) => isGrey) ? 1 : 3) + (whole.every(({ isOpaque }) => isOpaque) ? 0 : 1);
  const labelled = (name: string, from: number, to: number) =>
    labelledImages(
      name,
      scaled.slice(from, to).filter((picture) => picture !== undefined),
      { size, channels },
    );
  return {
    train: labelled("Training pictures", 0, train.length),
    test: test && labelled("Test pictures", train.length, all.length),
    leftOut: [
      ...others,
      ...(unreadable.length > 0 ? [leftOut("picture", "the browser cannot decode it", unreadable)] : []),
    ],
  };
}

async function decoded({ entry }: ListedPicture): Promise<RawPicture> {
  return readPictureSource(await entry.read());
}

async function commonSize(pictures: readonly ListedPicture[]): Promise<Size> {
  const sizes: Size[] = [];
  for (const picture of pictures.slice(0, SAMPLE)) {
    try {
      const { height, width } = await decoded(picture);
      sizes.push([height, width]);
    } catch {
      // It is named when all are read.
    }
  }
  const [first] = sizes;
  if (!first) return [SIDES.at(-1)!, SIDES.at(-1)!];
  const largest = SIDES.at(-1)! ** 2;
  const areAlike = sizes.every(([height, width]) => height === first[0] && width === first[1]);
  if (areAlike && first[0] * first[1] <= largest) return first;
  sizes.sort((a, b) => a[0] * a[1] - b[0] * b[1]);
  const [height, width] = sizes[sizes.length >> 1]!;
  const side = SIDES.findLast((one) => one * one <= height * width) ?? SIDES[0]!;
  return [side, side];
}

function scaledTo([height, width]: Size, picture: RawPicture, label: string): Scaled {
  const own = picture.data.length / (picture.height * picture.width);
  const { pixels } = fitPicture(picture, { height, width });
  const rgba = own === 4 ? pixels : withFourChannels(pixels, own);
  let isGrey = true;
  let isOpaque = true;
  for (let at = 0; at < rgba.length; at += 4) {
    isGrey &&= rgba[at] === rgba[at + 1] && rgba[at] === rgba[at + 2];
    isOpaque &&= rgba[at + 3] === 255;
  }
  return { pixels: rgba, label, isGrey, isOpaque };
}

function withFourChannels(pixels: Uint8Array, channels: number): Uint8Array {
  const count = pixels.length / channels;
  const rgba = new Uint8Array(4 * count).fill(255);
  for (let pixel = 0; pixel < count; pixel++) {
    for (let part = 0; part < 3; part++) {
      rgba[4 * pixel + part] = pixels[channels * pixel + (channels < 3 ? 0 : part)]!;
    }
    if (channels % 2 === 0) rgba[4 * pixel + 3] = pixels[channels * pixel + channels - 1]!;
  }
  return rgba;
}

function labelledImages(
  name: string,
  pictures: readonly Scaled[],
  { size: [height, width], channels }: { readonly size: Size; readonly channels: number },
): LabelledImages {
  if (pictures.length === 0) {
    throw new HeddleError({
      who: name,
      expected: "at least one picture that the browser can read",
      received: "none",
      next: "Check that these are whole pictures, or save them as PNG.",
    });
  }
  const area = height * width;
  const images = new Uint8Array(allocateShared(pictures.length * area * channels));
  pictures.forEach(({ pixels }, image) => {
    for (let pixel = 0; pixel < area; pixel++) {
      const to = (image * area + pixel) * channels;
      for (let part = 0; part < channels; part++) {
        const isOpacity = channels % 2 === 0 && part === channels - 1;
        images[to + part] = pixels[4 * pixel + (isOpacity ? 3 : part)]!;
      }
    }
  });
  const labelTexts = [...new Set(pictures.map(({ label }) => label))];
  const labels = Int32Array.from(pictures, ({ label }) => labelTexts.indexOf(label));
  return {
    name,
    images,
    fromPictures: true,
    shape: [height, width, channels],
    count: pictures.length,
    labelTexts,
    labels,
  };
}
