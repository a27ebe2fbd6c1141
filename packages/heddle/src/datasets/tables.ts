import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { type ReadTable, readColumns, readCsv } from "@heddle/core/internal/data/csv/read.js";
import type { FormOptions } from "@heddle/core/internal/data/dataset.js";
import { joinDropped } from "@heddle/core/internal/data/dropped-rows.js";
import { joinNotes, type LeftOut, leftOut } from "@heddle/core/internal/data/reading.js";
import type { SourceFile } from "./idx-file.js";
import type { ReadData } from "./read-data.js";

/** A table that can be read, possibly several times. */
export interface TableFile {
  /** Its path, for errors. */
  readonly path: string;
  /** Passes its bytes to `work`, and returns what that does with the file's checksum. */
  read<Result>(
    work: (chunks: AsyncIterable<Uint8Array>) => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly file: SourceFile }>;
}

/** The tables of a dataset. */
export interface Tables<File = TableFile> {
  readonly train: File;
  /** Absent if the training table is the only one. */
  readonly test?: File | undefined;
  /** The names of tables next to these that are not used. */
  readonly unused?: readonly string[] | undefined;
}

/**
 * Reads a dataset of one or two tables.
 *
 * @throws HeddleError if a table is damaged, has columns that the other lacks, or has test rows beside a table of them
 */
export async function readTables(
  { train, test, unused = [] }: Tables,
  { missing, shape, labelColumn, dropColumns, labels }: FormOptions,
): Promise<ReadData> {
  const options = { missing, shape, labelColumn, dropColumns, labels };
  const like =
    test &&
    (await train.read((chunks) => readColumns(chunks, { ...options, name: train.path, unlabelled: true })))
      .result;
  // The smaller one first, because it shows most faults before the larger one is read.
  const tested = await test?.read((chunks) =>
    readCsv(chunks, { ...options, name: test.path, unlabelled: true, like }),
  );
  const trained = await train.read((chunks) => readCsv(chunks, { ...options, name: train.path }));
  const both = [trained, ...(tested ? [tested] : [])];
  const splits = both.find(({ result }) => result.test !== undefined);
  if (tested && splits) throw testRowsTwice(splits.result, splits === trained ? test!.path : train.path);
  const images = tested?.result.labelled ? tested.result.images : trained.result.test;
  const notes = joinNotes(both.map(({ result }) => result));
  return {
    form: "csv",
    train: trained.result.images,
    ...(images && { test: images }),
    choices: notes.choices,
    leftOut: [
      ...notes.leftOut,
      ...(tested && !tested.result.labelled ? [withoutLabels(tested.result, tested.file)] : []),
      ...(unused.length > 0 ? [leftOut("table", "neither train nor test is in their names", unused)] : []),
    ],
    files: both.map(({ file }) => file),
    dropped: joinDropped(both.map(({ result }) => result.dropped)),
  };
}

function withoutLabels({ images: { count } }: ReadTable, { name }: SourceFile): LeftOut {
  return { what: "row", reason: `${name} has no labels`, count, examples: [] };
}

function testRowsTwice({ images, test }: ReadTable, other: string): HeddleError {
  return new HeddleError({
    who: images.name,
    expected: "rows of one split, because there is a table for each",
    received: `${images.count} training and ${test!.count} test rows, and ${other}`,
    next: "Remove one of the tables, or set `dropColumns` to the column of splits.",
  });
}

/**
 * Which tables of a folder are used: one with `train` and one with `test` in its name, or a single one. A table of
 * validation images is used as the test table if there is no other.
 *
 * @returns `undefined` if the names do not tell
 */
export function chooseTables(names: readonly string[]): Tables<string> | undefined {
  if (names.length === 1) return { train: names[0]! };
  const named = (pattern: RegExp) => names.filter((name) => pattern.test(name));
  const [train, ...trains] = named(/train/i);
  const tests = named(/test/i);
  const [test, ...others] = tests.length > 0 ? tests : named(/(^|[^a-z])(val|valid|validation)([^a-z]|$)/i);
  if (train === undefined || test === undefined || trains.length + others.length > 0 || train === test) {
    return undefined;
  }
  return { train, test, unused: names.filter((name) => name !== train && name !== test) };
}
