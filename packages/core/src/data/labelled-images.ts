import type { DroppedRows } from "./dropped-rows.js";
import type { ImageShape } from "./image-shape.js";
import type { ElementKind, ReaderNotes } from "./reading.js";

/**
 * Images as a file or a folder holds them, with labels that are numbers or names but not yet classes.
 *
 * Letters: N images, H rows, W columns, C channels.
 */
export interface LabelledImages {
  /** The path of the file or folder, for errors. */
  readonly name: string;
  /** `[N, H, W, C]`, row-major: bytes if every value is a whole number from 0 to 255, otherwise floats. */
  readonly images: Uint8Array | Float32Array;
  /**
   * What the values were in the source. Floats from 0 to 1 and booleans are multiplied by 255, whole numbers are not.
   *
   * @defaultValue whole numbers for bytes, otherwise floats
   */
  readonly elements?: ElementKind | undefined;
  /**
   * Whether they come from picture files, whose format says that their values span 0 to 255, however dark they are.
   *
   * @defaultValue false
   */
  readonly fromPictures?: boolean | undefined;
  /** `[H, W, C]`. */
  readonly shape: ImageShape;
  /** N. */
  readonly count: number;
  /** The distinct labels as text. */
  readonly labelTexts: readonly string[];
  /** `[N]`: the position of each image's label in `labelTexts`. */
  readonly labels: Int32Array;
}

/** The images that were read, and the rows that were dropped. */
export interface ReadImages extends ReaderNotes {
  readonly images: LabelledImages;
  readonly dropped: DroppedRows;
}
