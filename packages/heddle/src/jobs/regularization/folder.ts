import { rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { removeLeftovers } from "@heddle/core/internal/base/aside-node.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import {
  fileExists,
  readFileBytes,
  readTextFile,
  writeFileAtomic,
} from "@heddle/core/internal/base/files-node.js";
import type { WritePlace } from "@heddle/core/internal/base/write-place.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { RUN_PICTURES } from "@heddle/core/internal/records/run-files.js";
import { writeFigures } from "../../rendering/write-figures.js";
import { firstStranger } from "../../system/ours.js";
import {
  parseRegularizationRecord,
  parseTestRecord,
  parseTrialRecord,
  type RegularizationRecord,
  type TestRecord,
  type TrialRecord,
} from "./records.js";

/** The paths of everything that a study's folder may hold. */
const STUDY_FILES =
  /^(?:(?:study|test|results)\.json|report\.html|lock-[0-9a-f]{12}|trials\/(?:[0-9a-f]{16}\.json)?|weights\/(?:[0-9a-f]{16}\.safetensors)?|figures\/(?:[a-z0-9-]+\.(?:svg|png))?)$/;

/**
 * The folder of a study of regularization, readable without Heddle and whole after a kill at any moment:
 *
 *     study.json  trials/KEY.json  test.json  results.json  report.html  figures/
 *
 * `weights/` is there until the test images have been looked at. No file names a path outside the folder.
 */
export class RegularizationFolder {
  private readonly place: WritePlace;

  constructor(readonly path: string) {
    this.place = { within: path };
  }

  get reportPath(): string {
    return join(this.path, "report.html");
  }

  /** Undefined before a study has begun. */
  async readRecord(): Promise<RegularizationRecord | undefined> {
    return this.read("study.json", parseRegularizationRecord);
  }

  writeRecord(record: RegularizationRecord): Promise<void> {
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
      next: "Delete the file; the trial is then trained again.",
    });
  }

  /** Writes a finished trial, its weights first: a trial that exists is complete. */
  async writeTrial(record: TrialRecord, weights?: Uint8Array): Promise<void> {
    if (weights) await writeFileAtomic(this.weightsPath(record.key), weights, this.place);
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

  /** Removes the weights, which have served their purpose; each trial keeps their checksum. */
  async removeWeights(): Promise<void> {
    await rm(join(this.path, "weights"), { recursive: true, force: true });
  }

  writeResults(results: unknown): Promise<void> {
    return this.writeJson("results.json", results);
  }

  writeFigures(figures: readonly Figure[], signal: AbortSignal): Promise<void> {
    return writeFigures(join(this.path, "figures"), figures, { ...this.place, signal });
  }

  writeReport(html: string): Promise<void> {
    return writeFileAtomic(this.reportPath, html, this.place);
  }

  /** Removes files that a kill left half written. */
  async removeLeftovers(): Promise<void> {
    const below = ["trials", "weights", "figures"].map((name) => join(this.path, name));
    for (const folder of [this.path, ...below]) await removeLeftovers(folder);
  }

  /**
   * Checks that the folder holds a study and nothing else: what is in it is replaced, and its weights are removed.
   *
   * @throws HeddleError that names the first entry that does not belong to it
   */
  async refuseOther(): Promise<void> {
    const stranger = await firstStranger(this.path, STUDY_FILES, RUN_PICTURES);
    if (stranger === undefined) return;
    throw new HeddleError({
      who: `Folder ${this.path}`,
      expected: "a new folder, or that of a study",
      received: `a folder that holds ${stranger}`,
      next: "Move it to another place, or set `runsFolder` to another folder.",
    });
  }

  /** Removes the folder of a study that was refused. */
  async removeIfEmpty(): Promise<void> {
    await rmdir(this.path).catch(() => undefined);
  }

  private async read<T>(name: string, parse: (file: string, text: string) => T): Promise<T | undefined> {
    const path = join(this.path, name);
    return (await fileExists(path)) ? parse(path, await readTextFile(path)) : undefined;
  }

  private writeJson(name: string, value: unknown): Promise<void> {
    return writeFileAtomic(join(this.path, name), `${JSON.stringify(value, null, 2)}\n`, this.place);
  }
}
