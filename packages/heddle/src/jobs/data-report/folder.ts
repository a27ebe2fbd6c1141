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

const FIGURE_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** The paths of everything that a report's folder may hold. A picture in it that the findings do not name is not ours. */
function reportFiles(figures: readonly string[]): RegExp {
  return new RegExp(
    `^(?:report\\.html|findings\\.json|figures/(?:(?:${figures.join("|")})\\.(?:svg|png))?)$`,
  );
}

/**
 * The folder of a data report: `report.html`, `findings.json`, `figures/*.svg` and `*.png`. Nothing is written before
 * everything is computed, and every file is written whole or not at all. `findings.json` comes first: it tells the folder
 * of a report that was killed from any other folder.
 */
export class ReportFolder {
  private constructor(
    readonly path: string,
    private readonly isNew: boolean,
    /** The figures of the earlier report: those that this one does not draw again would show other data. */
    private readonly earlierFigures: readonly string[] = [],
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
    let figures: readonly string[] = [];
    await refuseOther(join(path, FINDINGS), "the findings of a data report", (text) => {
      const named = figuresIn(text);
      figures = named ?? [];
      return named !== undefined;
    });
    const stranger = await firstStranger(path, reportFiles(figures));
    if (stranger !== undefined) throw refuse(`a report's folder that also holds ${stranger}`);
    return new ReportFolder(path, false, figures);
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
    const place = { within: this.path };
    const writeFindings = (names: readonly string[]) =>
      writeFileAtomic(
        join(this.path, FINDINGS),
        `${JSON.stringify({ ...findings, figures: names })}\n`,
        place,
      );
    const replaced = this.earlierFigures.filter((name) => !findings.figures.includes(name));
    // Until they are removed, the findings name them, so that a report that is killed knows its own.
    await writeFindings([...findings.figures, ...replaced]);
    await writeFigureFiles(join(this.path, FIGURES), files, place);
    await writeFileAtomic(this.pagePath, page, place);
    for (const name of replaced) {
      for (const kind of ["svg", "png"])
        await rm(join(this.path, FIGURES, `${name}.${kind}`), { force: true });
    }
    if (replaced.length > 0) await writeFindings(findings.figures);
  }

  /** Removes the folder again where it was made for a report that failed. */
  async abandon(): Promise<void> {
    // A folder that holds anything stays.
    if (this.isNew) await rmdir(this.path).catch(() => undefined);
  }
}

/** The figures that the findings of a data report name; `undefined` where a text is none. */
function figuresIn(text: string): readonly string[] | undefined {
  try {
    const findings = JSON.parse(text) as Json;
    const isOurs =
      isJsonObject(findings) && typeof findings["heddle"] === "string" && "nearDuplicates" in findings;
    if (!isOurs || !Array.isArray(findings["figures"])) return undefined;
    return findings["figures"].filter(
      (name): name is string => typeof name === "string" && FIGURE_NAME.test(name),
    );
  } catch {
    return undefined;
  }
}
