import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventRecord } from "@heddle/core/internal/formats/event-file.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prepareEventFiles } from "./event-files.js";

let run: string;
let folder: string;
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), "heddle-events-"));
  folder = join(run, "tensorboard");
});
afterEach(() => rm(run, { recursive: true, force: true }));

describe("prepareEventFiles", () => {
  it("creates the folder, and keeps only the events of the first epochs", async () => {
    await prepareEventFiles(folder, 0);
    expect(await readdir(folder)).toEqual([]);
    const events = [{ fileVersion: "brain.Event:2" }, { step: 0 }, { step: 1 }, { step: 2 }];
    const records = events.map((event) => eventRecord({ wallTime: 1, ...event }));
    const file = join(folder, "train", "events.out.tfevents.1.v2");
    await mkdir(join(folder, "train"));
    await writeFile(file, Buffer.concat([...records, Buffer.from("torn")]));
    const other = join(folder, "train", "notes.txt");
    await writeFile(other, "mine");
    await prepareEventFiles(folder, 2);
    expect(await readFile(file)).toEqual(Buffer.concat(records.slice(0, 3)));
    expect(await readFile(other, "utf8")).toBe("mine");
  });

  it("refuses a file in place of the folder", async () => {
    await writeFile(folder, "");
    await expect(prepareEventFiles(folder, 0)).rejects.toThrow(
      `${folder}: expected a folder that can be made and read, received `,
    );
  });
});
