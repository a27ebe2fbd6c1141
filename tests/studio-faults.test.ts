// What goes wrong in the studio, in a real browser: each is a sentence where it happened, and nothing is lost.
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium as driver, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromium } from "../tools/reproducibility/in-chromium.mjs";
import { hasChromium, NEEDS_CHROMIUM } from "./chromium.js";
import { type Running, Workspace } from "./cli.js";
import { DrivenPage } from "./driven-page.js";
import { newPage, PATIENCE, weights } from "./studio-page.js";

/** So many epochs that nobody waits for their end. */
const ENDLESS = "epochs=2000&limit=300&threads=1";

const work = new Workspace();

describe.skipIf(!hasChromium)(`faults of the studio in Chromium ${NEEDS_CHROMIUM}`, () => {
  let browser: Browser;
  let server: Running;
  let url: string;
  const faults: string[] = [];

  beforeAll(async () => {
    server = work.start(["studio", "clothes", "--no-open", "--port", "0"]);
    browser = await driver.launch({ executablePath: chromium!, args: ["--no-sandbox", "--lang=en-US"] });
    await server.printed("http://");
    url = /http:\S+/.exec(server.stdout)![0];
  });
  afterAll(() => browser?.close());

  /** Begins a training that does not end by itself, and waits for its first epoch. */
  async function training(page: Page, address = url): Promise<void> {
    await page.goto(`${address}#/train?${ENDLESS}`);
    await page.getByRole("button", { name: /^Train: about/ }).click({ timeout: 60_000 });
    await page.getByText(/^Epoch ([2-9]|\d\d+) of 2000$/).waitFor(PATIENCE);
  }

  const openRuns = async (page: Page) => {
    await page.getByRole("navigation").getByRole("link", { name: "Runs" }).click();
    return page.getByRole("article").first();
  };

  it("keeps a run to one tab and one program, asks before the tab is closed, and loses no epoch with it", async () => {
    const page = await newPage(browser, faults);
    const other = await page.context().newPage();
    await training(page);
    const [folder] = work.runs();

    // Another tab, then another program.
    await other.goto(`${url}#/runs`);
    const newest = other.getByRole("article").first();
    await newest.getByRole("button", { name: "Open", exact: true }).click(PATIENCE);
    await other.getByRole("button", { name: /^Continue: [\d,]+ epochs left$/ }).click(PATIENCE);
    await other
      .getByText(/^Another tab works on run .* Wait until it ends, or stop it there\.$/)
      .waitFor(PATIENCE);
    const { code, stderr } = await work.heddle(["train", "--resume", folder!, "--quiet"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("expected no other process at work on it")]);

    const epochOf = async () => Number(/\d+/.exec((await page.locator("strong").first().textContent())!)![0]);

    // Closing asks; whoever stays loses nothing, and whoever goes loses no epoch.
    const asked = page.waitForEvent("dialog");
    await page.bringToFront();
    await page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.dismiss();
    const stayed = await epochOf();
    await expect.poll(epochOf, PATIENCE).toBeGreaterThan(stayed);
    const atLeast = (await epochOf()) - 1;
    page.once("dialog", (one) => one.accept());
    await page.close({ runBeforeUnload: true });
    await expect.poll(() => page.isClosed(), PATIENCE).toBe(true);
    await other.reload();
    const kept = await openRuns(other);
    const text = await kept.getByText(/^\d+ of 2,000 epochs$/).textContent(PATIENCE);
    expect(Number(/^\d+/.exec(text!)![0])).toBeGreaterThanOrEqual(atLeast);

    // Whoever went has let the run go.
    await kept.getByRole("button", { name: "Open", exact: true }).click(PATIENCE);
    await other.getByRole("button", { name: /^Continue: [\d,]+ epochs left$/ }).click(PATIENCE);
    await other.getByRole("button", { name: "Stop" }).click(PATIENCE);
    await weights(other);
    await other.context().close();
    expect(faults).toEqual([]);
  }, 120_000);

  it("goes on training in a tab in the background", async () => {
    // Playwright keeps every page in the foreground.
    const page = await DrivenPage.open(`${url}#/train?${ENDLESS}`, { width: 1280, height: 900 });
    try {
      const button = 'document.querySelector("button.primary:not(:disabled)")';
      await expect.poll(() => page.run<boolean>(`${button} !== null`), PATIENCE).toBe(true);
      await page.run(`${button}.click()`);
      const epoch = () =>
        page.run<number>(
          'Number(/^Epoch (\\d+) of/.exec(document.querySelector("strong")?.textContent ?? "")?.[1])',
        );
      await expect.poll(epoch, PATIENCE).toBeGreaterThan(1);
      await page.send("Target.createTarget", { url: "about:blank" });
      await expect.poll(() => page.run<string>("document.visibilityState"), PATIENCE).toBe("hidden");
      const before = await epoch();
      await expect.poll(epoch, PATIENCE).toBeGreaterThan(before + 1);
    } finally {
      await page.close();
    }
  }, 90_000);

  it("says that a file is damaged, a class has one image, there is no camera, and no space is left", async () => {
    const page = await newPage(browser, faults);
    await page.goto(`${url}#/data?epochs=1`);
    await page.getByText(/ to test on, 10 classes/).waitFor(PATIENCE);
    const files = page.locator("input[type=file]");
    const photos = new URL("../examples/photos/", import.meta.url).pathname;
    const folder = work.file("things");
    cpSync(join(photos, "boot"), join(folder, "boot"), { recursive: true });
    mkdirSync(join(folder, "bag"));
    cpSync(join(photos, "bag", "01.png"), join(folder, "bag", "01.png"));
    await files.first().setInputFiles(folder);
    await page.getByText(/^No test image shows bag: /).waitFor(PATIENCE);

    writeFileSync(work.file("torn.zip"), "PK\x03\x04 and no more");
    await files.last().setInputFiles(work.file("torn.zip"));
    await page
      .getByRole("alert")
      .getByText(/^torn.zip: expected a whole zip archive/)
      .waitFor(PATIENCE);
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("things");

    // This browser has no device, as the machines that run tests.
    await page.getByRole("button", { name: "Open the camera" }).click();
    await page.getByRole("alert").getByText("There is no camera on this machine.").waitFor(PATIENCE);

    const session = await page.context().newCDPSession(page);
    const { origin } = new URL(url);
    await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1000 });
    await page.getByRole("link", { name: "Train", exact: true }).click();
    await page.getByRole("button", { name: /^Train: about/ }).click(PATIENCE);
    await page.getByText(/^The browser has no space left/).waitFor(PATIENCE);
    await weights(page);

    // The model can be tried all the same: with a picture that is dropped, and with one that is pasted.
    const isSample = page.getByText(/^The test image is labelled /);
    await isSample.waitFor(PATIENCE);
    const { x, y } = (await page.getByRole("application", { name: "Drawing area" }).boundingBox())!;
    const data = { items: [], files: [join(photos, "boot", "02.png")], dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"] as const) {
      await session.send("Input.dispatchDragEvent", { type, x: x + 20, y: y + 20, data });
    }
    await expect.poll(() => isSample.count(), PATIENCE).toBe(0);
    await page.getByRole("button", { name: "Take a test image" }).click();
    await isSample.waitFor(PATIENCE);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(20, 20);
      canvas.getContext("2d")!.fillRect(5, 5, 10, 10);
      await navigator.clipboard.write([new ClipboardItem({ "image/png": canvas.convertToBlob() })]);
    });
    await page.keyboard.press("Control+V");
    await expect.poll(() => isSample.count(), PATIENCE).toBe(0);
    await page.context().close();
    expect(faults).toEqual([]);
  }, 90_000);

  it("says that a thread has died, or its worker, and keeps the run", async () => {
    const page = await newPage(browser, faults);
    await training(page);
    const thread = page.workers().find((one) => one.url().startsWith("blob:"))!;
    // It is asked while it computes, and ends when it has answered.
    await thread.evaluate(() => self.close());
    await page
      .getByRole("alert")
      .getByText(/a compute thread died.* is kept: open the run under Runs/)
      .waitFor(PATIENCE);
    await page.getByRole("button", { name: /^Train: about/ }).click(PATIENCE);
    await page.getByText(/^Epoch ([2-9]|\d\d+) of 2000$/).waitFor(PATIENCE);
    const worker = page.workers().find((one) => one.url().includes("worker-"))!;
    await worker.evaluate(() => self.close());
    await page.getByRole("alert").getByText("The worker that computes has ended.").waitFor(PATIENCE);
    await page.getByRole("button", { name: "Load the page again" }).click();
    const kept = await openRuns(page);
    await kept.getByRole("button", { name: "Open", exact: true }).click(PATIENCE);
    await page.getByRole("button", { name: /^Continue: [\d,]+ epochs left$/ }).waitFor(PATIENCE);
    await page.context().close();
    expect(faults).toEqual([]);
  }, 90_000);
});
