import type { DataForm, FormOptions, HoldOut } from "@heddle/core/internal/data/dataset.js";
import type { DroppedRows } from "@heddle/core/internal/data/dropped-rows.js";
import type { LabelledImages } from "@heddle/core/internal/data/labelled-images.js";
import type { ReaderNotes } from "@heddle/core/internal/data/reading.js";
import type { SourceFile } from "./idx-file.js";

/** Data as it was read: in its own splits, with its own labels. */
export interface ReadData extends ReaderNotes {
  readonly form: DataForm;
  readonly train: LabelledImages;
  /** Absent if the data has no test split. */
  readonly test?: LabelledImages;
  /** The names of the classes 0, 1, …, if the data holds them. */
  readonly classNames?: readonly string[];
  /** The files that were read, with their checksums. */
  readonly files: readonly SourceFile[];
  /** The rows or pictures that were dropped. */
  readonly dropped: DroppedRows;
  /** How the test split was held out, if it was before reading. */
  readonly split?: HoldOut;
  /** How many training pictures were read, if not all of them. */
  readonly limit?: number;
  /** Options that the data decided, so that other data can be read in the same way. */
  readonly readAs?: FormOptions;
}
