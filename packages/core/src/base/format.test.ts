import { expect, it } from "vitest";
import { formatBytes, formatDuration, formatPercent, formatTable, groupDigits, oneLine } from "./format.js";

it.each([
  [0, "0"],
  [999, "999"],
  [1000, "1,000"],
  [1_234_567, "1,234,567"],
  [-1234, "-1,234"],
  [1234.5678, "1,234.5678"],
])("groupDigits(%d) is %s", (value, text) => expect(groupDigits(value)).toBe(text));

it.each([
  [0.92734, 2, "92.73%"],
  [1, 0, "100%"],
])("formatPercent(%d, %d) is %s", (value, digits, text) => expect(formatPercent(value, digits)).toBe(text));

it.each([
  [0, "0s"],
  [-1, "0s"],
  [59.4, "59s"],
  [59.6, "1m00s"],
  [75, "1m15s"],
  [3599.6, "1h00m"],
  [3725, "1h02m"],
  [360_000, "100h00m"],
  [Number.POSITIVE_INFINITY, "?"],
  [Number.NaN, "?"],
])("formatDuration(%d) is %s", (value, text) => expect(formatDuration(value)).toBe(text));

it.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [26_421_880, "25.2 MiB"],
  [2 ** 31, "2.0 GiB"],
  [2 ** 52, "4096.0 TiB"],
])("formatBytes(%d) is %s", (value, text) => expect(formatBytes(value)).toBe(text));

it("formatTable aligns columns, numbers to the right, without trailing blanks", () => {
  const rows = [
    ["name", "n"],
    ["a", "1,000"],
    ["longer", "7"],
  ];
  expect(formatTable(rows, [1])).toBe("name        n\na       1,000\nlonger      7");
  expect(formatTable(rows)).toBe("name    n\na       1,000\nlonger  7");
  expect(formatTable([["a", "b", "c"], ["long"]])).toBe("a     b  c\nlong");
  expect(formatTable([])).toBe("");
});

it("oneLine leaves nothing that acts on what shows a text", () => {
  expect(oneLine("a\r\nb\tc\u2028d\u0085e")).toBe("a b c d e");
  expect(oneLine("\x1b[31mred \x00\x9b \ufffe \ud800 \u202eback")).toBe(
    "\ufffd[31mred \ufffd\ufffd \ufffd \ufffd \ufffdback",
  );
  expect(oneLine("Größe 日本語 👖 __proto__")).toBe("Größe 日本語 👖 __proto__");
  expect(formatTable([["a\nb", "c"]])).toBe("a b  c");
});
