import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const packages = fileURLToPath(new URL("../../../../packages/", import.meta.url));

/** The sources below the command line: errors there name options as code, which cli translates into flags. */
const sources = readdirSync(packages, { recursive: true, encoding: "utf8" })
  .filter((path) => /^[\w-]+[\\/]src[\\/].*\.ts$/.test(path) && !/\.(test|testing)\.ts$/.test(path))
  .filter((path) => !/^heddle[\\/]src[\\/]cli[\\/]/.test(path));

/** `--fast`, but not `var(--ink)` and `--page: #fff`, which are colours of a page. */
const FLAG = /(?<![\w-]|var\()--[a-z][\w-]*(?![\w-]*:)/;

/** Texts of a source that hold a flag, as in `Add --fast.` */
function flagsIn(source: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isText =
      ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
    if (isText && FLAG.test(node.text)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("source.ts", source, ts.ScriptTarget.Latest, true));
  return found;
}

describe("flags of the command line", () => {
  it("are found in texts, and nowhere else", () => {
    const source = `
      const a = "Add --fast."; // or --slow
      const b = \`\${a} (--data \${a}, --json)\`;
      const c = "var(--ink); --page: #fff; a--b";`;
    expect(flagsIn(source)).toEqual(["Add --fast.", " (--data ", ", --json)"]);
  });

  it("appear in no text below the command line", () => {
    expect(sources.length).toBeGreaterThan(200);
    const found = sources.flatMap((path) =>
      flagsIn(readFileSync(join(packages, path), "utf8")).map((text) => `${path}: ${text}`),
    );
    expect(found).toEqual([]);
  });
});
