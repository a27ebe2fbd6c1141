import { Command, Option } from "@commander-js/extra-typings";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCommand } from "../runs/command-line.js";
import { inFlags, optionsOf, setsAlso } from "./flag-words.js";

const command = new Command("look")
  .option("--fast", "")
  .option("--no-label-errors", "")
  .option("--missing <rule>", "")
  .option("--lr, --learning-rate <x>", "")
  .option("--shape <HxWxC>", "")
  .option("--drop-columns <columns>", "")
  .option("--report [file]", "")
  .option("--validation-split <x>", "")
  .addOption(setsAlso(new Option("--data <path>"), "dataDir"));
const options = optionsOf(command);

describe("an option that a text names as code", () => {
  it.each([
    ['Set `missing: "drop"`, or correct `shape`.', "Set --missing drop, or correct --shape."],
    ["`learningRate`: expected a number", "--learning-rate: expected a number"],
    ["Add `validationSplit: 0.1`.", "Add --validation-split 0.1."],
    ["Remove `fast: true`.", "Remove --fast."],
    ["Pass `fast: false`.", "Pass no --fast."],
    ["Remove `labelErrors: false`.", "Remove --no-label-errors."],
    ["Set `shape: [32, 32, 3]`.", "Set --shape 32x32x3."],
    ['Set `dropColumns: ["id", "font name"]`.', "Set --drop-columns 'id,font name'."],
    ['Set `report: true` or `report: "my page.html"`.', "Set --report or --report 'my page.html'."],
    ["Set `dataDir` to its folder.", "Set --data to its folder."],
  ])("is replaced by its flag: %s", (text, flags) => {
    expect(inFlags(text, options)).toBe(flags);
  });

  it.each([
    "`epochs`: this command has no such flag",
    "`labelErrors: true` is no flag",
    "`fast: 3` fits no switch",
    "`missing: true` needs a word",
    "`missing: rule` is not JSON",
    "`shape: []` holds nothing to type",
    "Call `model.fit()` or `toString`.",
    "a lone ` stays",
  ])("stays as it is if no flag means the same: %s", (text) => {
    expect(inFlags(text, options)).toBe(text);
  });

  it("may be an option of a parent command", () => {
    const parent = new Command("runs").option("--run-dir <dir>", "");
    const child = new Command("tag");
    parent.addCommand(child);
    expect(inFlags("Set `runDir`.", optionsOf(child))).toBe("Set --run-dir.");
  });

  it("is written so that a command reads the same value", () => {
    const names = fc.stringMatching(/^[a-z]{1,8}(-[a-z]{1,8}){0,2}$/).filter((name) => !/^no-/.test(name));
    const values = fc.oneof(
      fc.string({ minLength: 1 }).filter((text) => !text.includes("`")),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
    );
    fc.assert(
      fc.property(names, values, (name, value) => {
        const option = new Option(`--${name} <value>`);
        const code = `\`${option.attributeName()}: ${JSON.stringify(value)}\``;
        const word = Array.isArray(value) ? value.join("x") : String(JSON.parse(JSON.stringify(value)));
        expect(inFlags(`Set ${code}.`, [option])).toBe(`Set --${name} ${formatCommand([word])}.`);
      }),
    );
  });

  it("is replaced only within its backticks", () => {
    const plain = fc.string().filter((text) => !text.includes("`"));
    fc.assert(
      fc.property(plain, plain, (before, after) => {
        expect(inFlags(before, options)).toBe(before);
        expect(inFlags(`${before}\`fast\`${after}`, options)).toBe(`${before}--fast${after}`);
      }),
    );
  });

  it("stays as it is in any text, however broken, if a command has no such flag", () => {
    const pieces = fc.constantFrom("`", "fast", ": ", "true", '"', "[1]", "\\", "x");
    fc.assert(
      fc.property(fc.string({ unit: pieces }), (text) => {
        expect(inFlags(text, [])).toBe(text);
        expect(typeof inFlags(text, options)).toBe("string");
      }),
    );
  });
});
