// The studio's own models, its runs, and the page on a host without headers, in a real browser.
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium as driver, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromium, serveFolder } from "../tools/reproducibility/in-chromium.mjs";
import { hasChromium, NEEDS_CHROMIUM } from "./chromium.js";
import { Workspace } from "./cli.js";
import { looks, newPage, PATIENCE, pageThatMayDoNothing, weights } from "./studio-page.js";

const PAGE = new URL("../packages/heddle/dist/studio/", import.meta.url).pathname;
/** The longest that the page may keep somebody waiting while it trains. */
const LONGEST_TASK_MS = 50;

/** Chromium's own test picture, in place of a camera; a page may use it once it is granted. */
const FAKE_CAMERA = "--use-fake-device-for-media-stream";
const QUIET = ["--quiet", "--json"] as const;

const work = new Workspace();

/** An event of Chromium's tracing; `tdur` is time of the processor, which other processes do not lengthen. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** How long the tasks of the page's own thread took, in ms, the longest first. */
function longestTasks(events: readonly TraceEvent[]): readonly number[] {
  const threads = events
    .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
    .map(({ pid, tid }) => `${pid} ${tid}`);
  return events
    .filter(({ name, pid, tid, tdur }) => name === "RunTask" && tdur && threads.includes(`${pid} ${tid}`))
    .map(({ tdur }) => tdur! / 1000)
    .sort((a, b) => b - a);
}

