import { describe, expect, it } from "vitest";
import { drawable, drawableData } from "./drawable.js";

describe("drawable", () => {
  it("replaces what XML cannot hold, and puts a space for the end of a line", () => {
    expect(drawable("a\x01b\x1b[31m\x7f\ufffe\uffff")).toBe("a\ufffdb\ufffd[31m\ufffd\ufffd\ufffd");
    expect(drawable("a\r\nb\tc\u2028d\u2029e")).toBe("a b c d e");
    expect(drawable("a\ud800b\udc00")).toBe("a\ufffdb\ufffd");
  });

  it("keeps every letter that can be drawn", () => {
    for (const text of ["Größe 日本語 👖 «a» \"b\" 'c' <d> & \\e ]]>", "constructor", "__proto__", ""])
      expect(drawable(text)).toBe(text);
  });

  it("cuts a long text between letters", () => {
    expect(drawable("x".repeat(1_000_000))).toBe(`${"x".repeat(199)}…`);
    expect(drawable("👖".repeat(300))).toBe(`${"👖".repeat(199)}…`);
    expect(drawable("👖".repeat(200))).toBe("👖".repeat(200));
  });
});

it("data is drawable when every text in it is, and is otherwise as it was", () => {
  const data = { title: "a\x01", values: [1, null, { text: "b\n", on: true }] };
  expect(drawableData(data)).toEqual({ title: "a\ufffd", values: [1, null, { text: "b ", on: true }] });
});
