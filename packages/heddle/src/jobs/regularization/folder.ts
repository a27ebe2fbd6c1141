import { readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { removeLeftovers } from "@heddle/core/internal/base/aside-node.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import {
  fileExists,
  readTextFile,
  removeFile,
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
  type RegularizationRecord,
  type TestRecord,
} from "./records.js";

/** The paths of everything that a study's folder may hold. */
const STUDY_FILES =
  /^(?:(?:study|test|results)\.json|report\.html|lock-[0-9a-f]{12}|sweep\/(?:(?:sweep|winners|best|queue)\.json|journal\.log|report\.html|lock-[0-9a-f]{12}|trials\/.*|trainings\/(?:\d+-seed-\d+\.(?:json|safetensors))?|report-figures\/(?:[\w.-]+\.(?:svg|png))?)?|figures\/(?:[a-z0-9-]+\.(?:svg|png))?)$/;

/**
 * The folder of a study of regularization, readable without Heddle and whole after a kill at any moment:
 *
 *     study.json  sweep/  test.json  results.json  report.html  figures/
 *
 * `sweep/` is the folder of a sweep, which keeps the weights of its trainings until the test images have been looked at.
 */
export class RegularizationFolder {
  private readonly place: WritePlace;

  constructor(readonly path: string) {
    this.place = { within: path };
  }

  /** The folder of its sweep. */
  get sweepPath(): string {
    return join(this.path, "sweep");
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

  /** Undefined before the test images have been looked at. */
  async readTest(): Promise<TestRecord | undefined> {
    return this.read("test.json", parseTestRecord);
  }

  writeTest(record: TestRecord): Promise<void> {
    return this.writeJson("test.json", record);
  }

  /** Removes the weights, which have served their purpose; each training keeps their checksum. */
  async removeWeights(): Promise<void> {
    const trainings = join(this.sweepPath, "trainings");
    for (const name of await readdir(trainings).catch(() => [])) {
      if (name.endsWith(".safetensors")) await removeFile(join(trainings, name));
    }
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
    const below = ["sweep", "sweep/trainings", "figures"].map((name) => join(this.path, name));
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
