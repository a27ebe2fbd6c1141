import { messageOf } from "@heddle/core/internal/base/errors.js";
import type { DeepPicture } from "@heddle/core/internal/pictures/deep-picture.js";
import { decodePlainFormat } from "@heddle/core/internal/pictures/plain-formats.js";
import {
  checkPictureSize,
  MAXIMUM_PICTURE_PIXELS,
  notAPicture,
  type RawPicture,
} from "@heddle/core/internal/pictures/raw-picture.js";
import type { Metadata, Sharp, SharpOptions } from "sharp";
import { Permits } from "./permits.js";

/** A picture file's pixels, upright, in their own size and with their own channels. */
export interface DecodedPicture {
  readonly picture: RawPicture | DeepPicture;
  /** What the decoder found odd about a picture that is whole nevertheless. */
  readonly odd?: string;
  /** How many pictures the file holds: an animation has several, and its first is read. */
  readonly frames: number;
}

/** The usual formats of pictures, without those that are programs, such as SVG. */
const formats = ["jpeg", "png", "webp", "gif", "tiff", "heif"];

/** How files of these formats begin; `.` is any byte. No other file reaches the decoders. */
const beginnings = /^(\xff\xd8\xff|\x89PNG\r\n.\n|GIF8|RIFF....WEBP|II[*+]\0|MM\0[*+]|....ftyp)/s;

/** Other files that people take for pictures. */
const otherFiles: readonly (readonly [beginning: RegExp, name: string])[] = [
  [/<svg|<\?xml/, "the format svg"],
  [/^....ftyp(hei|hev|msf1)/s, "an HEIC photo, whose format is patented: convert it to JPEG"],
  [/^....ftyp(isom|mp4|qt|M4V|3gp)/s, "a video"],
  [/^%PDF/, "a PDF"],
  [/^8BPS/, "a Photoshop document"],
  [/^....JXL /s, "a JPEG XL picture"],
  [/^....jP/s, "a JPEG 2000 picture"],
];

/**
 * How many bytes of pixels may be in memory at once: two photos of 12 megapixels, so that one is decoded while the other
 * is scaled. A larger picture is decoded alone.
 */
const MEMORY = 80_000_000;

const memory = new Permits(MEMORY);

/**
 * Decodes a picture file: JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP or PNM. Its pixels count as in use until `use` has returned.
 *
 * @param path the file's path, for errors
 * @throws HeddleError if it is not a whole picture, or it is too large
 */
export async function decodePictureFile<Result>(
  path: string,
  bytes: Uint8Array,
  use: (decoded: DecodedPicture) => Result,
): Promise<Result> {
  const plain = decodePlainFormat(path, bytes);
  if (plain) return use({ picture: plain, frames: 1 });
  const decoder = await Decoder.of(path, bytes);
  let decoded: DecodedPicture | undefined;
  try {
    const metadata = await memory.use(1, () => decoder.metadata());
    return await memory.use(pixelBytes(metadata), async () => {
      decoded = await decoder.pixels(metadata, "warning");
      return use(decoded);
    });
  } catch (thrown) {
    if (decoded) throw thrown;
    // Messages of pictures that are decoded at the same time get mixed up: this one is decoded again, alone.
    return memory.use(MEMORY, async () => use(await decodeOdd(path, bytes, decoder)));
  }
}

/**
 * The size of a picture file when upright, mostly from its header alone.
 *
 * @throws HeddleError if it is not a picture, or it is too large
 */
export async function pictureFileSize(
  path: string,
  bytes: Uint8Array,
): Promise<{ readonly width: number; readonly height: number }> {
  const plain = decodePlainFormat(path, bytes);
  if (plain) return plain;
  const decoder = await Decoder.of(path, bytes);
  return (await memory.use(1, () => decoder.metadata())).autoOrient;
}

/**
 * Decodes a picture of which the decoder complained: it is used if it is whole.
 *
 * @throws HeddleError with the decoder's reason if it is not
 */
async function decodeOdd(path: string, bytes: Uint8Array, decoder: Decoder): Promise<DecodedPicture> {
  const metadata = await decoder.metadata();
  let complaint: unknown;
  try {
    return await decoder.pixels(metadata, "warning");
  } catch (thrown) {
    complaint = thrown;
  }
  const odd = reasonOf(complaint);
  try {
    if (lacksEndMarker(bytes)) {
      const completed = await Decoder.of(path, Buffer.concat([bytes, END_MARKER]));
      return { ...(await completed.pixels(metadata, "warning")), odd: "no end marker" };
    }
    if (!/premature end|bad (Huffman|arithmetic) code|instead of RST/i.test(odd)) {
      return { ...(await decoder.pixels(metadata, "error")), odd };
    }
  } catch {
    // The first complaint is the reason.
  }
  throw notAPicture(path, odd, complaint);
}

