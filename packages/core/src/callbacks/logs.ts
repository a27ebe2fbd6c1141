import { HeddleError } from "../base/errors.js";
import type { CallbackMemory, TrainingControl } from "./callback.js";
import type { EpochLogs } from "./history.js";

/** Numbers of `EpochLogs` that are no measurement. */
const NOT_MEASURED = new Set(["epoch", "seconds", "imagesPerSecond"]);

/** What an epoch measured, under Keras's names (`loss`, `val_accuracy`, `learning_rate`), in the order of the logs. */
export function measured(logs: EpochLogs): Map<string, number> {
  const { valMetrics = {}, ...rest } = logs;
  const values = new Map<string, number>();
  const add = (name: string, value: unknown) => {
    // NaN: not measured with this loss.
    if (typeof value === "number" && !Number.isNaN(value)) values.set(kerasName(name), value);
  };
  for (const [name, value] of Object.entries(rest)) if (!NOT_MEASURED.has(name)) add(name, value);
  for (const [name, value] of Object.entries(valMetrics)) add(`val_${name}`, value);
  return values;
}

/** `valLoss` → `val_loss`; names with underscores stay. */
export function kerasName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Numbers of a callback's memory, those that are undefined left out. */
export function remembered(numbers: Readonly<Record<string, number | undefined>>): CallbackMemory["numbers"] {
  return Object.fromEntries(
    Object.entries(numbers).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}

/** Which way a monitored number is better. */
export type Mode = "auto" | "min" | "max";

/** Measurements of which less is better; what is not here and has no such ending is better when it is more. */
const LESS_IS_BETTER = /(^|_)(loss|error|crossentropy|mse|mae|huber|learning_rate)$/;

/** One number of the logs, and whether it has got better: shared by the callbacks that watch one. */
export class Monitor {
  readonly name: string;
  best: number | undefined;
  private readonly sign: 1 | -1;
  private readonly minDelta: number;

  /**
   * @param who the callback, for messages
   * @param options `monitor`: `"valLoss"` or `"val_loss"`; `mode`: `"auto"` takes the direction from the name;
   *   `minDelta`: a change smaller than this is none, 0 by default
   */
  constructor(
    private readonly who: string,
    options: { readonly monitor: string; readonly mode?: Mode; readonly minDelta?: number },
  ) {
    const { mode = "auto", minDelta = 0 } = options;
    this.name = kerasName(checkText(who, "monitor", options.monitor));
    if (mode !== "auto" && mode !== "min" && mode !== "max") {
      throw new HeddleError({
        who,
        expected: 'mode to be "auto", "min" or "max"',
        received: JSON.stringify(mode),
        next: "Correct mode.",
      });
    }
    const less = mode === "auto" ? LESS_IS_BETTER.test(this.name) : mode === "min";
    this.sign = less ? 1 : -1;
    this.minDelta = Math.abs(checkNumber(who, "minDelta", minDelta));
  }

  /**
   * The epoch's value; undefined for one of the validation in an epoch that is not validated.
   *
   * @throws HeddleError when nothing of that name is measured
   */
  valueIn(logs: EpochLogs, training: TrainingControl): number | undefined {
    const values = measured(logs);
    const value = values.get(this.name);
    const validated = [...values.keys()].some((name) => name.startsWith("val_"));
    const absent = this.name.startsWith("val_") && training.validates && !validated;
    if (value !== undefined || absent) return value;
    throw new HeddleError({
      who: this.who,
      expected: `monitor to be one of ${[...values.keys()].join(", ")}`,
      received: JSON.stringify(this.name),
      next: this.name.startsWith("val_")
        ? "Check its spelling; give validationData or validationSplit, or monitor a number of the training."
        : "Check its spelling.",
    });
  }

  /** True when `value` is better than `reference` by more than `minDelta`; anything beats nothing. */
  improves(value: number, reference: number | undefined): boolean {
    return reference === undefined || this.sign * (reference - value) > this.minDelta;
  }
}

/** Checks a number. */
export function checkNumber(who: string, name: string, value: number): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw wrong(who, `${name} to be a finite number`, value, name);
}

/** Checks a text, such as a path. */
export function checkText(who: string, name: string, value: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw wrong(who, `${name} to be a text`, value, name);
}

function wrong(who: string, expected: string, value: unknown, name: string): HeddleError {
  const received = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? "nothing");
  return new HeddleError({ who, expected, received, next: `Correct ${name}.` });
}
