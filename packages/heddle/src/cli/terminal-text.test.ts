import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { saysAscii, toAscii, visibleLength, withoutControls, wrapped } from "./terminal-text.js";

describe("toAscii", () => {
  it("writes signs as people type them, and leaves names alone", () => {
    expect(toAscii("28 × 28 → 10 …  ━━╌ 95% ± 0.1")).toBe("28 x 28 -> 10 ...  ==- 95% +- 0.1");
    expect(toAscii("données/Пример")).toBe("données/Пример");
  });
});

describe("withoutControls", () => {
  it("keeps tabs and line ends, and replaces all other control characters, colours included", () => {
    expect(withoutControls("\x1b[31mred\x1b[0m\ta\nb")).toBe("\ufffd[31mred\ufffd[0m\ta\nb");
    expect(withoutControls("a\x1b]0;title\x07\x1b[2J\r\x9b1A")).toBe("a�]0;title��[2J��1A");
  });
});

describe("wrapped", () => {
  it("breaks lines between words, and indents what follows", () => {
    expect(wrapped("  label      some words that are long", 20)).toBe(
      "  label      some\n    words that are\n    long",
    );
  });

  it("leaves lines that fit unchanged, and words that fit no line whole", () => {
    expect(wrapped("a  b\n\nc", 4)).toBe("a  b\n\nc");
    expect(wrapped(`x ${"y".repeat(50)}`, 20)).toBe(`x\n  ${"y".repeat(50)}`);
  });

  it("breaks tables between cells, and cuts rules", () => {
    const table = "conv2d (Conv2D)  [batch, 26, 26, 16]  160\n─────────────────────────────────────────";
    expect(wrapped(table, 30)).toBe(
      "conv2d (Conv2D)\n  [batch, 26, 26, 16]  160\n──────────────────────────────",
    );
  });

  it("does not count colours as columns", () => {
    expect(visibleLength("\x1b[1mab\x1b[22m")).toBe(2);
    expect(wrapped("\x1b[1maaaa\x1b[22m bbbb", 9)).toBe("\x1b[1maaaa\x1b[22m bbbb");
  });

  it("loses no word, and never exceeds the width if every word fits", () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 });
    fc.assert(
      fc.property(words, fc.integer({ min: 16, max: 60 }), (list, columns) => {
        const text = wrapped(list.join(" "), columns);
        expect(text.split(/\s+/)).toEqual(list);
        for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(columns);
      }),
    );
  });
});

describe("saysAscii", () => {
  it.each([
    [{}, false],
    [{ LANG: "en_US.UTF-8" }, false],
    [{ LC_ALL: "C" }, true],
    [{ LC_ALL: "C.UTF-8" }, false],
    [{ LC_ALL: "", LC_CTYPE: "C.utf8", LANG: "C" }, false],
    [{ LANG: "de_DE.ISO-8859-1" }, true],
  ])("of %j is %s", (env, expected) => {
    expect(saysAscii(env)).toBe(expected);
  });
});
