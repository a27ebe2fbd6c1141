import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Finished, isOneLine, readJson, Workspace } from "./cli.js";

const STUDY = ["study", "regularization", "--data", "clothes", "--limit", "300"] as const;
const SMALL = [...STUDY, "--seeds", "2", "--epochs", "1"] as const;
/** A study that is small, but chooses among settings and compares regimes over two seeds. */
const TRIALS = 15 + 12 * 2;

describe("heddle study regularization", () => {
  const work = new Workspace();
  let folder: string;
  let finishedBefore: string[];
  let last: Finished;
  beforeAll(async () => {
    folder = work.file("runs", "regularization-clothes");
    // Killed during the choices, stopped during the compared trials, then left to finish.
    const killed = work.start(SMALL);
    await killed.printed("[ 3/39]");
    killed.child.kill("SIGKILL");
    await killed.finished;
    const stopped = work.start(SMALL);
    await stopped.printed("[20/39]");
    stopped.child.kill("SIGINT");
    const { code, stderr } = await stopped.finished;
    expect(code, stderr).toBe(130);
    expect(stderr).toContain("heddle: Stopped. Finished trials are kept in runs/regularization-clothes");
    expect(stderr).toContain(`  to resume:  heddle ${SMALL.join(" ")}\n`);
    finishedBefore = readdirSync(join(folder, "trials"));
    last = await work.heddle([...SMALL, "--json"]);
  }, 240_000);

  it("resumes where it stopped, and trains nothing twice", () => {
    expect(last.code, last.stderr).toBe(0);
    expect(finishedBefore.length).toBeGreaterThanOrEqual(20);
    const trained = last.stderr.match(/^\[ *\d+\/39\]/gm) ?? [];
    expect(trained).toHaveLength(TRIALS - finishedBefore.length);
    expect(readdirSync(join(folder, "trials"))).toHaveLength(TRIALS);
    expect(last.stderr).toContain("Resuming the study: 2 seeds of 1 epoch");
  });

  it("prints the verdict and its numbers as JSON", () => {
    const answer = JSON.parse(last.stdout);
    expect(answer.plan).toMatchObject({ seeds: 2, epochs: 1 });
    expect(answer.regimes).toHaveLength(12);
    expect(["supported", "contradicted", "undecided"]).toContain(answer.verdict.outcome);
    expect(answer).toMatchObject(readJson(folder, "results.json"));
    const { test, seeds } = answer.regimes[0];
    expect(seeds).toEqual([43, 44]);
    expect(test.low).toBeLessThanOrEqual(test.mean);
  });

  it("leaves a folder that names no path outside it and holds no weights", () => {
    expect(readdirSync(folder).sort()).toEqual([
      "figures",
      "report.html",
      "results.json",
      "study.json",
      "test.json",
      "trials",
    ]);
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (!/\.(json|html|svg)$/.test(name)) continue;
      expect(readFileSync(join(folder, name), "utf8"), name).not.toContain(work.path);
    }
    const figures = readdirSync(join(folder, "figures"));
    expect(figures.filter((name) => name.endsWith(".svg"))).toHaveLength(5);
    expect(figures.filter((name) => name.endsWith(".png"))).toHaveLength(5);
  });

  it("writes a self-contained report that names its limits", () => {
    const html = readFileSync(join(folder, "report.html"), "utf8");
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

  it("refuses a different request in the same folder, and budgets that are not times", async () => {
    const other = await work.heddle([...STUDY, "--seeds", "3", "--epochs", "1"]);
    expect([other.code, isOneLine(other.stderr)]).toEqual([2, true]);
    expect(other.stderr).toContain("expected --seeds to be 2, as when it began, received 3.");
    const none = await work.heddle([...STUDY, "--budget", "soon"]);
    expect([none.code, isOneLine(none.stderr)]).toEqual([2, true]);
    expect(none.stderr).toContain("Expected a time such as 90s, 20m or 2h.");
  });

  it("fits seeds and epochs to a budget and says so before it starts", async () => {
    const running = work.start([...STUDY, "--budget", "2h", "--run-dir", "planned"]);
    // The last line of the plan: all of it is printed before the kill.
    await running.printed("Pooling + dropout");
    running.child.kill("SIGKILL");
    const { stdout } = await running.finished;
    expect(stdout).toMatch(
      /^The study: 10 seeds of 28 epochs, choices by 1 seed of 14; \S+ expected in all$/m,
    );
    expect(stdout).not.toMatch(/^\[/m);
    const tooShort = await work.heddle([...STUDY, "--budget", "1s", "--run-dir", "short"]);
    expect(tooShort.code).toBe(2);
    expect(tooShort.stderr).toMatch(/^heddle: --budget: expected at least \S+, for 2 seeds of 1 epoch/m);
    expect(existsSync(work.file("short", "regularization-clothes"))).toBe(false);
  }, 180_000);
});
