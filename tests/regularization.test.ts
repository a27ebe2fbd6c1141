import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { trialsIn } from "../tools/reliability/journal-trials.mjs";
import { type Finished, isOneLine, readJson, Workspace } from "./cli.js";

const STUDY = ["study", "regularization", "--data", "clothes", "--limit", "300"] as const;
/** One process, so that trials end in one order. */
const PLACE = ["--workers", "1", "--threads", "1"] as const;
const SMALL = [...STUDY, "--seeds", "2", "--epochs", "1", ...PLACE] as const;
/** Twelve regimes, five of them with three strengths or rates. */
const TRIALS = 12 + 5 * 2;

describe("heddle study regularization", () => {
  const work = new Workspace();
  let folder: string;
  let before: string[];
  let last: Finished;
  beforeAll(async () => {
    folder = work.file("runs", "regularization-clothes");
    // Killed, stopped, then left to finish.
    const killed = work.start(SMALL);
    await killed.printed("Trial 2 ");
    killed.child.kill("SIGKILL");
    await killed.finished;
    const stopped = work.start(SMALL);
    await stopped.printed("Trial 12 ");
    stopped.child.kill("SIGINT");
    const { code, stderr } = await stopped.finished;
    expect(code, stderr).toBe(130);
    expect(stderr).toContain(
      "heddle: Stopped. What the trials gave so far is in runs/regularization-clothes",
    );
    expect(stderr).toContain(`  to resume:  heddle ${SMALL.join(" ")}\n`);
    before = readdirSync(join(folder, "sweep", "trainings"));
    last = await work.heddle([...SMALL, "--json"]);
  }, 240_000);

  it("resumes where it stopped, and trains nothing twice", () => {
    expect(last.code, last.stderr).toBe(0);
    const trials = trialsIn(join(folder, "sweep"));
    expect(trials).toHaveLength(TRIALS);
    expect(trials.every(({ state }) => state === 1)).toBe(true);
    // Weights of what was complete were there, and were not trained for again.
    expect(before).toContain("00012-seed-42.safetensors");
    expect(last.stderr.match(/^Trial 12 /m)).toBeNull();
    expect(last.stderr).toMatch(/^Trial 21 +complete/m);
  });

  it("prints the verdict and its numbers as JSON", () => {
    const { finished, ...answer } = JSON.parse(last.stdout);
    expect([finished, answer.regimes.length]).toEqual([true, 12]);
    expect(["supported", "contradicted", "undecided"]).toContain(answer.verdict.outcome);
    expect(answer).toMatchObject(readJson(folder, "results.json"));
    const [none, l1] = answer.regimes;
    expect([none.seeds, none.candidates, none.trial]).toEqual([[42, 43], [], 0]);
    expect(none.test.low).toBeLessThanOrEqual(none.test.mean);
    expect(l1.candidates.map(({ setting }: { setting: string }) => setting)).toEqual([
      "1e-5",
      "1e-4",
      "1e-3",
    ]);
    // Of the strengths, the one whose trial the sweep found best.
    const trials = trialsIn(join(folder, "sweep"));
    const strengths = [1, 2, 3].map((number) => (trials[number]!.values as number[])[0]!);
    expect(l1.trial).toBe(1 + strengths.indexOf(Math.max(...strengths)));
    const chosen = l1.candidates[l1.trial - 1];
    expect([chosen.setting, chosen.validationAccuracy]).toEqual([l1.setting, Math.max(...strengths)]);
  });

  it("looks at the test images once, and keeps no weights after that", async () => {
    expect(readdirSync(folder).sort()).toEqual([
      "figures",
      "report.html",
      "results.json",
      "study.json",
      "sweep",
      "test.json",
    ]);
    const trainings = readdirSync(join(folder, "sweep", "trainings"));
    expect(trainings).toHaveLength(2 * TRIALS);
    expect(trainings.every((name) => name.endsWith(".json"))).toBe(true);
    const { results } = readJson(folder, "test.json");
    expect(Object.keys(results)).toHaveLength(12 * 2);
    const looked = readFileSync(join(folder, "test.json"), "utf8");
    const again = await work.heddle(SMALL);
    expect([again.code, again.stdout.match(/^Trial/m)]).toEqual([0, null]);
    expect(readFileSync(join(folder, "test.json"), "utf8")).toBe(looked);
    const figures = readdirSync(join(folder, "figures"));
    expect(figures.filter((name) => name.endsWith(".svg"))).toHaveLength(5);
    expect(figures.filter((name) => name.endsWith(".png"))).toHaveLength(5);
  });

  it("writes a self-contained report that names its limits", () => {
    const html = readFileSync(join(folder, "report.html"), "utf8");
    expect(html).not.toContain(work.path);
    expect(html).toContain("Not the published study&#39;s images");
    expect(html).toContain("heddle study regularization --seeds 2 --epochs 1 --limit 300");
    expect(html).not.toMatch(/@import|<script|<link|<iframe/);
    const { verdict } = readJson(folder, "results.json");
    expect(html).toContain(verdict.sentence);
    // The verdict comes first, in the largest letters and in the first section.
    const [first] = html.match(/<ul class="headline"><li><b>[^<]*/)!;
    expect(first.toLowerCase()).toMatch(new RegExp(`<b>${verdict.outcome}$`));
    expect(html).toMatch(new RegExp(`<main>\\n<section id="verdict".*?<p>${verdict.outcome}`, "is"));
  });

  it("refuses a different request in the same folder, too few images, and budgets that are not times", async () => {
    const other = await work.heddle([...STUDY, "--seeds", "3", "--epochs", "1"]);
    expect([other.code, isOneLine(other.stderr)]).toEqual([2, true]);
    expect(other.stderr).toContain("expected --seeds to be 2, as when it began, received 3.");
    const few = await work.heddle([
      "study",
      "regularization",
      "--data",
      "clothes",
      "--limit",
      "11",
      "--run-dir",
      "few",
    ]);
    expect(few.stderr).toContain("expected at least 12 training images, of which one in six is held out");
    const none = await work.heddle([...STUDY, "--budget", "soon"]);
    expect([none.code, isOneLine(none.stderr)]).toEqual([2, true]);
    expect(none.stderr).toContain("Expected a time such as 90s, 20m or 2h.");
  });
});
