import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { removeLeftovers } from "@heddle/core/internal/base/aside-node.js";
import { checkPath } from "@heddle/core/internal/base/check-path.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError, isFile, makeFolder, writeFileAtomic } from "@heddle/core/internal/base/files-node.js";
import { isJsonObject, type Json } from "@heddle/core/internal/base/json.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { figureFiles, writeFigureFiles } from "../../rendering/write-figures.js";
import { firstStranger, refuseOther } from "../../system/ours.js";
import type { DataFindings } from "./findings.js";

const FINDINGS = "findings.json";
const PAGE = "report.html";
const FIGURES = "figures";

/** The paths of everything that a report's folder may hold. */
const REPORT_FILES = /^(?:report\.html|findings\.json|figures\/(?:[a-z0-9]+(?:-[a-z0-9]+)*\.(?:svg|png))?)$/;

/**
 * The folder of a data report: `report.html`, `findings.json`, `figures/*.svg` and `*.png`. Nothing is written before
 * everything is computed, and every file is written whole or not at all. `findings.json` comes first: it tells the folder
 * of a report that was killed from any other folder.
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
    checkPath("Report", path);
    try {
      const made = await makeFolder(path);
      for (const folder of [path, join(path, FIGURES)]) await removeLeftovers(folder);
      const entries = await readdir(path);
      if (entries.length === 0) return new ReportFolder(path, made);
    } catch (thrown) {
      throw fileError(path, "a folder for the report", thrown);
    }
    const refuse = (received: string) =>
      new HeddleError({
        who: `Folder ${path}`,
        expected: "a new or empty folder, or that of an earlier data report",
        received,
        next: "Set `report` to another folder.",
      });
    if (!(await isFile(join(path, FINDINGS)))) throw refuse("a folder with other files");
    const stranger = await firstStranger(path, REPORT_FILES);
    if (stranger !== undefined) throw refuse(`a report's folder that also holds ${stranger}`);
    await refuseOther(join(path, FINDINGS), "the findings of a data report", areFindings);
    return new ReportFolder(path, false);
  }

  get pagePath(): string {
    return join(this.path, PAGE);
  }

  /**
   * Writes everything, the page last: when there is a new page, everything it refers to is there.
   *
   * @throws AbortedError on `signal`; nothing is written then
   */
  async write(
    page: string,
    findings: DataFindings,
    figures: readonly Figure[],
    signal?: AbortSignal,
  ): Promise<void> {
    const files = await figureFiles(figures, signal);
    const before = await this.earlierFigures();
    const place = { within: this.path };
    await writeFileAtomic(join(this.path, FINDINGS), `${JSON.stringify(findings)}\n`, place);
    await writeFigureFiles(join(this.path, FIGURES), files, place);
    await writeFileAtomic(this.pagePath, page, place);
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

  /** Figures that are there: those that this report does not draw again would show other data. */
  private async earlierFigures(): Promise<readonly string[]> {
    const names = await readdir(join(this.path, FIGURES)).catch(() => []);
    return [...new Set(names.map((name) => name.replace(/\.(svg|png)$/, "")))];
  }
}

function areFindings(text: string): boolean {
  try {
    const findings = JSON.parse(text) as Json;
    return isJsonObject(findings) && typeof findings["heddle"] === "string" && "nearDuplicates" in findings;
  } catch {
    return false;
  }
}
