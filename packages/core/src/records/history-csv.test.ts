import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EpochLogs } from "../callbacks/history.js";
import { formatHistory, parseHistory, parseWholeHistory } from "./history-csv.js";

const logs: EpochLogs = {
  epoch: 1,
  loss: 0.5321987654321,
  accuracy: 0.8125,
  valLoss: 1e-7,
  valAccuracy: 0.85,
  learningRate: 0.003,
  seconds: 12.5,
  imagesPerSecond: 4800,
};

const numbers = fc.double();
const rows = fc.array(
  fc.record(
    {
      loss: numbers,
      accuracy: numbers,
      valLoss: numbers,
      valAccuracy: numbers,
      learningRate: numbers,
      seconds: numbers,
      imagesPerSecond: numbers,
    },
    { requiredKeys: ["loss", "accuracy", "learningRate", "seconds", "imagesPerSecond"] },
  ),
);
/** Any numbers, epoch after epoch. */
const epochs = rows.map((list) => list.map((row, index): EpochLogs => ({ epoch: index + 1, ...row })));

describe("history.csv", () => {
  it("is a table that a spreadsheet reads", () => {
    const { valLoss: _, valAccuracy: __, ...withoutValidation } = logs;
    expect(formatHistory([logs, { ...withoutValidation, epoch: 2 }])).toBe(
      "epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds,images_per_second\n" +
        "1,0.5321987654321,0.8125,1e-7,0.85,0.003,12.5,4800\n" +
        "2,0.5321987654321,0.8125,,,0.003,12.5,4800\n",
    );
  });

  it("stores every number to the last bit", () => {
    fc.assert(
      fc.property(epochs, (rows) => {
        const read = parseHistory("history.csv", formatHistory(rows));
        // CSV has one zero.
        const positive = JSON.stringify(rows, (_, value) =>
          typeof value === "number" ? String(value + 0) : value,
        );
        expect(JSON.stringify(read, (_, value) => (typeof value === "number" ? String(value) : value))).toBe(
          positive,
        );
      }),
    );
  });

  it("is read with the line ends of Windows", () => {
    expect(parseHistory("history.csv", formatHistory([logs]).replaceAll("\n", "\r\n"))).toEqual([logs]);
  });

  it("loses its damaged lines only, wherever they are, with one warning that counts them", () => {
    const rows = [1, 2, 3, 4, 5].map((epoch) => ({ ...logs, epoch }));
    const lines = formatHistory(rows).split("\n");
    const read = (text: string) => {
      const warnings: string[] = [];
      const epochs = parseHistory("history.csv", text, (message) => warnings.push(message));
      return { epochs: epochs.map(({ epoch }) => epoch), warnings };
    };
    expect(read(lines.join("\n"))).toEqual({ epochs: [1, 2, 3, 4, 5], warnings: [] });
    expect(read(lines.with(2, "2,\0\0").join("\n"))).toEqual({
      epochs: [1, 3, 4, 5],
      warnings: [
        "1 damaged line is skipped in history.csv. history.csv, line 3: expected 8 cells, received 2. Restore the file, or start a new run.",
      ],
    });
    expect(read(lines.with(2, lines[4]!).join("\n").slice(0, -5))).toEqual({
      epochs: [1, 4],
      warnings: [
        expect.stringMatching(
          /^3 damaged lines are skipped in history\.csv\. The first: history\.csv, line 4: expected an epoch after 4, received 3\./,
        ),
      ],
    });
    for (const text of ["", lines.slice(1).join("\n")]) {
      expect(read(text)).toEqual({
        epochs: [],
        warnings: [expect.stringContaining("history.csv, line 1: expected")],
      });
    }
  });

  it("is refused by line when it is damaged where nothing may be missing", () => {
    const good = formatHistory([logs]);
    const parse = (text: string) => () => parseWholeHistory("history.csv", text);
    expect(parse("")).toThrow("history.csv, line 1: expected a whole line");
    expect(parse(good.replace("val_loss", "loss"))).toThrow("line 1: expected the columns epoch,loss");
    expect(parse(good.slice(0, -10))).toThrow("history.csv, line 2: expected a whole line");
    expect(parse(good.replace("0.8125", "high"))).toThrow(
      'line 2: expected a number for accuracy, received "high"',
    );
    expect(parse(good.replace("0.8125", ""))).toThrow('expected a number for accuracy, received ""');
    expect(parse(good.replace("\n1,", "\n1.5,"))).toThrow('expected a number for epoch, received "1.5"');
    expect(parse(good.replace("0.003", "0x3"))).toThrow("learning_rate");
    expect(parse(formatHistory([logs, { ...logs, epoch: 3 }, { ...logs, epoch: 3 }]))).toThrow(
      "history.csv, line 4: expected an epoch after 3, received 3.",
    );
  });
});
