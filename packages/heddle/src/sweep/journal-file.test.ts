import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JournalRecords } from "@heddle/core/internal/sweep/records.js";
import { Sweep } from "@heddle/core/internal/sweep/sweep.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { JOURNAL_NAME, JournalFile, readJournalFile } from "./journal-file.js";

const sweep = new Sweep({
  name: "s",
  goal: "minimize",
  trials: 9,
  parameters: { x: { type: "float", low: 0, high: 1 } },
});
const records = new JournalRecords("w");
const study = records.createStudy({ id: 0, name: "s", goal: "minimize", definition: sweep.definition });

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-sweep-"));
  path = join(folder, JOURNAL_NAME);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Begins a trial, as a sweep does. */
async function start(file: JournalFile): Promise<void> {
  const now = file.journal.study("s")!;
  const decision = sweep.decide(now);
  if (decision.kind !== "start") throw new Error(decision.kind);
  await file.append(records.start(now, sweep.space, { ...decision, at: new Date(0) }));
}

describe("JournalFile", () => {
  it("keeps what was appended, for the next process and for whoever reads along", async () => {
    const file = await JournalFile.open(folder);
    await file.append(study);
    await start(file);
    expect((await readJournalFile(path)).studies).toEqual(file.journal.studies);
    await file.close();
    expect(readdirSync(folder)).toEqual([JOURNAL_NAME]);
    const next = await JournalFile.open(folder);
    expect(next.journal.studies).toEqual(file.journal.studies);
    await start(next);
    expect(next.journal.study("s")!.trials).toHaveLength(2);
    await next.close();
  });

  it("refuses a second writer", async () => {
    const file = await JournalFile.open(folder);
    await expect(JournalFile.open(folder)).rejects.toThrow("expected no other process at work on it");
    await file.append(study);
    await file.close();
  });

  it("cuts off what a kill left of a line, at whatever byte, and continues from there", async () => {
    const file = await JournalFile.open(folder);
    await file.append(study);
    for (let count = 0; count < 3; count++) await start(file);
    await file.close();
    const whole = readFileSync(path);
    const lines = whole.toString().split("\n").slice(0, -1);
    const lastStart = whole.length - lines.at(-1)!.length - 1;
    for (const cut of [lastStart + 1, whole.length - 20, whole.length - 1]) {
      writeFileSync(path, whole);
      truncateSync(path, cut);
      const next = await JournalFile.open(folder);
      expect(readFileSync(path).length).toBe(lastStart);
      expect(next.journal.study("s")!.trials).toHaveLength(2);
      // The same journal, the same next trial: the file comes out as it was.
      await start(next);
      await next.close();
      expect(readFileSync(path).equals(whole)).toBe(true);
    }
  });

  it("writes lines that wait for the disk together, each whole and in order", async () => {
    const file = await JournalFile.open(folder);
    await file.append(study);
    await start(file);
    const [trial] = file.journal.study("s")!.trials;
    const steps = Array.from({ length: 200 }, (_, index) => index + 1);
    await Promise.all(steps.map((step) => file.append(records.report(trial!, step, step / 2))));
    await file.close();
    expect((await readJournalFile(path)).study("s")!.trials[0]!.reports.map(({ step }) => step)).toEqual(
      steps,
    );
  });

  it("reads what another program appends in between, and refuses a file that was cut", async () => {
    const file = await JournalFile.open(folder);
    await file.append(study);
    appendFileSync(path, '{"op_code":2,"worker_id":"dashboard","study_id":0,"user_attr":{"note":"n"}}\n');
    await start(file);
    expect(file.journal.study("s")!.userAttributes["note"]).toBe("n");
    const { length } = readFileSync(path);
    truncateSync(path, length - 1);
    await expect(start(file)).rejects.toThrow(
      `File ${path}: expected ${length} bytes, as far as its lines were read, received ${length - 1}. ` +
        "Another program has changed it: end that program, then resume the sweep.",
    );
    await file.close();
  });

  it("names a damaged line, and a file that is missing", async () => {
    writeFileSync(path, `${study}nonsense\n`);
    await expect(JournalFile.open(folder)).rejects.toThrow(`${path}, line 3: expected a record of a journal`);
    await expect(readJournalFile(join(folder, "other.log"))).rejects.toThrow("other.log");
    rmSync(path);
    await (await JournalFile.open(folder)).close();
  });
});
