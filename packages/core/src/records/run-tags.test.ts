import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkName, checkTag, formatTagChange, parseTags } from "./run-tags.js";

const at = "2026-03-04T15:30:12.000Z";
const parse = (...lines: readonly string[]) => parseTags("labels.jsonl", lines.join(""));

describe("names and tags", () => {
  it("are the result of all changes in their order", () => {
    expect(parse()).toEqual({ name: null, tags: [] });
    const lines = [
      { at, tag: "wide" },
      { at, tag: "baseline" },
      { at, name: "first try" },
      { at, tag: "wide" },
      { at, untag: "never-there" },
    ].map(formatTagChange);
    expect(parse(...lines)).toEqual({ name: "first try", tags: ["baseline", "wide"] });
    const later = [{ at, untag: "wide" } as const, { at, name: null } as const].map(formatTagChange);
    expect(parse(...lines, ...later)).toEqual({ name: null, tags: ["baseline"] });
  });

  it.each([
    ['{"at":"yesterday","tag":"x"}\n', 'line 2: expected "at" to be a time'],
    [`{"at":"${at}"}\n`, 'line 2: expected "name" to be a string, received nothing'],
    [`{"at":"${at}","tag":"../x"}\n`, "Tag: expected"],
    [`{"at":"${at}","name":"a/b"}\n`, "Name of a run: expected"],
    ['{"at":', "line 2: expected JSON"],
    [`{"at":"${at}","tag":"y","colour":"red"}\n`, 'line 2: expected keys that it has, received "colour".'],
    [`{"at":"${at}","tag":"y","untag":"x"}\n`, 'line 2: expected keys that it has, received "untag".'],
  ])("that are damaged cost their own line, with a warning that names it: %s", (line, text) => {
    const damaged: string[] = [];
    const lines = [formatTagChange({ at, tag: "x" }), line, "\n", formatTagChange({ at, name: "after" })];
    const now = parseTags("labels.jsonl", lines.join(""), (message) => damaged.push(message));
    expect(now).toEqual({ name: "after", tags: ["x"] });
    expect(damaged).toEqual([expect.stringContaining(text)]);
  });

  it.each(["baseline", "v1.2", "lr=3e-3", "größer", "模型", "a:b_c+d", "7"])("may be the tag %s", (tag) => {
    expect(checkTag(tag)).toBe(tag);
  });

  it.each(["", " ", "-x", ".", "..", "a/b", "a\\b", "a b", "x\n", "\x1b[31m", "a".repeat(41)])(
    "cannot be the tag %j",
    (tag) => {
      expect(() => checkTag(tag)).toThrow("Choose another tag.");
    },
  );

  it.each(["latest", "../up", "/etc", "a/b", "a\\b", ".", "-rf", "x ", " x", "tab\tbed", ""])(
    "cannot be the name %j",
    (name) => {
      expect(() => checkName(name)).toThrow("Choose another name.");
    },
  );

  it("are read back as they were stored, and a name never leads out of a folder", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 70 }), (text) => {
        let name: string;
        try {
          name = checkName(text);
        } catch {
          return;
        }
        expect(name).not.toMatch(/[/\\\n]|^\./);
        expect(parse(formatTagChange({ at, name })).name).toBe(name);
      }),
    );
  });
});
