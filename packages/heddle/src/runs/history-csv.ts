import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";

/** The columns of `history.csv`, named as Keras's CSVLogger names them, and the field that each holds. */
const columns = [
  ["epoch", "epoch"],
  ["loss", "loss"],
  ["accuracy", "accuracy"],
  ["val_loss", "valLoss"],
  ["val_accuracy", "valAccuracy"],
  ["learning_rate", "learningRate"],
  ["seconds", "seconds"],
  ["images_per_second", "imagesPerSecond"],
] as const satisfies readonly (readonly [string, keyof EpochLogs])[];

const header = columns.map(([name]) => name).join(",");

/** A row of names, then a row for each epoch; a missing value is an empty cell. Numbers keep every digit. */
export function formatHistory(epochs: readonly EpochLogs[]): string {
  const rows = epochs.map((logs) => columns.map(([, field]) => logs[field] ?? "").join(","));
  return `${[header, ...rows].join("\n")}\n`;
}

/**
 * Reads what {@link formatHistory} wrote.
 *
 * @param file the file's path, for the errors
 * @throws HeddleError that names the file, the line and the column that is wrong
 */
export function parseHistory(file: string, text: string): readonly EpochLogs[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  if (lines[0] !== header) throw damaged(file, `the columns ${header}`, `"${lines[0] ?? ""}"`);
  const rows = lines.slice(1).map((line, index) => parseRow(file, index + 2, line.split(",")));
  rows.forEach(({ epoch }, index) => {
    const before = rows[index - 1]?.epoch ?? 0;
    if (epoch > before) return;
    throw damaged(`${file}, line ${index + 2}`, `an epoch after ${before}`, `${epoch}`);
  });
  return rows;
}

function parseRow(file: string, line: number, cells: readonly string[]): EpochLogs {
  if (cells.length !== columns.length) {
    throw damaged(`${file}, line ${line}`, `${columns.length} cells`, `${cells.length}`);
  }
  const values = new Map<keyof EpochLogs, number>();
  columns.forEach(([name, field], index) => {
    const cell = cells[index]!;
    const mayBeEmpty = field === "valLoss" || field === "valAccuracy";
    if (cell === "" && mayBeEmpty) return;
    const value = parseNumber(cell);
    if (value === undefined || (field === "epoch" && !(Number.isSafeInteger(value) && value >= 1))) {
      throw damaged(`${file}, line ${line}`, `a number for ${name}`, `"${cell}"`);
    }
    values.set(field, value);
  });
  const valLoss = values.get("valLoss");
  const valAccuracy = values.get("valAccuracy");
  return {
    epoch: values.get("epoch")!,
    loss: values.get("loss")!,
    accuracy: values.get("accuracy")!,
    ...(valLoss !== undefined && { valLoss }),
    ...(valAccuracy !== undefined && { valAccuracy }),
    learningRate: values.get("learningRate")!,
    seconds: values.get("seconds")!,
    imagesPerSecond: values.get("imagesPerSecond")!,
  };
}

/** A number as JavaScript prints it: a loss that overflowed is `NaN` or `Infinity`. */
function parseNumber(cell: string): number | undefined {
  const known = /^-?(?:\d+(?:\.\d+)?(?:e[+-]\d+)?|Infinity)$|^NaN$/.test(cell);
  return known ? Number(cell) : undefined;
}

function damaged(who: string, expected: string, received: string): HeddleError {
  return new HeddleError({ who, expected, received, next: "Restore the file, or start a new run." });
}
