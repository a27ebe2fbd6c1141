import { rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import {
  fileExists,
  readFileBytes,
  readTextFile,
  removeHalfWritten,
  writeFileAtomic,
} from "@heddle/core/internal/base/files-node.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { writeFigures } from "../../rendering/write-figures.js";
import {
  parseStudyRecord,
  parseTestRecord,
  parseTrialRecord,
  type StudyRecord,
  type TestRecord,
  type TrialRecord,
} from "./records.js";

/**
 * A study's folder, readable without Heddle and whole after a kill at any moment:
 *
 *     study.json  trials/KEY.json  test.json  results.json  report.html  figures/
 *
 * `weights/` is there until the test images have been looked at. No file names a path outside the folder.
 */
export class StudyFolder {
  constructor(readonly path: string) {}

  get reportPath(): string {
    return join(this.path, "report.html");
  }

  /** Undefined where no study was begun. */
  async readStudy(): Promise<ReturnType<typeof parseStudyRecord> | undefined> {
    return this.read("study.json", parseStudyRecord);
  }

  writeStudy(record: StudyRecord): Promise<void> {
    return this.writeJson("study.json", record);
  }

  /** Undefined where the trial is not finished. */
  async readTrial(key: string): Promise<TrialRecord | undefined> {
    const path = join("trials", `${key}.json`);
    const record = await this.read(path, parseTrialRecord);
    if (record === undefined || record.key === key) return record;
    throw new HeddleError({
      who: join(this.path, path),
      expected: `the trial ${key}`,
      received: `the trial ${record.key}`,
      next: "Delete the file: the trial is then trained again.",
    });
  }

  /** Keeps a finished trial, its weights first: a trial that is there is whole. */
  async writeTrial(record: TrialRecord, weights?: Uint8Array): Promise<void> {
    if (weights) await writeFileAtomic(this.weightsPath(record.key), weights);
    await this.writeJson(join("trials", `${record.key}.json`), record);
  }

  weightsPath(key: string): string {
    return join(this.path, "weights", `${key}.safetensors`);
  }

  readWeights(key: string): Promise<Uint8Array> {
    return readFileBytes(this.weightsPath(key));
  }

  /** Undefined before the test images have been looked at. */
  async readTest(): Promise<TestRecord | undefined> {
    return this.read("test.json", parseTestRecord);
  }

  writeTest(record: TestRecord): Promise<void> {
    return this.writeJson("test.json", record);
  }

  /** The weights have served their purpose; each trial keeps their checksum. */
  async removeWeights(): Promise<void> {
    await rm(join(this.path, "weights"), { recursive: true, force: true });
  }

  writeResults(results: unknown): Promise<void> {
    return this.writeJson("results.json", results);
  }

  writeFigures(figures: readonly Figure[]): Promise<void> {
    return writeFigures(join(this.path, "figures"), figures);
  }

  writeReport(html: string): Promise<void> {
    return writeFileAtomic(this.reportPath, html);
  }

  /** Files that a kill left half written, under names of their own. */
  removeLeftovers(): Promise<void> {
    const below = ["trials", "weights", "figures"].map((name) => join(this.path, name));
    return removeHalfWritten(this.path, ...below);
  }

  /** A study that was refused leaves nothing behind. */
  async removeIfEmpty(): Promise<void> {
    await rmdir(this.path).catch(() => undefined);
  }

  private async read<T>(name: string, parse: (file: string, text: string) => T): Promise<T | undefined> {
    const path = join(this.path, name);
    return (await fileExists(path)) ? parse(path, await readTextFile(path)) : undefined;
  }

  private writeJson(name: string, value: unknown): Promise<void> {
    return writeFileAtomic(join(this.path, name), `${JSON.stringify(value, null, 2)}\n`);
  }
}
