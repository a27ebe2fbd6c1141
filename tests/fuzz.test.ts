// Every parser reads some damaged files; tools/fuzz.mjs is the long form, docs/reliability.md has its results.
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { corpusOf, inputOf } from "../tools/fuzz/input.mjs";
import { tableOf } from "../tools/fuzz/page.mjs";
import { fuzz } from "../tools/fuzz/run.mjs";
import { targets } from "../tools/fuzz/targets.mjs";
import { root } from "./documents.js";

/** Not the seed of the long run, whose inputs would only be repeated. */
const SEED = 20;

describe("damaged files", () => {
  it.each(targets.map(({ name }) => name))(
    "are read or refused by %s, and do no other harm",
    async (name) => {
      const inputs = name === "pictures" ? 40 : 100;
      const { findings, accepted, refused, inputs: tried } = await fuzz(name, { inputs, seed: SEED });
      expect(findings).toEqual([]);
      expect(tried).toBe(inputs);
      // If every input or none were refused, the test would prove little.
      expect(refused).toBeGreaterThan(inputs / 20);
      expect(accepted + refused).toBe(inputs);
    },
  );
});

describe("the fuzzer", () => {
  const module = fileURLToPath(new URL("fuzz-planted.mjs", import.meta.url));
  const planted = (name: string, options = {}) =>
    fuzz(name, { inputs: 150, module, limitMs: name === "hang" ? 400 : 5000, limitMiB: 350, ...options });

  it.each([
    ["type-error", /^TypeError: .*length/],
    ["no-error", /^a string$/],
    ["hang", /^hangs: more than 400 ms$/],
    ["memory", /^memory: \d+ MiB, more than 350$/],
    ["exit", /^died: exit code 9/],
    ["pollution", /^pollution: /],
    ["traversal", /^wrote outside of its folder: .*planted-outside$/],
    ["stray", /^unhandled rejection: Error: nobody waits for this$/],
    ["damage", /^a damaged file was accepted$/],
  ])("finds a planted %s, and continues after it", async (name, message) => {
    const keep = mkdtempSync(join(tmpdir(), "heddle-fuzz-test-"));
    const inputs = name === "hang" ? 60 : 150;
    const { findings, inputs: tried } = await planted(name, { inputs, keep });
    expect(findings.length).toBeGreaterThan(0);
    for (const { finding } of findings) expect(finding.split("\n")[0]).toMatch(message);
    const [first] = findings;
    expect(tried).toBeGreaterThan(first!.index);
    expect(readdirSync(keep).length).toBeGreaterThan(0);
    expect(existsSync(join(tmpdir(), "planted-outside"))).toBe(false);
    // The seed and the index reproduce the input.
    const again = await planted(name, { inputs: 1, from: first!.index });
    expect(again.findings.map(({ index }) => index)).toEqual([first!.index]);
  });

  it("finds nothing in a parser without bugs", async () => {
    const { findings, refused } = await planted("nothing");
    expect(findings).toEqual([]);
    expect(refused).toBeGreaterThan(30);
  });

  it("makes the same inputs from the same seed, and different ones from another", async () => {
    for (const target of targets.filter(({ name }) => !["pictures", "checkpoint"].includes(name))) {
      const corpus = await corpusOf(target);
      const list = async (seed: number) => {
        const made: string[] = [];
        for (let index = 0; index < 20; index++) {
          made.push(Buffer.from(await inputOf(target, corpus, seed, index)).toString("base64"));
        }
        return made;
      };
      expect(await list(3), target.name).toEqual(await list(3));
      expect(await list(3), target.name).not.toEqual(await list(4));
    }
  });

  it("has a row for each target in docs/reliability.md, without findings", () => {
    const page = readFileSync(join(root, "docs/reliability.md"), "utf8");
    const table = /<!-- fuzz -->\n([\s\S]*?)<!-- end of fuzz -->/.exec(page)![1]!;
    for (const { what } of targets)
      expect(table).toMatch(new RegExp(`^\\| ${what.replace(/[.*+?^$()]/g, "\\$&")} \\|.* 0 \\|$`, "m"));
  });

  it("writes its results as a table", () => {
    const findings = [{ index: 1, finding: "x", file: undefined, command: "y" }];
    const result = { name: "idx", inputs: 1_234_567, accepted: 1000, refused: 1_233_567, findings };
    const table = tableOf([result], targets, { seed: 1, version: "0.1.0", node: "20.20.2" });
    const row = "| IDX files | sizes that must agree | 1,234,567 | 1,000 | 1,233,567 | 1 |";
    expect(table).toContain(row);
    const other = { name: "csv", inputs: 10, accepted: 4, refused: 6, findings: [] };
    const both = tableOf([other], targets, { seed: 1, version: "0.1.0", node: "20.20.2" }, table);
    expect(both).toContain(row);
    expect(both).toContain(" | 10 | 4 | 6 | 0 |");
    expect(both).toContain("1,234,577 inputs");
  });
});
