import { describe, expect, it } from "vitest";
import { HeddleError } from "./errors.js";
import { checkPlainJson, MAXIMUM_JSON_DEPTH, MAXIMUM_JSON_LENGTH, parseJsonText } from "./json.js";

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const tooDeep = `lists and objects within each other, more than ${MAXIMUM_JSON_DEPTH} deep`;

describe("parseJsonText", () => {
  it("reads what JSON.parse reads", () => {
    for (const text of ['{"a":[1,{"b":null}],"c":"[[[\\"[{"}', "3", '"\\\\"', nested(MAXIMUM_JSON_DEPTH)]) {
      expect(parseJsonText(text)).toEqual(JSON.parse(text));
    }
    expect(() => parseJsonText("{")).toThrow(SyntaxError);
  });

  it("refuses text that is nested too deeply or too long", () => {
    for (const depth of [MAXIMUM_JSON_DEPTH + 1, 1_000_000]) {
      expect(() => parseJsonText(nested(depth))).toThrow(new SyntaxError(tooDeep));
    }
    expect(() => parseJsonText(" ".repeat(MAXIMUM_JSON_LENGTH + 1))).toThrow(
      "67108865 characters, more than the 67108864 that are read",
    );
  });
});

describe("checkPlainJson", () => {
  it("accepts plain JSON", () => {
    for (const text of ["null", "3", '{"a":[{"b":null},"toString"],"c":{}}', nested(MAXIMUM_JSON_DEPTH)]) {
      expect(() => checkPlainJson("a.json", JSON.parse(text))).not.toThrow();
    }
  });

  it.each(["__proto__", "constructor", "toString", "valueOf", "hasOwnProperty"])(
    "refuses the key %s",
    (key) => {
      const value: unknown = JSON.parse(`{"layers":[1,{"config":{"${key}":{"polluted":1}}}]}`);
      expect(() => checkPlainJson("a.json", value)).toThrow(HeddleError);
      expect(() => checkPlainJson("a.json", value)).toThrow(
        `a.json: expected plain JSON, received the key "${key}". The file is damaged or was made to do harm`,
      );
    },
  );

  it("refuses values that are nested too deeply or contain themselves", () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    expect(() => checkPlainJson("a.json", deep)).toThrow(`a.json: expected plain JSON, received ${tooDeep}`);
    const itself: Record<string, unknown> = {};
    itself["again"] = [itself, itself];
    expect(() => checkPlainJson("a.json", itself)).toThrow(tooDeep);
  });
});
