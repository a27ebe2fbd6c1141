import { describe, expect, it } from "vitest";
import { formatLook, type LookReason, looksSentence, parseLooks } from "./test-looks.js";

const at = "2026-03-04T15:30:12.000Z";
const looks = (...reasons: LookReason[]) => reasons.map((reason) => ({ at, reason }));

describe("looks at the test images", () => {
  it("are read back from their lines", () => {
    const some = looks("validation", "end of training", "evaluate");
    expect(parseLooks("test-looks.jsonl", some.map(formatLook).join(""))).toEqual(some);
    expect(parseLooks("test-looks.jsonl", "")).toEqual([]);
  });

  it.each([
    ['{"at":"yesterday","reason":"evaluate"}', 'line 2: expected "at" to be a time'],
    [
      `{"at":"${at}","reason":"curiosity"}`,
      'line 2: expected "reason" to be one of validation, end of training',
    ],
    ['{"at":', "line 2: expected JSON"],
    [`{"at":"${at}","reason":"evaluate","why":1}`, 'line 2: expected keys that it has, received "why".'],
  ])("skip a line that is damaged, with a warning that names it: %s", (line, text) => {
    const file = `${formatLook(looks("validation")[0]!)}${line}\n`;
    const damaged: string[] = [];
    const left = parseLooks("test-looks.jsonl", `${file}${formatLook(looks("evaluate")[0]!)}`, (message) =>
      damaged.push(message),
    );
    expect(left).toEqual(looks("validation", "evaluate"));
    expect(damaged).toEqual([expect.stringContaining(text)]);
  });

  it("skip several damaged lines with one warning that counts them", () => {
    const damaged: string[] = [];
    const text = `{"at":\n${formatLook(looks("validation")[0]!)}\0\0\n`;
    expect(parseLooks("test-looks.jsonl", text, (message) => damaged.push(message))).toHaveLength(1);
    expect(damaged).toEqual([
      expect.stringMatching(
        /^2 damaged lines are skipped in test-looks\.jsonl\. The first: test-looks\.jsonl, line 1:/,
      ),
    ]);
  });

  it("are summed up in one sentence", () => {
    expect(looksSentence([])).toMatch(/^This run's test images were looked at never;/);
    expect(looksSentence(looks("end of training"))).toMatch(
      /looked at once \(once at the end of training\);/,
    );
    expect(
      looksSentence(looks("validation", "validation", "end of training", "evaluate", "evaluate", "explain")),
    ).toBe(
      "This run's test images were looked at 6 times (twice to validate an epoch, once at the end of training, twice for an evaluation and once for explanations); if any of these looks influenced the training, the test accuracy is a little too optimistic.",
    );
  });
});
