import { mkdir } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { removeLeftovers } from "@heddle/core/internal/base/aside-node.js";
import { checkPath } from "@heddle/core/internal/base/check-path.js";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import {
  appendLine,
  fileError,
  hasFile,
  makeFolder,
  readFileBytes,
  readTextFile,
  writeFileAtomic,
} from "@heddle/core/internal/base/files-node.js";
import type { WritePlace } from "@heddle/core/internal/base/write-place.js";
import type { History } from "@heddle/core/internal/callbacks/history.js";
import type { Figure } from "@heddle/core/internal/figures/figure.js";
import type { Network } from "@heddle/core/internal/network/network.js";
import { saveNetwork } from "@heddle/core/internal/network/save-network.js";
import { readWeightsFile, weightsFile } from "@heddle/core/internal/network/weights-file.js";
import { formatHistory, parseHistory } from "@heddle/core/internal/records/history-csv.js";
import { type Metrics, parseMetrics } from "@heddle/core/internal/records/metrics-record.js";
import { newRunId } from "@heddle/core/internal/records/run-ids.js";
import { parseRunRecord, type RunRecord } from "@heddle/core/internal/records/run-record.js";
import type { RunTags, TagChange } from "@heddle/core/internal/records/run-tags.js";
import { writeFigures } from "../rendering/write-figures.js";
import { type CrossValidationRecord, parseCrossValidation } from "./cross-validation-record.js";
import { type DataRecord, parseDataRecord } from "./data-record.js";
import { evaluationJson, parseEvaluation, type RunEvaluation } from "./evaluation-record.js";
import { findRun, isRun } from "./run-list.js";
import { appendTagChange, readTags } from "./tags.js";
import { formatLook, parseLooks, type TestLook } from "./test-looks.js";

/** The images of a project, which has them in its folder. */
const DATA_FILE = "data.npz";

