import { HeddleError, messageOf } from "../base/errors.js";
import { checkPlainJson, isJsonObject, type Json, type JsonObject } from "../base/json.js";
import { type Distribution, readDistribution } from "./distribution.js";
import { operations, optunaStates, WAITING_FOR } from "./operations.js";
import { parsePythonJson } from "./python-json.js";
import { type Goal, isFinished, type Report, type Study, type Trial, type TrialState } from "./study.js";
import { noteChange } from "./study-index.js";

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };
type KeptStudy = Mutable<Study> & { readonly trials: KeptTrial[] };
type KeptTrial = Mutable<Trial>;

const NEWLINE = 0x0a;

/**
 * The state that a journal's lines add up to, by Optuna's rules: what names a study or trial that does not exist is
 * ignored, and so is every change of a finished trial, so that no trial ends twice.
 *
 * @example
 * const journal = new Journal("sweep/journal.log");
 * journal.read(bytes);
 * journal.study("clothes")?.trials.length;
 */
export class Journal {
  private readonly kept = new Map<number, KeptStudy>();
  private readonly trials: KeptTrial[] = [];
  /** That of each trial. */
  private readonly studyOf: KeptStudy[] = [];
  private readonly shared = new Shared();
  private studiesCreated = 0;
  private linesRead = 0;

  /** @param who the file, for errors */
  constructor(private readonly who: string) {}

  get studies(): readonly Study[] {
    return [...this.kept.values()];
  }

  /** How many trials there are in all studies: the next one's id. */
  get trialCount(): number {
    return this.trials.length;
  }

  /** The study of a name. */
  study(name: string): Study | undefined {
    return this.studies.find((study) => study.name === name);
  }

  /**
   * Applies the whole lines of a part of the file. A last line without its end was cut off while it was written: it
   * counts as never written.
   *
   * @param bytes what follows the lines read so far
   * @returns how many of the bytes are whole lines
   * @throws HeddleError on a line that is no record, which it names
   */
  read(bytes: Uint8Array): number {
    const decoder = new TextDecoder();
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, start);
      if (end < 0) return start;
      this.readLine(decoder.decode(bytes.subarray(start, end)));
      start = end + 1;
    }
  }

  private readLine(line: string): void {
    const who = `${this.who}, line ${this.linesRead + 1}`;
    try {
      const record = parsePythonJson(line);
      checkPlainJson(who, record);
      if (!isJsonObject(record)) throw new SyntaxError(line.slice(0, 60));
      this.apply(record);
    } catch (thrown) {
      if (thrown instanceof HeddleError) throw thrown;
      throw new HeddleError({
        who,
        expected: "a record of a journal",
        received: messageOf(thrown),
        next: "The file is damaged: restore it from a copy, or remove the line if you can do without it.",
      });
    }
    this.linesRead++;
  }

  private apply(record: JsonObject): void {
    const code = numberIn(record, "op_code");
    if (code === operations.createStudy) this.createStudy(record);
    else if (code >= operations.setParameter && code <= operations.setTrialSystemAttribute) {
      this.applyToTrial(code, record);
    } else this.applyToStudy(code, record);
  }

  private applyToStudy(code: number, record: JsonObject): void {
    const study = this.kept.get(numberIn(record, "study_id"));
    if (code === operations.deleteStudy) {
      if (study) this.kept.delete(study.id);
    } else if (code === operations.setStudyUserAttribute) {
      const attributes = objectIn(record, "user_attr");
      if (study) study.userAttributes = { ...study.userAttributes, ...attributes };
    } else if (code === operations.setStudySystemAttribute) {
      const attributes = objectIn(record, "system_attr");
      if (study) study.systemAttributes = { ...study.systemAttributes, ...attributes };
    } else if (code === operations.createTrial) {
      if (study) this.createTrial(study, record);
    } else if (code !== operations.discardTrials) throw new SyntaxError(`"op_code" ${code}`);
  }

  private createStudy(record: JsonObject): void {
    const name = textIn(record, "study_name");
    const { directions } = record;
    if (!Array.isArray(directions)) throw wrong("directions", directions);
    if (this.study(name)) return;
    const goals = directions.map((direction): Goal | undefined =>
      direction === 1 ? "minimize" : direction === 2 ? "maximize" : undefined,
    );
    const id = this.studiesCreated++;
    this.kept.set(id, { id, name, goals, userAttributes: {}, systemAttributes: {}, trials: [] });
  }

  private createTrial(study: KeptStudy, record: JsonObject): void {
    const { state = 0, value = null, values = null } = record;
    const distributions = Object.entries(objectIn(record, "distributions", {})).map(([name, text]) => {
      if (typeof text !== "string") throw wrong("distributions", text);
      return [name, readDistribution(text)] as const;
    });
    const byName = new Map<string, Distribution>(distributions);
    const parameters = Object.entries(objectIn(record, "params", {})).map(([name, internal]) => {
      const distribution = byName.get(name);
      if (typeof internal !== "number" || !distribution) throw wrong("params", internal);
      return [name, distribution.fromInternal(internal)] as const;
    });
    const reports = Object.entries(objectIn(record, "intermediate_values", {})).map(([step, reported]) => {
      if (typeof reported !== "number") throw wrong("intermediate_values", reported);
      return { step: Number(step), value: reported };
    });
    const systemAttributes = objectIn(record, "system_attrs", {});
    const trial: KeptTrial = {
      id: this.trials.length,
      number: study.trials.length,
      state: stateOf(state, systemAttributes),
      values: Object.fromEntries(parameters),
      distributions: this.shared.one(
        Object.fromEntries(distributions.map(([name, { text }]) => [name, text])),
      ),
      objectives: objectivesOf(values ?? (value === null ? null : [value])),
      reports: reports.sort((a, b) => a.step - b.step),
      userAttributes: this.shared.one(objectIn(record, "user_attrs", {})),
      systemAttributes: this.shared.one(systemAttributes),
      started: timeIn(record, "datetime_start"),
      completed: timeIn(record, "datetime_complete"),
    };
    study.trials.push(trial);
    this.trials.push(trial);
    this.studyOf.push(study);
    noteChange(study, trial.number);
  }

  private applyToTrial(code: number, record: JsonObject): void {
    const id = numberIn(record, "trial_id");
    const trial = this.trials[id];
    const study = this.studyOf[id];
    if (!trial || !study || isFinished(trial)) return;
    noteChange(study, trial.number);
    switch (code) {
      case operations.setParameter: {
        const name = textIn(record, "param_name");
        const { text, fromInternal } = readDistribution(textIn(record, "distribution"));
        const value = fromInternal(numberIn(record, "param_value_internal"));
        trial.values = { ...trial.values, [name]: value };
        trial.distributions = { ...trial.distributions, [name]: text };
        return;
      }
      case operations.setState:
        setState(trial, record);
        return;
      case operations.report:
        trial.reports = withReport(trial.reports, {
          step: numberIn(record, "step"),
          value: numberIn(record, "intermediate_value"),
        });
        return;
      case operations.setTrialUserAttribute:
        trial.userAttributes = { ...trial.userAttributes, ...objectIn(record, "user_attr") };
        return;
      default:
        trial.systemAttributes = this.shared.one({
          ...trial.systemAttributes,
          ...objectIn(record, "system_attr"),
        });
    }
  }
}

