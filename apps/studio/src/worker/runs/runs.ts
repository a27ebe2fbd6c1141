import type { Dataset } from "@heddle/core/data";
import { messageOf } from "@heddle/core/internal/base/errors.js";
import type { ResolvedSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import type { Training } from "@heddle/core/internal/recipes/training.js";
import { words } from "../../words";
import type { DroppedFile } from "../files/entries";
import { entriesOf } from "../files/entries";
import type { KeptRun } from "../protocol";
import { tell } from "../rpc";
import { BothFiles } from "./both-files";
import { dataFile, fingerprintOf } from "./data-file";
import { BrowserFiles, type KeptFiles } from "./kept-files";
import { labelRun, listRuns, type RunFacts, readRun } from "./library";
import { newRecord } from "./new-record";
import { archiveOf, filesOf, freeId, keepProject, type ProjectFiles, recordOf, withData } from "./project";
import { type RunBegin, RunRecorder } from "./recorder";
import { ServerFiles } from "./server-files";

/** Why nothing is kept, in the words of the page. */
function storageFault(thrown: unknown): string {
  if (thrown instanceof DOMException && thrown.name === "QuotaExceededError") return words.runs.full;
  return words.runs.refused(messageOf(thrown));
}

/** The runs that the browser keeps. */
export class Runs {
  private opening: Promise<KeptFiles | undefined> | undefined;

  /** @param server the address of the local server's runs; undefined on any other host */
  constructor(private readonly server: string | undefined) {}

  /** Where runs are kept; undefined where the browser refuses it and there is no local server, which is told once. */
  files(): Promise<KeptFiles | undefined> {
    this.opening ??= this.open();
    return this.opening;
  }

  private async open(): Promise<KeptFiles | undefined> {
    const server = this.server === undefined ? undefined : new ServerFiles(this.server);
    try {
      const browser = await BrowserFiles.open();
      return server ? new BothFiles(browser, server) : browser;
    } catch (thrown) {
      if (!server) this.fault(thrown);
      return server;
    }
  }

  async list(): Promise<readonly KeptRun[]> {
    const files = await this.files();
    return files ? listRuns(files) : [];
  }

  async label(
    id: string,
    labels: { readonly name: string | null; readonly tags: readonly string[] },
  ): Promise<void> {
    await labelRun(await this.mustBeThere(), id, labels);
  }

  async remove(id: string): Promise<void> {
    const files = await this.mustBeThere();
    // Its folder in runs stays, and is nobody's business here.
    const release = await (files instanceof BothFiles ? files.browser : files).lock(id);
    await files.remove(id).finally(release);
  }

  /** Keeps a project that somebody opened. @returns the run's id */
  async keep(dropped: readonly DroppedFile[]): Promise<string> {
    return keepProject(await this.mustBeThere(), await entriesOf(dropped));
  }

  async project(id: string): Promise<ProjectFiles> {
    return filesOf(await this.mustBeThere(), id);
  }

  /** A run that begins. @param isOwn whether its images are nowhere else: dropped, or with changed labels */
  async begun(
    training: Training,
    about: { readonly settings: ResolvedSettings; readonly dataset: Dataset; readonly isOwn: boolean },
  ): Promise<RunRecorder> {
    const { dataset, settings, isOwn } = about;
    const own = isOwn ? await dataFile(dataset) : undefined;
    const record = await newRecord(training, { settings, dataset, source: own?.source ?? dataset.source });
    const files = await this.files();
    const id = files ? await freeId(files, record.id) : record.id;
    const release = await files?.lock(id).catch((thrown) => {
      this.fault(thrown);
      return undefined;
    });
    return this.recorder(files, { record: { ...record, id }, epochs: [], data: own?.bytes, release });
  }

  /** A run that is resumed. @throws where another page or program works on it */
  async resumed(begin: RunBegin): Promise<RunRecorder> {
    const files = await this.files();
    if (!files) return this.recorder(files, begin);
    const { id, stretches } = begin.record;
    const release = await files.lock(id);
    // Whoever had it may have trained on since it was opened here.
    const { record } = await readRun(files, id);
    if (record.stretches.length !== stretches.length || record.weightsSha256 !== begin.record.weightsSha256) {
      release();
      throw new Error(words.runs.changed(id));
    }
    return this.recorder(files, { ...begin, release });
  }

  private recorder(files: KeptFiles | undefined, begin: RunBegin): RunRecorder {
    const told = { onKept: () => tell({ kind: "kept" }), onFault: (thrown: unknown) => this.fault(thrown) };
    return new RunRecorder(files, begin, told);
  }

  /** What a run is, and its files. */
  async facts(id: string): Promise<RunFacts & { readonly files: ProjectFiles }> {
    const files = await this.mustBeThere();
    return { ...(await readRun(files, id)), files: await filesOf(files, id) };
  }

  /** Whether a dataset is the one that a run was trained on. */
  async isDataOf(project: ProjectFiles, dataset: Dataset): Promise<boolean> {
    return recordOf(project).dataset.testSha256 === (await fingerprintOf(dataset.test));
  }

  /** A project as one file. @param dataset its data, if that is open */
  async archive(id: string, project: ProjectFiles, dataset: Dataset | undefined): Promise<Uint8Array> {
    return archiveOf(id, await withData(project, dataset));
  }

  private fault(thrown: unknown): void {
    tell({ kind: "storage", fault: storageFault(thrown) });
  }

  private async mustBeThere(): Promise<KeptFiles> {
    const files = await this.files();
    if (!files) throw new Error(words.runs.refused(""));
    return files;
  }
}
