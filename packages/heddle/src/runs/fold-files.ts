import { join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { hasFile, readFileBytes, writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import { sha256 } from "@heddle/core/internal/base/sha256.js";
import type { WritePlace } from "@heddle/core/internal/base/write-place.js";
import {
  readSafetensors,
  safetensorsMetadata,
  writeSafetensors,
} from "@heddle/core/internal/formats/safetensors.js";
import { JsonFields } from "@heddle/core/internal/records/json-fields.js";

/** What the model of a fold answers for the images that it was not trained on: N images, K classes. */
export interface FoldAnswers {
  /** `[N, K]`. */
  readonly probabilities: Float32Array;
  /** Images that it was trained on, without those held out for validation. */
  readonly trainImages: number;
  /** What the training and the answers took. */
  readonly seconds: number;
}

/** What a file belongs to. */
interface FoldPlace {
  /** From 1. */
  readonly number: number;
  /** A text that differs between runs and between folds. */
  readonly mark: string;
  /** N and K. */
  readonly shape: readonly [images: number, classes: number];
}

/** The answers of a cross-validation, a file for each fold, so that a run that is resumed keeps those that it has. */
export class FoldFiles {
  constructor(
    private readonly folder: string,
    private readonly place: WritePlace,
  ) {}

  async write({ number, mark, shape }: FoldPlace, { probabilities, ...numbers }: FoldAnswers): Promise<void> {
    const checksum = await checksumOf(probabilities);
    const notes = JSON.stringify({ mark, checksum, ...numbers });
    const bytes = writeSafetensors([{ name: TENSOR, shape, values: probabilities }], { fold: notes });
    await writeFileAtomic(this.pathOf(number), bytes, this.place);
  }

  /**
   * The answers of a fold; undefined if there are none.
   *
   * @param onDamaged called with a sentence if there is a file that cannot be used
   */
  async read(
    { number, mark, shape }: FoldPlace,
    onDamaged: (message: string) => void,
  ): Promise<FoldAnswers | undefined> {
    const path = this.pathOf(number);
    if (!(await hasFile(path))) return undefined;
    try {
      const bytes = await readFileBytes(path);
      const values = readSafetensors(path, bytes).get(TENSOR)?.values;
      const { fold } = safetensorsMetadata(bytes);
      const notes = JsonFields.parse(path, typeof fold === "string" ? fold : "");
      const isOurs = notes.string("mark") === mark && values?.length === shape[0] * shape[1];
      if (isOurs && notes.string("checksum") === (await checksumOf(values))) {
        const trainImages = notes.wholeNumber("trainImages", 1);
        return { probabilities: values, trainImages, seconds: notes.number("seconds", 0) };
      }
      throw new HeddleError({
        who: path,
        expected: `the answers of fold ${number} of this run`,
        received: "others, or damaged ones",
        next: "Restore the file.",
      });
    } catch (thrown) {
      if (!(thrown instanceof HeddleError)) throw thrown;
      onDamaged(`${thrown.message} Fold ${number} is trained again.`);
      return undefined;
    }
  }

  private pathOf(number: number): string {
    return join(this.folder, `fold-${String(number).padStart(2, "0")}.safetensors`);
  }
}

const TENSOR = "probabilities";

function checksumOf(values: Float32Array): Promise<string> {
  return sha256(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
}