const START_OF_SCAN = Uint8Array.of(0xff, 0xda);
const END_MARKER = Uint8Array.of(0xff, 0xd9);

/** Whether a file is a JPEG without its last two bytes, which hold nothing of the picture. */
function lacksEndMarker(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return false;
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return file.lastIndexOf(END_MARKER) < file.lastIndexOf(START_OF_SCAN);
}

/** The decoder's first line, without the names of its parts. */
function reasonOf(thrown: unknown): string {
  const [line = ""] = messageOf(thrown).split("\n", 1);
  return line.replace(/^Input buffer has corrupt header: /, "").replace(/^\w+: /, "");
}

/** Sharp on one file. */
class Decoder {
  private constructor(
    private readonly path: string,
    private readonly open: (options: SharpOptions) => Sharp,
  ) {}

  static async of(path: string, bytes: Uint8Array): Promise<Decoder> {
    checkBeginning(path, bytes);
    // Loaded only when a picture is read, because it takes longer to load than the rest of Heddle.
    const { default: sharp } = await import("sharp");
    // Its threads would compete with the engine's, and its cache would hold pictures that are not needed again.
    sharp.concurrency(1);
    sharp.cache(false);
    return new Decoder(path, (options) => sharp(bytes, options));
  }

  async metadata(): Promise<Metadata> {
    // It comes from the header alone, so no limit is needed, and our own check has the clearer message.
    const metadata = await this.open({ limitInputPixels: false })
      .metadata()
      .catch((thrown: unknown) => {
        throw notAPicture(this.path, reasonOf(thrown), thrown);
      });
    const { format, width, height, depth } = metadata;
    if (!formats.includes(format)) throw notAPicture(this.path, `the format ${format}`);
    if (depth !== "uchar" && depth !== "ushort") throw notAPicture(this.path, `values of type ${depth}`);
    checkPictureSize(this.path, width, height);
    return metadata;
  }

  async pixels(
    { space, hasAlpha, depth, pages = 1 }: Metadata,
    failOn: "warning" | "error",
  ): Promise<DecodedPicture> {
    const isGrey = space === "b-w" || space === "grey16";
    const isDeep = depth === "ushort";
    // Sharp would drop the opacity of a grey picture. Of 16 bits, only these spaces keep the values.
    const target = isGrey && !hasAlpha ? (isDeep ? "grey16" : "b-w") : isDeep ? "rgb16" : "srgb";
    const { data, info } = await this.open({ failOn, limitInputPixels: MAXIMUM_PICTURE_PIXELS })
      // Cameras store the orientation separately from the pixels.
      .autoOrient()
      .toColourspace(target)
      .raw({ depth: isDeep ? "ushort" : "uchar" })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const values = isDeep ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
    if (values.length !== height * width * channels || channels > 4) {
      throw notAPicture(this.path, `a picture of ${channels} channels`);
    }
    const own = isGrey && channels === 4 ? greyAndOpacity(values) : values;
    return { picture: { data: own, width, height } as RawPicture | DeepPicture, frames: pages };
  }
}

function pixelBytes({ width, height, channels, depth }: Metadata): number {
  return width * height * channels * (depth === "ushort" ? 2 : 1);
}

/** Grey and opacity of a grey picture that was decoded as colours: all three are the same. */
function greyAndOpacity<Values extends Uint8Array | Uint16Array>(data: Values): Values {
  const pixels = data.subarray(0, data.length / 2) as Values;
  for (let index = 0; index < pixels.length; index += 2) {
    pixels[index] = data[2 * index]!;
    pixels[index + 1] = data[2 * index + 3]!;
  }
  return pixels;
}

/** Whether a file begins as a picture does, whatever its name. */
export function beginsAsPicture(bytes: Uint8Array): boolean {
  const beginning = String.fromCharCode(...bytes.subarray(0, 256));
  return beginnings.test(beginning) && !otherFiles.some(([pattern]) => pattern.test(beginning));
}

function checkBeginning(path: string, bytes: Uint8Array): void {
  const beginning = String.fromCharCode(...bytes.subarray(0, 256));
  const other = otherFiles.find(([pattern]) => pattern.test(beginning));
  if (other) throw notAPicture(path, other[1]);
  if (!beginnings.test(beginning)) throw notAPicture(path, "a file of an unknown format");
}
