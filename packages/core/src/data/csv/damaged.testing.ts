/** Ways to damage a row, each with the reason that must be reported. */
const damages: readonly (readonly [reason: string, damage: (cells: string[]) => string[]])[] = [
  ["missing value", (cells) => replaced(cells, 7, "")],
  ["missing value", (cells) => replaced(cells, 783, "NaN")],
  ["missing value", (cells) => replaced(cells, 40, " ? ")],
  ["unreadable value", (cells) => replaced(cells, 300, "12O")],
  ["unreadable value", (cells) => replaced(cells, 1, "∞")],
  ["too few cells", (cells) => cells.slice(0, 500)],
  ["too many cells", (cells) => [...cells, "0"]],
  ["missing label", (cells) => replaced(cells, 0, "NA")],
  // A different one each time: a label that returns is a class.
  ["unreadable label", (cells) => replaced(cells, 0, `shirt ${cells.slice(1, 5).join(" ")}`)],
  ["unclosed quote", (cells) => replaced(cells, 784, '"3')],
];

function replaced(cells: readonly string[], at: number, text: string): string[] {
  return cells.map((cell, index) => (index === at ? text : cell));
}

/** A table of 28×28 images with 1,000 rows, every tenth of them damaged, and what must be reported about it. */
export function damagedCsv() {
  const lines = [["label", ...Array.from({ length: 784 }, (_, pixel) => `pixel${pixel + 1}`)].join()];
  const expected = { kept: 0, lines: [] as number[], byReason: {} as Record<string, number> };
  for (let row = 0; row < 1000; row++) {
    // Knuth's multiplicative hash: noise that is the same on every machine.
    const pixel = (_: unknown, at: number) => String(Math.imul(row * 784 + at + 1, 2654435761) >>> 24);
    const cells = [String(row % 7), ...Array.from({ length: 784 }, pixel)];
    const [reason, damage] = damages[Math.floor(row / 10) % damages.length]!;
    if (row % 10 !== 3) {
      lines.push(cells.join());
      expected.kept++;
      continue;
    }
    lines.push(damage(cells).join());
    expected.lines.push(lines.length);
    expected.byReason[reason] = (expected.byReason[reason] ?? 0) + 1;
  }
  return { text: `${lines.join("\r\n")}\r\n`, expected };
}
