import { HeddleError } from "@heddle/core";
import {
  assemble,
  type DataForm,
  type Dataset,
  datasetFromIdx,
  type LeftOut,
  readCsv,
  readIdx,
  readNpz,
} from "@heddle/core/data";
import { formatDropped } from "@heddle/core/internal/data/dropped-rows.js";
import { type DroppedFile, type Entry, entriesOf, nameOf } from "./entries";
import { isPicture, listPictures } from "./list-pictures";
import { readPictures } from "./read-pictures";

/** A dataset of files that somebody dropped, and what was said while they were read. */
export interface ReadFiles {
  readonly dataset: Dataset;
  readonly notes: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

const TABLE = /\.(csv|tsv)(\.(gz|bz2|xz))?$/i;
const ARRAYS = /\.npz$/i;
const IDX = /(train|t10k|test)-(images|labels)[-.]idx\d+-[a-z]+(\.gz)?$/i;

/**
 * Reads what was dropped: IDX files, tables, an npz file, or folders of pictures; also of a zip archive.
 *
 * @throws HeddleError when it is none of these, or damaged
 */
export async function readFiles(
  dropped: readonly DroppedFile[],
  onRead: (done: number, total: number) => void,
): Promise<ReadFiles> {
  const entries = await entriesOf(dropped);
  const notes: string[] = [];
  const onWarning = (message: string) => notes.push(message);
  const about = (form: DataForm) => ({
    name: titleOf(dropped),
    source: { kind: "files" as const, form, files: [] },
    onWarning,
  });
  const idx = entries.filter(({ path }) => IDX.test(path));
  if (idx.length > 0) {
    const { source, name } = about("idx");
    return { dataset: await readIdxFiles(idx, { name, title: name, source, onWarning }), notes, leftOut: [] };
  }
  const [arrays] = entries.filter(({ path }) => ARRAYS.test(path));
  if (arrays) {
    const { dropped: rows, ...read } = await readNpz(await arrays.read(), { name: nameOf(arrays.path) });
    note(notes, formatDropped(rows));
    const { classNames } = read;
    return { dataset: assemble(read, { ...about("npz"), classNames }), notes, leftOut: read.leftOut ?? [] };
  }
  const tables = entries.filter(({ path }) => TABLE.test(path));
  if (tables.length > 0 && !entries.some(isPicture)) {
    return { ...(await readTables(tables, about("csv"), notes)), notes };
  }
  if (!entries.some(isPicture)) throw nothing(entries);
  const listing = listPictures(entries);
  notes.push(...listing.notes);
  const { leftOut, ...read } = await readPictures(listing, onRead);
  return { dataset: assemble(read, about("images")), notes, leftOut };
}

function note(notes: string[], text: string | undefined): void {
  if (text !== undefined) notes.push(text);
}

/** One table, or the two whose names say that they are for training and for testing. */
async function readTables(tables: readonly Entry[], about: Parameters<typeof assemble>[1], notes: string[]) {
  const test = tables.length > 1 ? tables.find(({ path }) => /test/i.test(nameOf(path))) : undefined;
  const [train, ...others] = tables.filter((table) => table !== test);
  const read = async ({ path, read }: Entry) => {
    const table = await readCsv(await read(), { name: nameOf(path) });
    note(notes, formatDropped(table.dropped));
    return table;
  };
  const trained = await read(train!);
  const tested = test && (await read(test));
  const split = tested?.images ?? trained.test;
  const dataset = assemble({ train: trained.images, ...(split && { test: split }) }, about);
  const unused = others.map(({ path }) => nameOf(path));
  const unread: LeftOut[] =
    unused.length > 0
      ? [
          {
            what: "table",
            reason: "one table, or two called train and test, are read",
            count: unused.length,
            examples: unused,
          },
        ]
      : [];
  return { dataset, leftOut: [...(trained.leftOut ?? []), ...(tested?.leftOut ?? []), ...unread] };
}

async function readIdxFiles(
  entries: readonly Entry[],
  options: Parameters<typeof datasetFromIdx>[1],
): Promise<Dataset> {
  const named = async (split: string, what: string) => {
    const wanted = new RegExp(`(^|[^a-z])(${split})-${what}`, "i");
    const entry = entries.find(({ path }) => wanted.test(nameOf(path)));
    if (!entry) {
      throw new HeddleError({
        who: "IDX files",
        expected: "four: images and labels, to train and to test on",
        received: `no ${split.split("|")[0]}-${what} among ${entries.map(({ path }) => nameOf(path)).join(", ")}`,
        next: "Drop all four together.",
      });
    }
    const name = nameOf(entry.path);
    return { name, array: await readIdx(await entry.read(), name) };
  };
  return datasetFromIdx(
    {
      trainImages: await named("train", "images"),
      trainLabels: await named("train", "labels"),
      testImages: await named("t10k|test", "images"),
      testLabels: await named("t10k|test", "labels"),
    },
    options,
  );
}

/** What the data is called: the folder or the file that was dropped. */
function titleOf([first]: readonly DroppedFile[]): string {
  const [top = "Your data"] = (first?.path ?? "").split("/");
  return top.replace(/\.(zip|npz|csv|tsv)(\.(gz|bz2|xz))?$/i, "") || "Your data";
}

function nothing(entries: readonly Entry[]): HeddleError {
  const names = entries.slice(0, 3).map(({ path }) => nameOf(path));
  return new HeddleError({
    who: "What was dropped",
    expected: "folders of pictures, a zip of them, a CSV, an npz, or MNIST's four files",
    received: names.length === 0 ? "no file" : `${names.join(", ")}${entries.length > 3 ? ", …" : ""}`,
    next: "Drop one of these.",
  });
}
