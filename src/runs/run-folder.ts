import { mkdir, readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { HeddleError } from "../base/errors.js";
import { fileError, readTextFile, writeFileAtomic } from "../base/files-node.js";
import type { EpochLogs, History } from "../model/history.js";
import { formatHistory, parseHistory } from "./history-csv.js";
import { type Metrics, parseMetrics, parseRunRecord, type RunRecord } from "./records.js";

/** Where runs are kept unless the user says otherwise, below the working folder. */
export const DEFAULT_RUNS_FOLDER = "runs";

/** A picture for the run folder, as SVG and as PNG. */
export interface RunFigure {
  /** Name of its files without the extension: letters, digits and hyphens. */
  readonly name: string;
  readonly svg: string;
  readonly png: Uint8Array;
}

/**
 * A run's folder, readable without Heddle:
 *
 *     run.json  metrics.json  history.csv  report.html  model/  checkpoints/  figures/
 *
 * Every file is written whole or not at all, so that a kill at any moment leaves a readable run.
 *
 * @example
 * const run = await RunFolder.create("runs", { name: "fashion-mnist" });
 * run.id; // 2026-03-04-153012-fashion-mnist
 * await run.writeRecord(record);
 */
export class RunFolder {
  /** The folder's name: sorts by the time of its creation. */
  readonly id: string;

  private constructor(
    /** The folder itself. */
    readonly path: string,
  ) {
    this.id = basename(resolve(path));
  }

  /**
   * Makes a new folder below `root`. Two processes never get the same one.
   *
   * @param root the folder of all runs; made when missing
   * @param options.name what the run is about, for its id: `fashion-mnist`
   * @param options.now the time in its id, in UTC; the present by default
   * @throws HeddleError when the folder cannot be made
   */
  static async create(root: string, options: { name: string; now?: Date }): Promise<RunFolder> {
    const stem = `${formatTime(options.now ?? new Date())}-${slug(options.name)}`;
    try {
      await mkdir(root, { recursive: true });
      for (let attempt = 1; ; attempt++) {
        const path = join(root, attempt === 1 ? stem : `${stem}-${String(attempt).padStart(2, "0")}`);
        if (await makeNewFolder(path)) return new RunFolder(path);
      }
    } catch (thrown) {
      throw fileError(root, "a folder in which runs can be made", thrown);
    }
  }

  /**
   * An existing run.
   *
   * @param run the path of a run folder, the id of a run below `root`, or `latest`
   * @param root the folder of all runs
   * @throws HeddleError when there is no such run
   */
  static async open(run: string, root: string = DEFAULT_RUNS_FOLDER): Promise<RunFolder> {
    if (run === "latest") {
      const newest = (await listRuns(root)).at(-1);
      if (newest !== undefined) return new RunFolder(join(root, newest));
      throw noRun(`Runs in ${root}`, "at least one run", "none");
    }
    for (const path of [run, join(root, run)]) {
      if (await isRun(path)) return new RunFolder(path);
    }
    const received = (await isFolder(run)) ? "a folder without run.json" : "no such folder";
    throw noRun(`Run ${run}`, `a run folder or the id of a run in ${root}`, received);
  }

  /** Where the trained model is kept. */
  get modelPath(): string {
    return join(this.path, "model");
  }

  /** Where checkpoints are kept. */
  get checkpointsPath(): string {
    return join(this.path, "checkpoints");
  }

  get recordPath(): string {
    return join(this.path, "run.json");
  }

  get reportPath(): string {
    return join(this.path, "report.html");
  }

  get metricsPath(): string {
    return join(this.path, "metrics.json");
  }

  private get historyPath(): string {
    return join(this.path, "history.csv");
  }

  async writeRecord(record: RunRecord): Promise<void> {
    await writeFileAtomic(this.recordPath, formatJson(record));
  }

  /** @throws HeddleError that names the field when `run.json` is damaged */
  async readRecord(): Promise<RunRecord> {
    return parseRunRecord(this.recordPath, await readTextFile(this.recordPath));
  }

  async writeMetrics(metrics: Metrics): Promise<void> {
    await writeFileAtomic(this.metricsPath, formatJson(metrics));
  }

  /** @throws HeddleError that names the field when `metrics.json` is damaged */
  async readMetrics(): Promise<Metrics> {
    return parseMetrics(this.metricsPath, await readTextFile(this.metricsPath));
  }

  async writeHistory(history: History): Promise<void> {
    await writeFileAtomic(this.historyPath, formatHistory(history.epochs));
  }

  /**
   * Adds an epoch to `history.csv`. Rows of this epoch and later ones are dropped first: a run that goes on
   * from a checkpoint repeats them.
   */
  async appendEpoch(logs: EpochLogs): Promise<void> {
    const before = (await this.readHistory()).epochs.filter(({ epoch }) => epoch < logs.epoch);
    await this.writeHistory({ epochs: [...before, logs] });
  }

  /** Every epoch so far; none before the first one ended. */
  async readHistory(): Promise<History> {
    if (!(await isFile(this.historyPath))) return { epochs: [] };
    return { epochs: parseHistory(this.historyPath, await readTextFile(this.historyPath)) };
  }

  /** Writes `figures/NAME.svg` and `figures/NAME.png`. */
  async writeFigure(figure: RunFigure): Promise<void> {
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(figure.name)) {
      throw new HeddleError({
        who: "Figure",
        expected: "a name of lower-case letters, digits and hyphens",
        received: JSON.stringify(figure.name),
        next: "Rename the figure.",
      });
    }
    await writeFileAtomic(join(this.path, "figures", `${figure.name}.svg`), figure.svg);
    await writeFileAtomic(join(this.path, "figures", `${figure.name}.png`), figure.png);
  }

  async writeReport(html: string): Promise<void> {
    await writeFileAtomic(this.reportPath, html);
  }
}

/** The ids of the runs in a folder, oldest first; none when the folder is missing. */
export async function listRuns(root: string): Promise<readonly string[]> {
  if (!(await isFolder(root))) return [];
  const names = (await readdir(root)).sort();
  const found = await Promise.all(names.map((name) => isRun(join(root, name))));
  return names.filter((_, index) => found[index]);
}

/** `2026-03-04-153012`: UTC, so that ids sort by time in every time zone and across its changes. */
function formatTime(time: Date): string {
  const [date, clock] = time.toISOString().split("T") as [string, string];
  return `${date}-${clock.slice(0, 8).replaceAll(":", "")}`;
}

/** A name that is safe in a path on every system. */
function slug(name: string): string {
  const words = name.toLowerCase().match(/[a-z0-9]+/g) ?? ["run"];
  return words.join("-").slice(0, 60).replace(/-$/, "");
}

/** Makes the folder; false when the name is taken, which the system decides for one process alone. */
async function makeNewFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw thrown;
  }
}

function isRun(path: string): Promise<boolean> {
  return isFile(join(path, "run.json"));
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

function formatJson(value: RunRecord | Metrics): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function noRun(who: string, expected: string, received: string): HeddleError {
  const next = "Give the path of a run folder, an id, or latest.";
  return new HeddleError({ who, expected, received, next });
}
