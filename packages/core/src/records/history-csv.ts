import { HeddleError } from "../base/errors.js";
import { shown } from "../base/rules.js";
import type { EpochLogs } from "../callbacks/history.js";
import { type OnDamagedLine, warnOfDamage } from "./lines.js";

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
 * Reads what `formatHistory` wrote. A line that cannot be read costs its epoch only; without the line of columns, there are
 * no epochs.
 *
 * @param file the file's path, for the warnings
 */
export function parseHistory(
  file: string,
  text: string,
  onDamaged: OnDamagedLine = () => {},
): readonly EpochLogs[] {
  const { epochs, damage } = readLinesOf(file, text);
  warnOfDamage(file, damage, onDamaged);
  return epochs;
}

/**
 * Reads what `formatHistory` wrote where nothing may be missing.
 *
 * @param file the file's path, for the errors
 * @throws HeddleError that names the file, the line and the column that is wrong
 */
export function parseWholeHistory(file: string, text: string): readonly EpochLogs[] {
  const { epochs, damage } = readLinesOf(file, text);
  if (damage[0]) throw damage[0];
  return epochs;
}

function readLinesOf(file: string, text: string) {
  const lines = text.split(/\r?\n/);
  const cut = lines.pop();
  const epochs: EpochLogs[] = [];
  const damage: HeddleError[] = [];
  const columnsFit = lines[0] === header;
  lines.forEach((line, index) => {
    if (index === 0 && columnsFit) return;
    const who = `${file}, line ${index + 1}`;
    try {
      if (!columnsFit) throw damaged(who, `the columns ${header}`, shown(line));
      const row = parseRow(who, line.split(","));
      const before = epochs.at(-1)?.epoch ?? 0;
      if (row.epoch <= before) throw damaged(who, `an epoch after ${before}`, `${row.epoch}`);
      epochs.push(row);
    } catch (thrown) {
      if (!(thrown instanceof HeddleError)) throw thrown;
      damage.push(thrown);
    }
  });
  if (cut !== "" || lines.length === 0) {
    damage.push(damaged(`${file}, line ${lines.length + 1}`, "a whole line", shown(cut)));
  }
  return { epochs, damage };
}

function parseRow(who: string, cells: readonly string[]): EpochLogs {
  if (cells.length !== columns.length) {
    throw damaged(who, `${columns.length} cells`, `${cells.length}`);
  }
  const values = new Map<keyof EpochLogs, number>();
  columns.forEach(([name, field], index) => {
    const cell = cells[index]!;
    const mayBeEmpty = field === "valLoss" || field === "valAccuracy";
    if (cell === "" && mayBeEmpty) return;
    const value = parseNumber(cell);
    if (value === undefined || (field === "epoch" && !(Number.isSafeInteger(value) && value >= 1))) {
      throw damaged(who, `a number for ${name}`, `"${cell}"`);
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
