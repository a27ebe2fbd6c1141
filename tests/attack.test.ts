// A few attacks of tools/reliability/attack.mjs, which is the long form; docs/reliability.md has its results.
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { attack } from "../tools/reliability/attack/attack.mjs";
import type { Sandbox } from "../tools/reliability/attack/sandbox.mjs";

describe.skipIf(process.platform === "win32")("attacks on the command line", () => {
  it("leave everything as it must be", { timeout: 120_000 }, async () => {
    const { kinds, faults } = await attack({ seed: 40, count: 5 });
    expect(faults).toEqual([]);
    expect([...kinds.values()].reduce((sum, { held }) => sum + held, 0)).toBe(5);
  });

  it("report what does not hold, and how to repeat it", { timeout: 120_000 }, async () => {
    const planted = (name: string, harm: (sandbox: Sandbox) => unknown) => ({
      what: "a planted fault",
      async attack(sandbox: Sandbox) {
        mkdirSync(sandbox.file("theirs"));
        writeFileSync(sandbox.file("theirs", "thesis.docx"), "precious");
        const before = sandbox.picture("theirs");
        sandbox.log.push(name);
        await harm(sandbox);
        sandbox.unchanged("theirs", before);
        sandbox.noLeftovers();
        sandbox.wholeFiles();
      },
    });
    const harms: Record<string, [(sandbox: Sandbox) => unknown, RegExp | undefined]> = {
      nothing: [() => undefined, undefined],
      changed: [
        (box) => appendFileSync(box.file("theirs", "thesis.docx"), "!"),
        /^theirs\/thesis\.docx was .+, is /,
      ],
      deleted: [(box) => rmSync(box.file("theirs"), { recursive: true }), /^theirs was folder, is gone$/],
      added: [(box) => writeFileSync(box.file("theirs", "ours.csv"), "\n"), /^theirs\/ours\.csv was added$/],
      left: [(box) => writeFileSync(box.file("lock-0123456789ab"), ""), /^left behind: lock-0123456789ab$/],
      half: [(box) => writeFileSync(box.file("half.json"), '{"a"'), /^half\.json is half written$/],
      accepted: [
        async (box) => box.refuses(await box.heddle(["runs"])),
        /^heddle runs ended with 0 \(.*\): expected to be refused$/,
      ],
    };
    for (const [name, [harm, message]] of Object.entries(harms)) {
      const { kinds, faults } = await attack({
        seed: 7,
        count: 1,
        kinds: { [name]: planted(name, harm) },
        fixture: { path: "", resumed: "" },
      });
      expect(kinds.get(name)).toEqual({ attacks: 1, held: message ? 0 : 1 });
      expect(faults).toHaveLength(message ? 1 : 0);
      if (!message) continue;
      expect(faults[0]!.message).toMatch(message);
      expect(faults[0]!.log[0]).toBe(name);
      expect(faults[0]!.command).toBe(`node tools/reliability/attack.mjs --seed 7 --count 1 --only ${name}`);
    }
  });
});
