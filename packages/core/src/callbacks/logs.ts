import { didYouMean } from "../base/closest.js";
import { HeddleError } from "../base/errors.js";
import { oneOf } from "../base/rules.js";
import type { CamelCase, SnakeCase } from "../base/spelling.js";
import type { MetricName } from "../metrics/index.js";
import type { CallbackMemory, TrainingControl } from "./callback.js";
import type { EpochLogs } from "./history.js";

/** What `EpochLogs` holds that is not a measurement, or several. */
const notMeasured = ["epoch", "seconds", "imagesPerSecond", "valMetrics"] as const;

/** The measurements of each epoch, and those of Heddle's metrics on validation data. */
type Measurement =
  | Exclude<keyof EpochLogs, (typeof notMeasured)[number]>
  | `val${Capitalize<CamelCase<Exclude<MetricName, `${string}_${string}`>>>}`;

/** @inline */
type MonitorNames = Measurement | SnakeCase<Measurement>;

/** A measurement: `"loss"`, `"valAccuracy"` or `"val_accuracy"`; of a metric with a name of its own, `"valName"`. */
export type MonitorName = MonitorNames | (`val${string}` & {});

const others = new Set<string>(notMeasured);

/** What an epoch measured, under Keras's names (`loss`, `val_accuracy`, `learning_rate`), in the order of the logs. */
export function measured(logs: EpochLogs): Map<string, number> {
  const { valMetrics = {} } = logs;
  const values = new Map<string, number>();
  const add = (name: string, value: unknown) => {
    // NaN: this loss has no such measurement.
    if (typeof value === "number" && !Number.isNaN(value)) values.set(kerasName(name), value);
  };
  for (const [name, value] of Object.entries(logs)) if (!others.has(name)) add(name, value);
  for (const [name, value] of Object.entries(valMetrics)) add(`val_${name}`, value);
  return values;
}

/** `valLoss` → `val_loss`; names with underscores stay as they are. */
export function kerasName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The numbers of a callback's memory without those that are undefined. */
export function remembered(numbers: Readonly<Record<string, number | undefined>>): CallbackMemory["numbers"] {
  return Object.fromEntries(
    Object.entries(numbers).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}

/** Whether a monitored number should become smaller or larger. */
export type Mode = "auto" | "min" | "max";
export const modeRule = oneOf("auto", "min", "max");

/** Names of measurements that should become smaller; all others should become larger. */
const LESS_IS_BETTER = /(^|_)(loss|error|crossentropy|mse|mae|huber|learning_rate)$/;

/** A measurement of the logs, and whether it has improved: shared by the callbacks that watch one. */
export class Monitor {
  readonly name: string;
  best: number | undefined;
  private readonly sign: 1 | -1;
  private readonly minDelta: number;

  /**
   * @param who the callback, for errors
   * @param options `monitor`: `"valLoss"` or `"val_loss"`; `mode`: `"auto"` decides by the name; `minDelta`: a smaller
   *   change is no improvement, 0 by default
   */
  constructor(
    private readonly who: string,
    options: { readonly monitor: string; readonly mode?: Mode; readonly minDelta?: number },
  ) {
    const { mode = "auto", minDelta = 0 } = options;
    this.name = kerasName(options.monitor);
    const less = mode === "auto" ? LESS_IS_BETTER.test(this.name) : mode === "min";
    this.sign = less ? 1 : -1;
    this.minDelta = Math.abs(minDelta);
  }

  /**
   * The epoch's value; undefined if validation measures it and the epoch is not validated.
   *
   * @throws HeddleError when there is no measurement of that name
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
      next: didYouMean(
        this.name,
        [...values.keys()],
        this.name.startsWith("val_") && !validated
          ? "Pass `validationData` or `validationSplit`, or monitor a measurement of the training."
          : "Choose one of them.",
      ),
    });
  }

  /** True when `value` is better than `reference` by more than `minDelta`, or there is no reference. */
  improves(value: number, reference: number | undefined): boolean {
    return reference === undefined || this.sign * (reference - value) > this.minDelta;
  }
}