describe.skipIf(!hasChromium)(`the studio in Chromium ${NEEDS_CHROMIUM}`, () => {
  let browser: Browser;
  let page: Page;
  let url: string;
  const faults: string[] = [];

  beforeAll(async () => {
    const server = work.start(["studio", "clothes", "--no-open", "--port", "0"]);
    browser = await driver.launch({
      executablePath: chromium!,
      args: ["--no-sandbox", "--lang=en-US", FAKE_CAMERA],
    });
    page = await newPage(browser, faults);
    await server.printed("http://");
    url = /http:\S+/.exec(server.stdout)![0];
  });
  afterAll(() => browser?.close());

  const readRun = (folder: string) => JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
  const layers = () => page.getByRole("article").getByRole("heading").allTextContents();

  it("builds a model by keyboard, says in its row what is wrong with a layer, and takes changes back", async () => {
    await page.goto(`${url}#/build?epochs=3`);
    const estimate = page.getByText(/^About \d+ s here, \d+ threads?\.$/);
    await estimate.waitFor(PATIENCE);
    const study = ["Rescaling", "Conv2D", "Conv2D", "MaxPooling2D", "Dropout", "Flatten", "Dense"];
    expect(await layers()).toEqual(study);
    await page.getByText("50,890").waitFor();
    expect(await looks(page)).toEqual([]);

    const sizes = page.getByRole("textbox", { name: "kernel_size" });
    await sizes.first().fill("40");
    await sizes.first().press("Enter");
    await page
      .getByRole("article", { name: "Conv2D" })
      .first()
      .getByRole("alert")
      .getByText("Expected an input of height at least 40, received height 28.")
      .waitFor();
    await page.getByText("Layer 2, Conv2D, cannot work like this.").waitFor();
    expect(await looks(page)).toEqual([]);
    await page.goBack();
    await estimate.waitFor(PATIENCE);

    await page.getByRole("combobox", { name: "Layer" }).selectOption("BatchNormalization");
    await page.getByRole("button", { name: "Add layer" }).press("Enter");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    const moved = page.getByRole("button", { name: "Move BatchNormalization, layer 5 of 8" });
    await moved.waitFor();
    await expect.poll(() => moved.evaluate((handle) => handle === document.activeElement)).toBe(true);
    await page.getByRole("button", { name: "Remove Conv2D, layer 3" }).press("Enter");
    expect(await layers()).toEqual([
      "Rescaling",
      "Conv2D",
      "MaxPooling2D",
      "BatchNormalization",
      "Dropout",
      "Flatten",
      "Dense",
    ]);
    await estimate.waitFor(PATIENCE);
    expect(faults).toEqual([]);
  }, 90_000);

  it("trains that model without keeping the page busy, to the bits of the recipe that it saves", async () => {
    await page.getByRole("link", { name: "Go to training" }).click();
    await page.getByText("Settings", { exact: true }).click();
    const [saved] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download the recipe" }).click(),
    ]);
    await saved.saveAs(work.file("recipe.json"));
    await browser.startTracing(page, { categories: ["toplevel", "disabled-by-default-devtools.timeline"] });
    await page.getByRole("button", { name: /^Train: about/ }).click();
    const hash = await weights(page);
    const tasks = longestTasks(JSON.parse((await browser.stopTracing()).toString()).traceEvents);
    // A host that others use may stop the processor in the middle of one task, and counts that as the task's own time.
    expect(tasks[0]).toBeLessThan(2 * LONGEST_TASK_MS);
    expect(tasks[1]).toBeLessThan(LONGEST_TASK_MS);
    const { stdout } = await work.heddle(["train", "recipe.json", "--data", "clothes", "--quiet", "--json"]);
    expect(hash).toBe(JSON.parse(stdout.trim().split("\n").at(-1)!).metrics.weights.sha256);
    expect(faults).toEqual([]);
  }, 90_000);

  it("resumes in Node what was paused in the tab, and in the tab what Node began, to the same bits", async () => {
    await page.goto(`${url}#/train?epochs=6`);
    await page.getByRole("button", { name: /^Train again: about/ }).waitFor(PATIENCE);
    // Six epochs take no time on so few images: paused as soon as there is the button.
    await page.evaluate(() => {
      const named = (name: string) =>
        [...document.querySelectorAll("button")].find(
          (one) => one.textContent!.trim().startsWith(name) && !one.disabled,
        );
      const pause = new MutationObserver(() => {
        const button = named("Pause");
        if (button) pause.disconnect();
        button?.click();
      });
      pause.observe(document.body, { subtree: true, childList: true, attributes: true });
      named("Train again")!.click();
    });
    await page.getByText("Paused").waitFor();
    await page.getByRole("navigation").getByRole("link", { name: "Runs" }).click();
    const newest = page.getByRole("article").first();
    await newest.getByText(/^(no epoch yet|1 of 6 epochs)$/).waitFor();
    const [saved] = await Promise.all([
      page.waitForEvent("download"),
      newest.getByRole("button", { name: "Download project" }).click(),
    ]);
    await saved.saveAs(work.file("project.zip"));
    await page.getByRole("link", { name: "Train" }).click();
    await page.getByRole("button", { name: "Resume" }).click();
    const hash = await weights(page);

    // The server keeps it as well, as a run like its own.
    const kept = readRun(work.runs().at(-1)!);
    expect(kept.weightsSha256).toBe(hash);
    expect((await work.heddle(["runs", "--json"])).stdout).toContain(kept.id);

    // The project has its data with it.
    renameSync(work.file("clothes"), work.file("elsewhere"));
    const { stdout } = await work.heddle([
      "train",
      "--resume",
      "project.zip",
      "--run-dir",
      "opened",
      ...QUIET,
    ]);
    expect(JSON.parse(stdout.trim().split("\n").at(-1)!).metrics.weights.sha256).toBe(hash);

    // A kill after epoch 5 would leave this.
    const [run] = work.runs("opened");
    const killed = work.file("killed");
    cpSync(run!, killed, { recursive: true });
    const { finishedAt: _, weightsSha256: __, ...record } = readRun(killed);
    writeFileSync(join(killed, "run.json"), JSON.stringify({ ...record, status: "running" }));
    rmSync(join(killed, "checkpoints", "epoch-0006.safetensors"));
    await page.getByRole("navigation").getByRole("link", { name: "Runs" }).click();
    await page.locator("input[webkitdirectory]").setInputFiles(killed);
    await page.getByRole("button", { name: "Continue: 1 epoch left" }).click(PATIENCE);
    expect(await weights(page)).toBe(hash);
    expect(faults).toEqual([]);
  }, 120_000);

  it("keeps its runs, and compares, names, tags and deletes them", async () => {
    await page.getByRole("navigation").getByRole("link", { name: "Runs" }).click();
    const runs = page.getByRole("article");
    // Three of the tab, and the one that the recipe was trained to.
    await expect.poll(() => runs.count(), PATIENCE).toBe(4);
    await page.reload();
    await expect.poll(() => runs.count(), PATIENCE).toBe(4);
    const first = runs.first();
    await first.getByRole("button", { name: "Name and tags" }).click();
    await first.getByLabel("Name", { exact: true }).fill("-resumed");
    await first.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("Name of a run: expected up to 60 letters").waitFor();
    await first.getByLabel("Name", { exact: true }).fill("resumed");
    await first.getByLabel("Tags, with commas between them").fill("six-epochs");
    await first.getByRole("button", { name: "Save" }).click();
    await first.getByRole("heading", { name: "resumed" }).waitFor();
    await first.getByText("six-epochs").waitFor();
    await first.getByRole("checkbox").check();
    await runs.last().getByRole("checkbox").check();
    await page.getByRole("row", { name: /^epochs 6 3$/ }).waitFor();
    expect(await looks(page)).toEqual([]);
    await first.getByRole("button", { name: "Delete" }).click();
    await first.getByText(/Its folder in runs stays\.$/).waitFor();
    await first.getByRole("button", { name: "Delete" }).click();
    await expect.poll(() => first.getByRole("button", { name: "Delete" }).count()).toBe(0);
    expect(faults).toEqual([]);
  }, 60_000);

  it("takes pictures of classes by camera while a button or a key is held", async () => {
    await page.context().grantPermissions(["camera"]);
    await page.goto(`${url}#/data`);
    await page.getByRole("button", { name: "Open the camera" }).click(PATIENCE);
    const taken = page.getByText(/^([2-9]|\d\d+) pictures$/);
    const held = (name: string) => page.getByRole("button", { name: `Hold to record ${name}` });
    await held("Class 1").hover(PATIENCE);
    await page.mouse.down();
    await expect.poll(() => taken.count(), PATIENCE).toBe(1);
    await page.mouse.up();
    await held("Class 2").focus();
    await page.keyboard.down("Space");
    await expect.poll(() => taken.count(), PATIENCE).toBe(2);
    await page.keyboard.up("Space");
    expect(await looks(page)).toEqual([]);
    await page.getByRole("button", { name: "Use these pictures" }).click();
    await page.getByText(/ to test on, 2 classes\.$/).waitFor(PATIENCE);
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Camera");
    expect(faults).toEqual([]);
  }, 60_000);

  /** Of a training on one thread, without memory that is shared. */
  let onOneThread: string | null;

  it("says that a browser keeps no runs, or gives no camera; the project can be downloaded all the same", async () => {
    const strict = await pageThatMayDoNothing(work.file("strict"), faults);
    const site = await serveFolder(PAGE);
    try {
      await strict.goto(`${site.url}index.html#/data?epochs=1&limit=300`);
      await strict.getByRole("button", { name: "Open the camera" }).click(PATIENCE);
      await strict
        .getByRole("alert")
        .getByText("The page may not use the camera. Allow it next to the address, and try again.")
        .waitFor(PATIENCE);
      await strict.getByRole("link", { name: "Train", exact: true }).click();
      await strict.getByRole("button", { name: /^Train: about/ }).click({ timeout: 60_000 });
      await strict.getByText(/^This browser does not let the page keep runs/).waitFor(PATIENCE);
      onOneThread = await weights(strict);
      const [saved] = await Promise.all([
        strict.waitForEvent("download"),
        strict.getByRole("button", { name: "Download project" }).click(),
      ]);
      expect(saved.suggestedFilename()).toMatch(/-fashion-sketch\.zip$/);
    } finally {
      site.close();
      await strict.context().close();
    }
    expect(faults).toEqual([]);
  }, 120_000);

  it("isolates itself on a host without headers, and works when that is gone; without a service worker on one thread", async () => {
    const site = await serveFolder(join(PAGE, ".."));
    const address = `${site.url}studio/index.html`;
    const button = (on: Page, threads: string) =>
      on.getByRole("button", { name: new RegExp(`^Train: about \\d+ .* \\(${threads}\\)$`) });
    const page = await newPage(browser, faults);
    try {
      await page.goto(address);
      await button(page, "\\d+ threads?").waitFor({ timeout: 60_000 });
      await expect
        .poll(() => page.evaluate(() => crossOriginIsolated).catch(() => false), PATIENCE)
        .toBe(true);
      const plain = await newPage(browser, faults, { serviceWorkers: "block" });
      await plain.goto(address);
      await plain.getByText("One thread computes, because").waitFor({ timeout: 60_000 });
      await plain.context().close();
      // With threads, the same bits.
      await page.goto(`${address}#/train?epochs=1&limit=300`);
      await button(page, "\\d+ threads?").click({ timeout: 60_000 });
      expect(await weights(page)).toBe(onOneThread);
    } finally {
      site.close();
    }
    await page.reload();
    for (const screen of ["Build", "Data", "Runs"]) {
      await page.getByRole("link", { name: screen }).click();
      await page.getByRole("heading", { level: 1 }).waitFor();
    }
    expect(faults).toEqual([]);
    await page.context().close();
  }, 120_000);
});
