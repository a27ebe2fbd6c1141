// Strangers' files make the command line print one line that says what is wrong, and do nothing else.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { isOneLine, TINY, Workspace } from "./cli.js";

describe("a stranger's file", () => {
  const work = new Workspace();
  const refuses = async (args: readonly string[], text: string) => {
    const { code, stdout, stderr } = await work.heddle(args);
    expect([code, stdout], stderr).toEqual([2, ""]);
    expect(stderr).toContain(text);
    expect(isOneLine(stderr), stderr).toBe(true);
    expect(/\p{Cc}/u.test(stderr.trim()), JSON.stringify(stderr)).toBe(false);
  };

  it.each([
    ["deep", "[".repeat(100_000), "more than 100 deep"],
    [
      "deep.model",
      `{"class_name":"Sequential","config":{"layers":${"[".repeat(5000)}${"]".repeat(5000)}}}`,
      "more than 100 deep",
    ],
    [
      "polluting",
      '{"class_name":"Sequential","config":{"layers":[{"__proto__":{"polluted":1}}]}}',
      'the key "__proto__"',
    ],
    ["pretending", '{"class_name":"Sequential","config":{"layers":[{"toString":1}]}}', 'the key "toString"'],
    ["terminal", '{"heddleRecipe":1,"\\u001b[2Jepochs":3}', "settings of a training"],
  ])("is refused as a recipe, in one line: %s", async (name, content, text) => {
    writeFileSync(work.file(`${name}.json`), content);
    await refuses(["train", `${name}.json`, "--data", "clothes"], text);
  });

  it("sends no commands in its name to the terminal", async () => {
    await refuses(["data", "a\u001b[2Jb"], "a\u{fffd}[2Jb");
  });

  describe("that replaces a file of a run", () => {
    beforeAll(async () => {
      const { code, stderr } = await work.heddle(TINY);
      expect(code, stderr).toBe(0);
    });

    it("is refused if one bit of the weights is wrong", async () => {
      cpSync(work.runs()[0]!, work.file("changed"), { recursive: true });
      const path = work.file("changed", "model", "weights.safetensors");
      const bytes = readFileSync(path);
      bytes[bytes.length - 1]! ^= 1;
      writeFileSync(path, bytes);
      await refuses(["evaluate", "changed"], "expected the weights that run.json records, ");
      // On its own, without a record, the model is valid.
      cpSync(work.file("changed", "model"), work.file("copied"), { recursive: true });
      const { code, stderr } = await work.heddle(["evaluate", "copied", "--data", "clothes"]);
      expect(code, stderr).toBe(0);
    });
  });
});
