import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { Split } from "@heddle/core/internal/data/csv/names.js";
import {
  type LeftOut,
  leftOut,
  type ReaderNotes,
  type ReadingChoice,
} from "@heddle/core/internal/data/reading.js";
import type { ListedPicture } from "../picture-tree.js";
import { allFiles, allPictures, type PictureTree } from "../picture-tree.js";
import type { SourceFolder } from "../source-folder.js";
import { cocoLabels } from "./coco.js";
import { metadataLabels } from "./metadata.js";
import { type PictureLabel, PicturePaths, splitOfPath, withoutEnding } from "./picture-labels.js";
import { sidecarLabels } from "./sidecars.js";

/** Pictures with labels, the reasons for what is left out, and the files that are neither. */
interface LabelledListing extends Required<ReaderNotes> {
  readonly train: readonly ListedPicture[];
  readonly test?: readonly ListedPicture[];
  readonly others: readonly string[];
}

/**
 * Lists pictures whose labels are in files beside them: a table of file names and labels, COCO's annotations, or a file of
 * each picture's name. A picture's split is what its row or the annotations' name says, or else the folder that it is in.
 * Pictures are sorted by code units within each split.
 *
 * @param root the dataset's folder
 * @returns undefined if no file holds labels
 * @throws HeddleError if the labels are damaged, or contradict each other
 */
export async function listLabelledPictures(
  source: Pick<SourceFolder, "path" | "read" | "head">,
  root: PictureTree,
): Promise<LabelledListing | undefined> {
  const pictures = allPictures(root);
  const files = allFiles(root);
  if (pictures.length === 0 || files.length === 0) return undefined;
  const paths = new PicturePaths(pictures);
  const stems = new Set(pictures.map(withoutEnding));
  const shared = files.filter((file) => !stems.has(withoutEnding(file)));
  const found =
    (await metadataLabels(source, shared, paths)) ??
    (await cocoLabels(source, shared, paths)) ??
    (await sidecarLabels(source, files, pictures));
  if (!found) return undefined;
  const byPath = new Map<string, PictureLabel>();
  for (const label of found.labels) byPath.set(label.path, alike(source.path, label, byPath.get(label.path)));
  const splits: Record<Split, ListedPicture[]> = { train: [], test: [], validation: [] };
  const labelled = [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const { path, label, split } of labelled) {
    if (label !== undefined) splits[split ?? splitOfPath(path) ?? "train"].push({ path, label });
  }
  const { train, test, validation } = splits;
  if (train.length === 0) throw withoutTraining(source.path, found.source);
  const tested = test.length > 0 ? test : validation;
  return {
    train,
    ...(tested.length > 0 && { test: tested }),
    choices: [
      { about: "labels", choice: found.source },
      ...(tested === validation && validation.length > 0 ? [validationChoice] : []),
    ],
    leftOut: [
      ...found.leftOut,
      ...entry(
        "they have no label",
        labelled.filter(({ label }) => label === undefined).map(({ path }) => path),
      ),
      ...entry(
        "no label names them",
        pictures.filter((path) => !byPath.has(path)),
      ),
      ...(tested === test
        ? entry(
            "validation images are held out of the training images",
            validation.map(({ path }) => path),
          )
        : []),
    ],
    others: files.filter((file) => !found.files.has(file)),
  };
}

const validationChoice: ReadingChoice = {
  about: "test split",
  choice: "the validation images, because there are no test images",
};

/** A label of a picture that may have one already. */
function alike(who: string, label: PictureLabel, known: PictureLabel | undefined): PictureLabel {
  if (!known || known.label === label.label) return label;
  throw new HeddleError({
    who,
    expected: "one label for each picture",
    received: `${known.label ?? "none"} and ${label.label ?? "none"} for ${label.path}`,
    next: "Remove one of the two.",
  });
}

function entry(reason: string, paths: readonly string[]): LeftOut[] {
  return paths.length > 0 ? [leftOut("picture", reason, paths)] : [];
}

function withoutTraining(who: string, from: string): HeddleError {
  return new HeddleError({
    who,
    expected: "training pictures with labels",
    received: `none in ${from}`,
    next: "Check the names of files in it, and that labels are filled in.",
  });
}
