import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** A fenced block of a document. */
export interface CodeBlock {
  readonly language: string;
  /** Of its first line, counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** Every document of the repository, by its path. */
export function documents(): string[] {
  const within = (folder: string) =>
    existsSync(join(root, folder)) ? readdirSync(join(root, folder)).map((name) => `${folder}/${name}`) : [];
  return [...readdirSync(root), ...within("docs"), ...within("examples")].filter((path) =>
    path.endsWith(".md"),
  );
}

export function readDocument(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

export function codeBlocks(path: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { language: string; line: number; lines: string[] } | undefined;
  readDocument(path)
    .split("\n")
    .forEach((text, index) => {
      const fence = /^```(\w*)$/.exec(text);
      if (!fence) open?.lines.push(text);
      else if (!open) open = { language: fence[1]!, line: index + 2, lines: [] };
      else {
        blocks.push({ language: open.language, line: open.line, text: open.lines.join("\n") });
        open = undefined;
      }
    });
  if (open) throw new Error(`${path}: the code block at line ${open.line} is not closed`);
  return blocks;
}
