// Parsers with planted bugs, one of each kind that the fuzzer must find.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { HeddleError } from "../packages/core/dist/base/errors.js";

const corpus = () => [new TextEncoder().encode("a file of a format that was made up.")];

/**
 * @param {string} name
 * @param {(bytes: Uint8Array, work: string) => unknown} fault what it does about once in twenty inputs
 * @param {"none" | "checksum"} redundancy
 */
const planted = (name, fault, redundancy = "none") => ({
  ...{ name, what: name, redundancy, corpus },
  parse: (/** @type {Uint8Array} */ bytes, /** @type {string} */ work) => {
    const sum = bytes.reduce((all, byte) => all + byte, 0);
    if (new TextDecoder().decode(bytes).startsWith("a file of a format") && bytes.length === 36)
      return "whole";
    if (sum % 20 === 0) return fault(bytes, work);
    throw new HeddleError("refused");
  },
});

export const targets = [
  planted("type-error", () => /** @type {any} */ (undefined).length),
  planted("no-error", () => {
    throw "a string";
  }),
  planted("hang", () => {
    for (;;);
  }),
  planted("memory", () => new Uint8Array(400 * 2 ** 20).fill(1).length),
  planted("exit", () => process.exit(9)),
  planted("pollution", () => {
    /** @type {any} */ (Object.prototype).polluted = 1;
  }),
  planted("traversal", (_, work) => writeFileSync(join(work, "..", "..", "planted-outside"), "x")),
  planted("stray", () => {
    void Promise.reject(new Error("nobody waits for this"));
    return new Promise((done) => setTimeout(done, 5));
  }),
  planted("damage", () => "other content", "checksum"),
  planted("nothing", () => {
    throw new HeddleError("refused too");
  }),
];
