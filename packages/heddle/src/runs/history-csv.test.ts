import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatHistory, parseHistory } from "./history-csv.js";

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

  it("is refused by line when it is damaged", () => {
    const good = formatHistory([logs]);
    const parse = (text: string) => () => parseHistory("history.csv", text);
    expect(parse("")).toThrow("history.csv: expected the columns epoch,loss");
    expect(parse(good.slice(0, -10))).toThrow("history.csv, line 2: expected 8 cells, received 7");
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
