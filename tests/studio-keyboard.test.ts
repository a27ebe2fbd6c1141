// A walk through all screens of the studio by keyboard alone, in a real browser.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium as driver, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromium } from "../tools/reproducibility/in-chromium.mjs";
import { hasChromium, NEEDS_CHROMIUM } from "./chromium.js";
import { Workspace } from "./cli.js";
import { newPage, PATIENCE, weights } from "./studio-page.js";

const work = new Workspace();
/** More stops than any screen has before what is looked for. */
const MOST_STOPS = 250;

/** What has the focus: its name, and whether that can be seen. */
function focused(page: Page) {
  return page.evaluate(() => {
    const element = document.activeElement as HTMLElement;
    // Between the last stop and the first is the page itself.
    if (element === document.body) return { name: "", isSeen: true };
    const label =
      element.getAttribute("aria-label") ??
      element.closest("label")?.textContent ??
      element.textContent ??
      "";
    // A hidden input's label has the outline in its place.
    const outlined = element.classList.contains("hidden") ? element.closest("label")! : element;
    const isSeen = getComputedStyle(outlined).outlineStyle !== "none" || element.id === "content";
    return { name: label.trim().replace(/\s+/g, " "), isSeen };
  });
}

/** Presses Tab until something with that name has the focus. */
async function reach(page: Page, name: RegExp): Promise<void> {
  const seen: string[] = [];
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    await page.keyboard.press("Tab");
    const { name: own, isSeen } = await focused(page);
    if (own !== "") expect(isSeen, `the focus of ${own} can be seen`).toBe(true);
    if (name.test(own)) return;
    seen.push(own);
  }
  throw new Error(`No stop ${name}: ${seen.join(" | ")}`);
}

async function press(page: Page, name: RegExp, key = "Enter"): Promise<void> {
  await reach(page, name);
  await page.keyboard.press(key);
}

describe.skipIf(!hasChromium)(`the studio by keyboard in Chromium ${NEEDS_CHROMIUM}`, () => {
  let browser: Browser;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await driver.launch({ executablePath: chromium!, args: ["--no-sandbox", "--lang=en-US"] });
  });
  afterAll(() => browser?.close());

  it("does every step: trains, draws, looks into a unit, relabels, builds, names a run, opens files, compares", async () => {
    const server = work.start(["studio", "clothes", "--no-open", "--port", "0"]);
    const page = await newPage(browser, faults);
    await server.printed("http://");
    await page.goto(`${/http:\S+/.exec(server.stdout)![0]}#/train?epochs=2&limit=300`);
    await page.getByRole("button", { name: /^Train: about/ }).waitFor({ timeout: 60_000 });
    await press(page, /^Skip to the content$/);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
    await press(page, /^Train: about/);
    await weights(page);

    await reach(page, /^Accuracy by epoch/);
    await page.keyboard.press("Home");
    await expect
      .poll(() => page.getByRole("slider", { name: /^Accuracy by epoch/ }).getAttribute("aria-valuetext"))
      .toMatch(/^Epoch /);

    await reach(page, /^Drawing area$/);
    const before = await page.getByRole("list", { name: "Answers" }).textContent();
    await page.keyboard.press("Space");
    for (let step = 0; step < 5; step++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    await expect
      .poll(() => page.getByRole("list", { name: "Answers" }).textContent(), PATIENCE)
      .not.toBe(before);

    const screen = async (name: string) => {
      await page.keyboard.press("Home");
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      await press(page, new RegExp(`^${name}$`));
      await page.getByRole("heading", { level: 1 }).waitFor(PATIENCE);
    };
    await screen("Explain");
    await page.getByRole("heading", { name: /^What speaks for / }).waitFor(PATIENCE);
    await press(page, /^Conv2D: look into its strongest unit$/);
    await page.getByRole("heading", { name: "A unit of Conv2D" }).waitFor(PATIENCE);
    await reach(page, /^Row$/);
    await page.keyboard.press("ArrowUp");
    await press(page, /^Close$/);

    await screen("Evaluate");
    await press(page, /^\d, (right|taken for \d): [1-9]\d* images?$/);
    await page.getByRole("checkbox").first().waitFor(PATIENCE);
    await press(page, /^Image \d|^Select|^\d/, "Space");
    await press(page, /^Drop$/);
    await page
      .getByText(/1 dropped/)
      .first()
      .waitFor(PATIENCE);

    await screen("Data");
    await press(page, /^Show more$/);
    await page.getByText(/^200 of /).waitFor(PATIENCE);

    await screen("Build");
    await page.getByText(/^About \d+ s here/).waitFor(PATIENCE);
    await reach(page, /^Move Dropout, layer 5 of 7$/);
    await page.keyboard.press("ArrowUp");
    await page.getByText("Dropout is now layer 4 of 7.").waitFor(PATIENCE);

    await screen("Runs");
    await press(page, /^Name and tags$/);
    await reach(page, /^Name$/);
    await page.keyboard.type("by-keyboard");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "by-keyboard" }).waitFor(PATIENCE);

    await screen("Data");
    const folder = work.file("clothes");
    const chosen = page.waitForEvent("filechooser");
    await press(page, /^Choose files$/, "Space");
    await (await chosen).setFiles(readdirSync(folder).map((name) => join(folder, name)));
    await page.getByRole("heading", { level: 1 }).waitFor(PATIENCE);
    await screen("Train");
    await page.getByRole("button", { name: /^Train: about/ }).waitFor(PATIENCE);
    await press(page, /^Train: about/);
    await weights(page);
    await screen("Runs");
    await page.getByText("Choose two runs to see them next to each other.").waitFor(PATIENCE);
    await press(page, /^Compare (?!by-keyboard)/, "Space");
    await press(page, /^Compare by-keyboard$/, "Space");
    await page.getByRole("heading", { name: "Compare", exact: true }).waitFor(PATIENCE);
    await reach(page, /^Accuracy by epoch/);
    expect(faults).toEqual([]);
  }, 120_000);
});
