import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, expect } from "vitest";
import { readJson, TINY, Workspace } from "./cli.js";

/** A workspace with two runs, made at the same time by two processes that both had to create the folder. */
export class TwoRuns extends Workspace {
  /** The id of a run of one epoch with seed 1. */
  first = "";
  /** The id of a run of two epochs with seed 2 in batches of 32. */
  second = "";

  constructor() {
    super();
    beforeAll(async () => {
      const [one, two] = await Promise.all([
        this.start([...TINY, "--seed", "1", "--json"]).finished,
        this.start([
          ...["train", "--data", "clothes", "--epochs", "2", "--seed", "2", "--batch-size", "20", "--json"],
        ]).finished,
      ]);
      expect([one.code, two.code], one.stderr + two.stderr).toEqual([0, 0]);
      this.first = basename(JSON.parse(one.stdout).run);
      this.second = basename(JSON.parse(two.stdout).run);
    });
  }

  /** Copies a run into another folder of runs, and returns the path of the copy. */
  copyOf(id: string, root: string): string {
    cpSync(this.file("runs", id), this.file(root, id), { recursive: true });
    return this.file(root, id);
  }
}

/** Changes `run.json` of a run. */
export function rewrite(run: string, change: object): void {
  writeFileSync(join(run, "run.json"), JSON.stringify({ ...readJson(run, "run.json"), ...change }));
}

/** Every file below a folder with its bytes. */
export function contentOf(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    names.map(({ parentPath, name }) => [
      join(parentPath, name).slice(folder.length + 1),
      readFileSync(join(parentPath, name), "base64"),
    ]),
  );
}
