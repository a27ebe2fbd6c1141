import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import {
  fileError,
  fileExists,
  makeFolder,
  readTextFile,
  writeFileAtomic,
} from "@heddle/core/internal/base/files-node.js";
import { isJsonObject, type Json } from "@heddle/core/internal/base/json.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { writeFigures } from "../../rendering/write-figures.js";
import type { DataFindings } from "./findings.js";

const FINDINGS = "findings.json";
const PAGE = "report.html";
const FIGURES = "figures";

/**
 * The folder of a data report: `report.html`, `findings.json`, `figures/*.svg` and `*.png`. Nothing is written before
 * everything is computed, and every file is written whole or not at all.
 */
export class ReportFolder {
  private constructor(
    readonly path: string,
    private readonly isNew: boolean,
  ) {}

  /**
   * Makes the folder first, so that a report that takes minutes does not fail at its end.
   *
   * @throws HeddleError when it cannot be made, or holds anything but an earlier report
   */
  static async open(path: string): Promise<ReportFolder> {
    try {
      const made = await makeFolder(path);
      const entries = await readdir(path);
      if (entries.length === 0) return new ReportFolder(path, made);
    } catch (thrown) {
      throw fileError(path, "a folder for the report", thrown);
    }
    if (await fileExists(join(path, FINDINGS))) return new ReportFolder(path, false);
    throw new HeddleError({
      who: `Folder ${path}`,
      expected: "a new or empty folder, or that of an earlier data report",
      received: "a folder with other files",
      next: "Set `report` to another folder.",
    });
  }

  get pagePath(): string {
    return join(this.path, PAGE);
  }

  /** Writes everything, the page last: when there is a new page, everything it refers to is there. */
  async write(page: string, findings: DataFindings, figures: readonly Figure[]): Promise<void> {
    const before = await this.earlierFigures();
    await writeFigures(join(this.path, FIGURES), figures);
    await writeFileAtomic(join(this.path, FINDINGS), `${JSON.stringify(findings)}\n`);
    await writeFileAtomic(this.pagePath, page);
    for (const name of before) {
      if (findings.figures.includes(name)) continue;
      for (const kind of ["svg", "png"])
        await rm(join(this.path, FIGURES, `${name}.${kind}`), { force: true });
    }
  }

  /** Removes the folder again where it was made for a report that failed. */
  async abandon(): Promise<void> {
    // A folder that holds anything stays.
    if (this.isNew) await rmdir(this.path).catch(() => undefined);
  }

  /** Figures of an earlier report: those that this one does not draw again would show other data. */
  private async earlierFigures(): Promise<readonly string[]> {
    const path = join(this.path, FINDINGS);
    if (!(await fileExists(path))) return [];
    try {
      const findings = JSON.parse(await readTextFile(path)) as Json;
      const names = isJsonObject(findings) ? findings["figures"] : undefined;
      if (!Array.isArray(names)) return [];
      return names.filter(
        (name): name is string => typeof name === "string" && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name),
      );
    } catch {
      // A damaged file is replaced; the figures of its report stay.
      return [];
    }
  }
}