/** The folder of all runs, below the working folder, unless another one is named. */
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
  /** The folder's name; it starts with the time of its creation, so that ids sort by time. */
  readonly id: string;
  /**
   * Where everything of the run is written: never into a folder that was deleted or moved, and never through a link,
   * which a stranger's run may hold.
   *
   * @internal
   */
  readonly place: WritePlace;

  private constructor(
    /** The folder itself. */
    readonly path: string,
  ) {
    this.id = basename(resolve(path));
    this.place = { within: path };
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
    checkPath("Folder of all runs", root);
    const id = newRunId(options.name, options.now ?? new Date());
    try {
      await makeFolder(root);
      await removeLeftovers(root);
      for (let attempt = 1; ; attempt++) {
        const path = join(root, attempt === 1 ? id : `${id}-${String(attempt).padStart(2, "0")}`);
        if (await makeNewFolder(path)) return new RunFolder(path);
      }
    } catch (thrown) {
      throw fileError(root, "a folder in which runs can be made", thrown);
    }
  }

  /**
   * Opens an existing run.
   *
   * @param run the path of a run folder, the id or the name of a run below `root`, or `latest`
   * @param root the folder of all runs
   * @throws HeddleError when there is no such run, or more than one with that name
   */
  static async open(run: string, root: string = DEFAULT_RUNS_FOLDER): Promise<RunFolder> {
    return new RunFolder(await findRun(run, root));
  }

  /** The folder of the trained model. */
  get modelPath(): string {
    return join(this.path, "model");
  }

  /** The folder of the checkpoints. */
  get checkpointsPath(): string {
    return join(this.path, "checkpoints");
  }

  /** The folder of TensorBoard's event files, which a run has only on request. */
  get tensorBoardPath(): string {
    return join(this.path, "tensorboard");
  }

  /** The folder of the answers of a cross-validation's folds, which a run has only with `folds`. */
  get foldsPath(): string {
    return join(this.path, "folds");
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

  private get firstWeightsPath(): string {
    return join(this.path, "first-weights.safetensors");
  }

  private get crossValidationPath(): string {
    return join(this.path, "cross-validation.json");
  }

  get testLooksPath(): string {
    return join(this.path, "test-looks.jsonl");
  }

  private get dataPath(): string {
    return join(this.path, "dataset.json");
  }

  private get historyPath(): string {
    return join(this.path, "history.csv");
  }

  /**
   * Checks that the folder is still there. Call it before writing to a run under way: writing would create a part of
   * the folder again.
   *
   * @throws HeddleError when the folder was deleted or moved
   */
  async checkThere(): Promise<void> {
    if (await isRun(this.path)) return;
    throw new HeddleError({
      who: `Run ${this.path}`,
      expected: "the folder that it writes to",
      received: "no run.json there: the folder was deleted or moved during the run",
      next: "If it was moved, resume the run from its new place.",
    });
  }

  async writeRecord(record: RunRecord): Promise<void> {
    const { path } = record.dataset.source;
    const inside = path === undefined ? "" : relative(this.path, path);
    await this.writeJson(this.recordPath, inside === DATA_FILE ? withDataAt(DATA_FILE, record) : record);
  }

  /** @throws HeddleError that names the field when `run.json` is damaged */
  async readRecord(): Promise<RunRecord> {
    const record = parseRunRecord(this.recordPath, await readTextFile(this.recordPath));
    // A project has its data in its folder, wherever that is.
    return record.dataset.source.path === DATA_FILE
      ? withDataAt(join(resolve(this.path), DATA_FILE), record)
      : record;
  }

  async writeMetrics(metrics: Metrics): Promise<void> {
    await this.writeJson(this.metricsPath, metrics);
  }

  /** @throws HeddleError that names the field when `metrics.json` is damaged */
  async readMetrics(): Promise<Metrics> {
    return parseMetrics(this.metricsPath, await readTextFile(this.metricsPath));
  }

  async writeEvaluation(evaluation: RunEvaluation): Promise<void> {
    const measured = evaluation.evaluation;
    const written = measured === null ? evaluation : { ...evaluation, evaluation: evaluationJson(measured) };
    await this.writeJson(this.evaluationPath, written);
  }

  /**
   * The evaluation on the test images; `undefined` when `evaluation.json` is missing.
   *
   * @throws HeddleError that names the field when it is damaged
   */
  async readEvaluation(): Promise<RunEvaluation | undefined> {
    if (!(await hasFile(this.evaluationPath))) return undefined;
    return parseEvaluation(this.evaluationPath, await readTextFile(this.evaluationPath));
  }

  async writeCrossValidation(record: CrossValidationRecord): Promise<void> {
    const { evaluation } = record;
    const written = evaluation === null ? record : { ...record, evaluation: evaluationJson(evaluation) };
    await this.writeJson(this.crossValidationPath, written);
  }

  /**
   * The result of the cross-validation; `undefined` when `cross-validation.json` is missing.
   *
   * @throws HeddleError that names the field when it is damaged
   */
  async readCrossValidation(): Promise<CrossValidationRecord | undefined> {
    if (!(await hasFile(this.crossValidationPath))) return undefined;
    return parseCrossValidation(this.crossValidationPath, await readTextFile(this.crossValidationPath));
  }

  async writeData(data: DataRecord): Promise<void> {
    await this.writeJson(this.dataPath, data);
  }

  /**
   * What the data held; `undefined` when `dataset.json` is missing.
   *
   * @throws HeddleError that names the field when it is damaged
   */
  async readData(): Promise<DataRecord | undefined> {
    if (!(await hasFile(this.dataPath))) return undefined;
    return parseDataRecord(this.dataPath, await readTextFile(this.dataPath));
  }

  /** Adds or removes a tag, or sets the name. One short line, added in one write: two processes lose none. */
  async changeTags(change: TagChange): Promise<void> {
    await appendTagChange(this.path, change);
  }

  /**
   * The run's name and tags.
   *
   * @param onDamaged called with a sentence if there are lines that cannot be read and are skipped
   */
  async readTags(onDamaged?: (message: string) => void): Promise<RunTags> {
    return readTags(this.path, onDamaged);
  }

  /** Counts a look at the test images. One short line, added in one write: two processes lose none. */
  async appendTestLook(look: TestLook): Promise<void> {
    await appendLine(this.testLooksPath, formatLook(look), this.place);
  }

  /**
   * Every look at the test images so far.
   *
   * @param onDamaged called with a sentence if there are lines that cannot be read and are skipped
   */
  async readTestLooks(onDamaged?: (message: string) => void): Promise<readonly TestLook[]> {
    if (!(await hasFile(this.testLooksPath))) return [];
    return parseLooks(this.testLooksPath, await readTextFile(this.testLooksPath), onDamaged);
  }

  /** Writes every epoch so far. */
  async writeHistory(history: History): Promise<void> {
    await writeFileAtomic(this.historyPath, formatHistory(history.epochs), this.place);
  }

  /**
   * Every epoch so far; none before the end of the first.
   *
   * @param onDamaged called with a sentence if there are lines that cannot be read and are skipped
   */
  async readHistory(onDamaged?: (message: string) => void): Promise<History> {
    if (!(await hasFile(this.historyPath))) return { epochs: [] };
    return { epochs: parseHistory(this.historyPath, await readTextFile(this.historyPath), onDamaged) };
  }

  /** Writes `figures/NAME.svg` and `figures/NAME.png`. */
  writeFigure(figure: Pick<Figure, "name" | "svg">): Promise<void> {
    return this.writeFigures([figure]);
  }

  /**
   * Writes figures as {@link writeFigure} does.
   *
   * @throws AbortedError on `signal`; none is written then
   */
  async writeFigures(figures: readonly Pick<Figure, "name" | "svg">[], signal?: AbortSignal): Promise<void> {
    for (const figure of figures) {
      if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(figure.name)) continue;
      throw new HeddleError({
        who: "Figure",
        expected: "a name of lower-case letters, digits and hyphens",
        received: JSON.stringify(figure.name),
        next: "Rename the figure.",
      });
    }
    await writeFigures(join(this.path, "figures"), figures, { ...this.place, signal });
  }

  async writeReport(html: string): Promise<void> {
    await writeFileAtomic(this.reportPath, html, this.place);
  }

  /** The report's HTML; `undefined` when the run has none. */
  async readReport(): Promise<string | undefined> {
    return (await hasFile(this.reportPath)) ? readTextFile(this.reportPath) : undefined;
  }

  /**
   * Writes the model's `config.json` and `weights.safetensors`.
   *
   * @internal
   */
  async writeModel(model: Network): Promise<void> {
    await saveNetwork(model, this.modelPath, this.place);
  }

  /**
   * Writes the weights that a fine-tuning begins with.
   *
   * @internal
   */
  async writeFirstWeights(model: Network): Promise<void> {
    await writeFileAtomic(this.firstWeightsPath, weightsFile(model.weights), this.place);
  }

  /**
   * Sets the weights that a fine-tuning began with; a run that began from scratch draws its own.
   *
   * @internal
   * @throws HeddleError when the file is missing, damaged, or holds others than `run.json` records
   */
  async readFirstWeights(model: Network, { from }: Pick<RunRecord, "from">): Promise<void> {
    if (from === undefined) return;
    const who = this.firstWeightsPath;
    readWeightsFile(who, await readFileBytes(who), model.weights);
    if ((await model.weightsSha256()) === from.firstWeightsSha256) return;
    throw new HeddleError({
      who,
      expected: `the weights that run.json records, ${from.firstWeightsSha256.slice(0, 12)}…`,
      received: "others",
      next: "Restore the file.",
    });
  }

  private async writeJson(path: string, value: object): Promise<void> {
    await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`, this.place);
  }
}

function withDataAt(path: string, record: RunRecord): RunRecord {
  const { dataset } = record;
  return { ...record, dataset: { ...dataset, source: { ...dataset.source, path } } };
}

/** Makes the folder; false when the name is taken. The system gives a name to one process only. */
async function makeNewFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw thrown;
  }
}
