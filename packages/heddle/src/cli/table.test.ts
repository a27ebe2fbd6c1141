import { describe, expect, it } from "vitest";
import { cell, tableOrBlocks } from "./table.js";

const head = ["Run", "Status", "Test"];
const rows = [
  ["2026-03-04-153012-mnist", "finished", "92.76%"],
  ["b", "", "-"],
];

describe("tableOrBlocks", () => {
  it("returns a table if it fits", () => {
    expect(tableOrBlocks(head, rows, { right: [2], columns: 80 })).toBe(
      [
        "Run                      Status      Test",
        "2026-03-04-153012-mnist  finished  92.76%",
        "b                                       -",
      ].join("\n"),
    );
  });

  it("returns a block for each row if the table does not fit", () => {
    expect(tableOrBlocks(head, rows, { right: [2], columns: 40 })).toBe(
      ["2026-03-04-153012-mnist", "  Status  finished", "  Test    92.76%", "b", "  Test    -"].join("\n"),
    );
  });
});

describe("cell", () => {
  it("returns one line without control characters", () => {
    expect(cell("a\n\tb\x1b[2Jc\x1b[31md\u202ee\u0007")).toBe("a b\ufffd[2Jc\ufffd[31md\ufffde\ufffd");
  });
});
