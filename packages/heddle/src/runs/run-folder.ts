import { mkdir, readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import {
  appendToFile,
  fileError,
  isFile,
  isFolder,
  makeFolder,
  readFileBytes,
  readTextFile,
  writeFileAtomic,
} from "@heddle/core/internal/base/files-node.js";
import type { EpochLogs, History } from "@heddle/core/internal/callbacks/history.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import { eventsBefore } from "@heddle/core/internal/formats/event-file.js";
import { writeFigures } from "../rendering/write-figures.js";
import { type DataRecord, parseDataRecord } from "./data-record.js";
import { parseEvaluation, type RunEvaluation } from "./evaluation-record.js";
import { formatHistory, parseHistory } from "./history-csv.js";
import { formatLabelChange, type LabelChange, parseLabels, type RunLabels } from "./labels.js";
import { type Metrics, parseMetrics, parseRunRecord, type RunRecord } from "./records.js";
import { formatLook, parseLooks, type TestLook } from "./test-looks.js";

/** Where runs are kept unless the user says otherwise, below the working folder. */
export const DEFAULT_RUNS_FOLDER = "runs";

/**
 * A run's folder, readable without Heddle:
 *
 *     run.json  dataset.json  metrics.json  evaluation.json  history.csv  test-looks.jsonl  labels.jsonl  report.html
 *     model/  checkpoints/  figures/
 *
 * Every file is written whole or not at all, so that a kill at any moment leaves a readable run; `test-looks.jsonl`
 * and `labels.jsonl` grow a line at a time, so that several processes can write at once.
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
      await makeFolder(root);
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
   * @param run the path of a run folder, the id or the name of a run below `root`, or `latest`
   * @param root the folder of all runs
   * @throws HeddleError when there is no such run, or more than one of that name
   */
  static async open(run: string, root: string = DEFAULT_RUNS_FOLDER): Promise<RunFolder> {
    if (run === "latest") {
      const newest = await newestRun(root);
      if (newest !== undefined) return new RunFolder(join(root, newest));
      throw noRun(`Runs in ${root}`, "at least one run", "none");
    }
    for (const path of [run, join(root, run)]) {
      if (await isRun(path)) return new RunFolder(path);
    }
    const named = await runsNamed(root, run);
    if (named.length === 1) return new RunFolder(join(root, named[0]!));
    if (named.length > 1) throw noRun(`Run ${run}`, "one run of that name", named.join(" and "));
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

  /** Where event files for TensorBoard go, where they are asked for. */
  get tensorBoardPath(): string {
    return join(this.path, "tensorboard");
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

  get evaluationPath(): string {
    return join(this.path, "evaluation.json");
  }

  get testLooksPath(): string {
    return join(this.path, "test-looks.jsonl");
  }

  private get dataPath(): string {
    return join(this.path, "dataset.json");
  }

  private get labelsPath(): string {
    return join(this.path, LABELS_FILE);
  }

  private get historyPath(): string {
    return join(this.path, "history.csv");
  }

  /**
   * To be called before a run that goes on writes: what is written would make a part of the folder anew.
   *
   * @throws HeddleError when the folder was deleted or moved
   */
  async checkThere(): Promise<void> {
    if (await isRun(this.path)) return;
    throw new HeddleError({
      who: `Run ${this.path}`,
      expected: "its folder, into which it writes",
      received: "no run.json there: the folder was deleted or moved while the run went on",
      next: "Where it was moved to, go on with: heddle train --resume FOLDER.",
    });
  }

  /**
   * Makes the folder of TensorBoard's event files, which says that they are asked for. Of those that are there already
   * the first epochs stay: a killed training may have written more than its last checkpoint knows, and will again.
   */
  async beginTensorBoard(epochs: number): Promise<void> {
    const path = this.tensorBoardPath;
    const entries = makeFolder(path).then(() => readdir(path, { recursive: true }));
    const names = await entries.catch((thrown) => {
      throw fileError(path, "a folder that can be made and read", thrown);
    });
    for (const name of names) {
      const file = join(path, name);
      if (!/^events\.out\.tfevents\./.test(basename(file)) || !(await isFile(file))) continue;
      const bytes = await readFileBytes(file);
      const kept = eventsBefore(epochs, bytes);
      if (kept.length < bytes.length) await writeFileAtomic(file, kept);
    }
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

  async writeEvaluation(evaluation: RunEvaluation): Promise<void> {
    await writeFileAtomic(this.evaluationPath, formatJson(evaluation));
  }

  /**
   * What was found on the test images; `undefined` where `evaluation.json` is missing.
   *
   * @throws HeddleError that names the field when it is damaged
   */
  async readEvaluation(): Promise<RunEvaluation | undefined> {
    if (!(await isFile(this.evaluationPath))) return undefined;
    return parseEvaluation(this.evaluationPath, await readTextFile(this.evaluationPath));
  }

  async writeData(data: DataRecord): Promise<void> {
    await writeFileAtomic(this.dataPath, formatJson(data));
  }

  /**
   * What the data held; `undefined` where `dataset.json` is missing, as in runs of older versions.
   *
   * @throws HeddleError that names the field when it is damaged
   */
  async readData(): Promise<DataRecord | undefined> {
    if (!(await isFile(this.dataPath))) return undefined;
    return parseDataRecord(this.dataPath, await readTextFile(this.dataPath));
  }

  /** Adds or takes away a label. One short line, added in one write: two processes lose none. */
  async changeLabel(change: LabelChange): Promise<void> {
    await appendToFile(this.labelsPath, formatLabelChange(change));
  }

  /** The run's name and tags. */
  async readLabels(): Promise<RunLabels> {
    return readLabels(this.path);
  }

  /** Counts a look at the test images. One short line, added in one write: two processes lose none. */
  async appendTestLook(look: TestLook): Promise<void> {
    await appendToFile(this.testLooksPath, formatLook(look));
  }

  /** Every look at the test images so far. */
  async readTestLooks(): Promise<readonly TestLook[]> {
    if (!(await isFile(this.testLooksPath))) return [];
    return parseLooks(this.testLooksPath, await readTextFile(this.testLooksPath));
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
  async writeFigure(figure: Pick<Figure, "name" | "svg">): Promise<void> {
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(figure.name)) {
      throw new HeddleError({
        who: "Figure",
        expected: "a name of lower-case letters, digits and hyphens",
        received: JSON.stringify(figure.name),
        next: "Rename the figure.",
      });
    }
    await writeFigures(join(this.path, "figures"), [figure]);
  }

  async writeReport(html: string): Promise<void> {
    await writeFileAtomic(this.reportPath, html);
  }

  /** The report's HTML; `undefined` where the run has none. */
  async readReport(): Promise<string | undefined> {
    return (await isFile(this.reportPath)) ? readTextFile(this.reportPath) : undefined;
  }
}

/** The ids of the runs in a folder, oldest first; none when the folder is missing. */
export async function listRuns(root: string): Promise<readonly string[]> {
  if (!(await isFolder(root))) return [];
  const names = (await readdir(root)).sort();
  const found = await Promise.all(names.map((name) => isRun(join(root, name))));
  return names.filter((_, index) => found[index]);
}

/** The run that began last. Ids tell when; a folder that was renamed is asked. */
async function newestRun(root: string): Promise<string | undefined> {
  const ids = await listRuns(root);
  const begun = await Promise.all(ids.map((id) => (isDated(id) ? id : beginOf(join(root, id)))));
  const order = ids.map((id, index) => ({ id, at: begun[index]! }));
  return order.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).at(-1)?.id;
}

/** When a run began, as its first id said it; of a damaged one nothing. */
async function beginOf(path: string): Promise<string> {
  const record = join(path, "run.json");
  try {
    return formatTime(new Date(parseRunRecord(record, await readTextFile(record)).startedAt));
  } catch {
    return "";
  }
}

/** True for a name that {@link RunFolder.create} gives. */
export function isDated(id: string): boolean {
  return /^\d{4}-\d\d-\d\d-\d{6}-./.test(id);
}

/** The ids of the runs that people call so; a run whose labels are damaged has no name. */
export async function runsNamed(root: string, name: string): Promise<readonly string[]> {
  const ids = await listRuns(root);
  const labels = await Promise.all(ids.map((id) => readLabels(join(root, id)).catch(() => undefined)));
  const wanted = name.normalize("NFC");
  return ids.filter((_, index) => labels[index]?.name === wanted);
}

const LABELS_FILE = "labels.jsonl";

async function readLabels(path: string): Promise<RunLabels> {
  const file = join(path, LABELS_FILE);
  return (await isFile(file)) ? parseLabels(file, await readTextFile(file)) : { name: null, tags: [] };
}

/** `2026-03-04-153012`: UTC, so that ids sort by time in every time zone and across its changes. */
function formatTime(time: Date): string {
  const [date, clock] = time.toISOString().split("T") as [string, string];
  return `${date}-${clock.slice(0, 8).replaceAll(":", "")}`;
}

/** A name that is safe in a path on every system. */
export function slug(name: string): string {
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

function formatJson(value: RunRecord | Metrics | RunEvaluation | DataRecord): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function noRun(who: string, expected: string, received: string): HeddleError {
  const next = "Give the path of a run folder, an id, or latest.";
  return new HeddleError({ who, expected, received, next });
}
