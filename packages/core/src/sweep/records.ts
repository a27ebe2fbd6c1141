import type { Json } from "../base/json.js";
import { formatDistribution, toInternal } from "./distribution.js";
import { DEFINITION, ERROR, operations, optunaStates, UNTIL, WAITING_FOR } from "./operations.js";
import type { Values } from "./parameter.js";
import { formatPythonJson, PythonFloat, type PythonJson } from "./python-json.js";
import type { SearchSpace } from "./space.js";
import { type Goal, lastReport, type Study, type Trial } from "./study.js";

/** Writes the lines of a journal, each with its end. What one call returns belongs into one write. */
export class JournalRecords {
  /** @param worker a name that no other process uses, such as a UUID */
  constructor(private readonly worker: string) {}

  /** Begins a study with the definition of its sweep. It is the journal's study number `id`, from 0. */
  createStudy(study: {
    readonly id: number;
    readonly name: string;
    readonly goal: Goal;
    readonly definition: Json;
  }): string {
    const { id, name, goal, definition } = study;
    return (
      this.line(operations.createStudy, { study_name: name, directions: [goal === "minimize" ? 1 : 2] }) +
      this.line(operations.setStudyUserAttribute, { study_id: id, user_attr: { [DEFINITION]: definition } })
    );
  }

  /**
   * Begins a trial.
   *
   * @param trial its values, and how far it is to run before the next decision, if there is one
   */
  start(
    study: Study,
    space: SearchSpace,
    trial: { readonly values: Values; readonly until?: number | undefined; readonly at: Date },
  ): string {
    const { values, until, at } = trial;
    const active = space.parameters.filter(({ name }) => values[name] !== undefined);
    return this.line(operations.createTrial, {
      study_id: study.id,
      datetime_start: timeText(at),
      state: optunaStates.indexOf("running"),
      value: null,
      values: null,
      distributions: Object.fromEntries(
        active.map(({ name, parameter }) => [name, formatDistribution(parameter)]),
      ),
      params: Object.fromEntries(
        active.map(({ name, parameter }) => [name, toInternal(parameter, values[name]!)]),
      ),
      user_attrs: {},
      system_attrs: until === undefined ? {} : { [UNTIL]: until },
      intermediate_values: {},
    });
  }

  /** Reports the objective after `step` units. */
  report(trial: Trial, step: number, value: number): string {
    const fields = { trial_id: trial.id, step, intermediate_value: new PythonFloat(value) };
    return this.line(operations.report, fields);
  }

  /** Ends a trial with its value. */
  complete(trial: Trial, value: number, at: Date): string {
    return this.state(trial, "complete", { values: [new PythonFloat(value)], at });
  }

  /** Ends a trial early. Its value is its last report. */
  stop(trial: Trial, at: Date): string {
    const last = lastReport(trial);
    const usable = last !== undefined && !Number.isNaN(last.value);
    return this.state(trial, "stopped", { values: usable ? [new PythonFloat(last.value)] : null, at });
  }

  /** Ends a trial with an error. */
  fail(trial: Trial, message: string, at: Date): string {
    return this.attribute(trial, ERROR, message) + this.state(trial, "failed", { at });
  }

  /** Lets a trial wait at its rung. */
  pause(trial: Trial): string {
    return this.attribute(trial, WAITING_FOR, "paused") + this.state(trial, "waiting");
  }

  /** Notes that a trial's process ended before the trial did. */
  interrupt(trial: Trial): string {
    return this.attribute(trial, WAITING_FOR, "interrupted") + this.state(trial, "waiting");
  }

  /** Resumes a trial: one that was interrupted, or with `until`, one that is promoted. */
  resume(trial: Trial, at: Date, until?: number): string {
    return (
      (until === undefined ? "" : this.attribute(trial, UNTIL, until)) + this.state(trial, "running", { at })
    );
  }

  /** Notes what a user, or a part of Heddle, wants to know about a trial. */
  note(trial: Trial, name: string, value: Json): string {
    return this.line(operations.setTrialUserAttribute, { trial_id: trial.id, user_attr: { [name]: value } });
  }

  private attribute(trial: Trial, name: string, value: Json): string {
    const fields = { trial_id: trial.id, system_attr: { [name]: value } };
    return this.line(operations.setTrialSystemAttribute, fields);
  }

  private state(
    trial: Trial,
    state: (typeof optunaStates)[number],
    { values = null, at }: { readonly values?: PythonJson; readonly at?: Date } = {},
  ): string {
    const code = optunaStates.indexOf(state);
    const times = {
      ...(at && { datetime_start: trial.started ?? timeText(at) }),
      ...(at && state !== "running" && { datetime_complete: timeText(at) }),
    };
    return this.line(operations.setState, { trial_id: trial.id, state: code, values, ...times });
  }

  private line(code: number, fields: { readonly [key: string]: PythonJson }): string {
    return `${formatPythonJson({ op_code: code, worker_id: this.worker, ...fields })}\n`;
  }
}

/** A time as Python writes it, with microseconds. */
function timeText(at: Date): string {
  return at.toISOString().replace("Z", "000+00:00");
}
