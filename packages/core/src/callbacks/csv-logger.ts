import { fileExists, readTextFile, writeFileAtomic } from "#files";
import { HeddleError } from "../base/errors.js";
import { checkOptionsOf } from "../base/known-options.js";
import { checkValue, text, trueOrFalse } from "../base/rules.js";
import type { Callback } from "./callback.js";
import type { EpochLogs } from "./history.js";
import { measured } from "./logs.js";

export interface CSVLoggerOptions {
  /**
   * The text between two cells.
   *
   * @defaultValue `","`
   */
  readonly separator?: string;
  /**
   * Continues an existing file instead of replacing it.
   *
   * @defaultValue false
   */
  readonly append?: boolean;
}

/**
 * Writes a CSV file with a row for each epoch, complete after every epoch. The columns are Keras's: `epoch`, from 0,
 * then the measurements by name.
 *
 * @example
 * await model.fit(data.train, { epochs: 20, callbacks: [new CSVLogger("history.csv")] });
 */
export class CSVLogger implements Callback {
  private readonly separator: string;
  private readonly append: boolean;
  private lines: string[] = [];
  private columns: string[] | undefined;

  constructor(
    private readonly path: string,
    options: CSVLoggerOptions = {},
  ) {
    checkOptionsOf(new.target, [CSVLogger], options, { separator: text, append: trueOrFalse });
    checkValue("CSVLogger", "path", path, text);
    this.separator = options.separator ?? ",";
    this.append = options.append ?? false;
  }

  async onTrainBegin(): Promise<void> {
    this.lines = [];
    this.columns = undefined;
    if (!(await fileExists(this.path))) return;
    const text = await readTextFile(this.path);
    if (text !== "" && !/^epoch\W/.test(text)) throw otherFile(this.path);
    if (!this.append) return;
    this.lines = text.split(/\r?\n/).filter((line) => line !== "");
    this.columns = this.lines[0]?.split(this.separator).slice(1);
  }

  async onEpochEnd(logs: EpochLogs): Promise<void> {
    const values = measured(logs);
    if (!this.columns) {
      this.columns = [...values.keys()].sort();
      // As in Keras: the first epoch may not have been validated.
      if (!this.columns.some((name) => name.startsWith("val_"))) {
        this.columns.push(
          ...this.columns.filter((name) => name !== "learning_rate").map((name) => `val_${name}`),
        );
      }
      this.lines.push(["epoch", ...this.columns].join(this.separator));
    }
    const cells = this.columns.map((name) => String(values.get(name) ?? "NA"));
    this.lines.push([logs.epoch - 1, ...cells].join(this.separator));
    await writeFileAtomic(this.path, `${this.lines.join("\n")}\n`);
  }
}

function otherFile(path: string): HeddleError {
  return new HeddleError({
    who: `File ${path}`,
    expected: "a history, whose first column is epoch",
    received: "something else",
    next: "Choose another path.",
  });
}
