import { HeddleError, messageOf } from "../base/errors.js";
import { isDeep, toBytes } from "./deep-picture.js";
import { decodePlainFormat } from "./plain-formats.js";
import { channelsOf, type RawPicture } from "./raw-picture.js";

/**
 * A picture in any form: pixels (`ImageData`, or `{ data, width, height }`); what a canvas can draw (`ImageBitmap`, a canvas,
 * an image or video element); or a picture file as a `Blob`, as bytes or, in Node, by its path.
 */
export type PictureSource = RawPicture | CanvasImageSource | Blob | Uint8Array | string;

/** Decodes a picture file: its pixels, upright. */
export type PictureDecoder = (file: Blob | Uint8Array | string) => Promise<RawPicture>;

let decoder: PictureDecoder = decodeInBrowser;

/** Sets what decodes picture files. `heddle/node` sets a decoder for Node; in browsers the browser's own is used. */
export function setPictureDecoder(decode: PictureDecoder): void {
  decoder = decode;
}

/**
 * The pixels of a picture.
 *
 * @throws HeddleError when it is not a picture, or cannot be decoded here
 */
export async function readPictureSource(source: PictureSource): Promise<RawPicture> {
  if (typeof source === "string" || source instanceof Uint8Array || source instanceof Blob) {
    return decoder(source);
  }
  if (typeof source === "object" && source !== null) {
    if (isRaw(source)) {
      channelsOf(source);
      return source;
    }
    if (typeof OffscreenCanvas === "function") return drawn(source as CanvasImageSource);
  }
  throw notAPicture(typeof source === "object" && source !== null ? "another object" : String(source));
}

function isRaw(source: object): source is RawPicture {
  return "data" in source && (source.data instanceof Uint8Array || source.data instanceof Uint8ClampedArray);
}

async function decodeInBrowser(file: Blob | Uint8Array | string): Promise<RawPicture> {
  if (typeof file === "string" || typeof createImageBitmap !== "function") {
    throw new HeddleError({
      who: "Picture",
      expected: "pixels or, in a browser, a Blob or bytes",
      received: typeof file === "string" ? "a path" : "a file, outside of a browser",
      next: 'In Node, import "heddle/node", which reads picture files.',
    });
  }
  const bytes = file instanceof Blob ? new Uint8Array(await file.arrayBuffer()) : file;
  const plain = decodePlainFormat("Picture", bytes);
  if (plain) return isDeep(plain) ? toBytes(plain, 16) : plain;
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  // Transparent colours are not multiplied by their opacity, and cameras' orientation is applied.
  const options = { premultiplyAlpha: "none", imageOrientation: "from-image" } as const;
  const bitmap = await createImageBitmap(blob, options).catch((thrown: unknown) => {
    throw notAPicture(messageOf(thrown), thrown);
  });
  try {
    return drawn(bitmap);
  } finally {
    bitmap.close();
  }
}

function drawn(source: CanvasImageSource): RawPicture {
  const { width, height } = sizeOf(source);
  if (!(width > 0 && height > 0)) throw notAPicture("one without pixels, perhaps not loaded yet");
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw notAPicture("no canvas to draw it on");
  try {
    context.drawImage(source, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  } catch (thrown) {
    throw notAPicture(messageOf(thrown), thrown);
  }
}

function sizeOf(source: CanvasImageSource): { readonly width: number; readonly height: number } {
  if ("videoWidth" in source) return { width: source.videoWidth, height: source.videoHeight };
  if ("naturalWidth" in source) return { width: source.naturalWidth, height: source.naturalHeight };
  if ("displayWidth" in source) return { width: source.displayWidth, height: source.displayHeight };
  return { width: Number(source.width), height: Number(source.height) };
}

function notAPicture(received: string, cause?: unknown): HeddleError {
  return new HeddleError(
    {
      who: "Picture",
      expected: "pixels { data, width, height }, a canvas, image, video or ImageBitmap, or a picture file",
      received,
      next: "Pass an ImageData, or the file as a Blob or bytes.",
    },
    { cause },
  );
}
