import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { formatCommand } from "./command-line.js";

describe("formatCommand", () => {
  it("quotes only what a shell would change", () => {
    expect(formatCommand(["heddle", "train", "--data=a/b-c.d", "--seed", "42"])).toBe(
      "heddle train --data=a/b-c.d --seed 42",
    );
    expect(formatCommand(["--data", "my photos", ""])).toBe("--data 'my photos' ''");
  });

  it.skipIf(process.platform === "win32")("is read back by a shell as the same words", () => {
    const words = [
      "a b",
      "it's",
      "$HOME",
      "`date`",
      'say "hi"',
      "back\\slash",
      "*",
      "new\nline",
      "é",
      "#x",
      "~",
    ];
    const print = `${formatCommand([process.execPath, "-e", "console.log(JSON.stringify(process.argv.slice(1)))", "--", ...words])}`;
    expect(JSON.parse(execFileSync("/bin/sh", ["-c", print], { encoding: "utf8" }))).toEqual(words);
  });
});