/** Many trials have the same attributes and distributions: each object is kept once. */
class Shared {
  private readonly known = new Map<string, JsonObject>();

  one<Kept extends JsonObject>(object: Kept): Kept {
    const text = JSON.stringify(object);
    // NaN, which Python writes, is null here too.
    if (text.length > LONGEST_SHARED || text.includes("null")) return object;
    const known = this.known.get(text);
    if (known) return known as Kept;
    if (this.known.size >= MOST_SHARED) this.known.clear();
    this.known.set(text, object);
    return object;
  }
}
const LONGEST_SHARED = 1000;
const MOST_SHARED = 1000;

function setState(trial: KeptTrial, record: JsonObject): void {
  const state = stateOf(record["state"]!, trial.systemAttributes);
  // Whoever began it first has it.
  if (state === "running" && trial.state === "running") return;
  trial.objectives = objectivesOf(record["values"] ?? null) ?? trial.objectives;
  if (state === "running") trial.started = timeIn(record, "datetime_start");
  trial.state = state;
  if (isFinished(trial)) trial.completed = timeIn(record, "datetime_complete");
}

/** A state as Heddle has it: of those that wait, it notes what for. */
function stateOf(code: Json, systemAttributes: JsonObject): TrialState {
  const state = optunaStates[code as number];
  if (state === undefined) throw wrong("state", code);
  if (state !== "waiting") return state;
  const reason = systemAttributes[WAITING_FOR];
  return reason === "paused" || reason === "interrupted" ? reason : "waiting";
}

function withReport(reports: readonly Report[], report: Report): readonly Report[] {
  const last = reports.at(-1);
  if (last === undefined || last.step < report.step) return [...reports, report];
  const others = reports.filter(({ step }) => step !== report.step);
  return [...others, report].sort((a, b) => a.step - b.step);
}

function objectivesOf(values: Json): readonly number[] | undefined {
  if (values === null) return undefined;
  if (Array.isArray(values) && values.every((one) => typeof one === "number")) return values;
  throw wrong("values", values);
}

function numberIn(record: JsonObject, key: string): number {
  const value = record[key];
  if (typeof value === "number") return value;
  throw wrong(key, value);
}

function textIn(record: JsonObject, key: string): string {
  const value = record[key];
  if (typeof value === "string") return value;
  throw wrong(key, value);
}

function timeIn(record: JsonObject, key: string): string | undefined {
  return record[key] === undefined || record[key] === null ? undefined : textIn(record, key);
}

function objectIn(record: JsonObject, key: string, missing?: JsonObject): JsonObject {
  const value = record[key] ?? missing;
  if (isJsonObject(value)) return value;
  throw wrong(key, value);
}

function wrong(key: string, value: unknown): SyntaxError {
  return new SyntaxError(`"${key}" ${(JSON.stringify(value) ?? "missing").slice(0, 60)}`);
}
