// How the studio's tests open its page, and what they look at on each of its screens.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium as driver, type Page } from "playwright-core";
import { chromium } from "../tools/reproducibility/in-chromium.mjs";

/** How long a busy machine may take for what takes a moment. */
export const PATIENCE = { timeout: 30_000 };

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 360, height: 740 };

/** A desktop's screen at a zoom of 200%. */
const ZOOMED = { width: 640, height: 450 };

const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** A page in a browser of its own. @param faults gets what the page throws */
export async function newPage(
  browser: Browser,
  faults: string[],
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({ locale: "en-US", viewport: DESKTOP, ...options });
  const page = await context.newPage();
  page.on("pageerror", ({ message }) => faults.push(message));
  return page;
}

/**
 * A page of a browser whose user lets no site keep anything or use the camera that it has: its file system, its storage
 * and its service workers are refused. Close its context to close the browser.
 *
 * @param profile a new folder
 */
export async function pageThatMayDoNothing(profile: string, faults: string[]): Promise<Page> {
  mkdirSync(join(profile, "Default"), { recursive: true });
  const blocked = { profile: { default_content_setting_values: { cookies: 2, media_stream_camera: 2 } } };
  writeFileSync(join(profile, "Default", "Preferences"), JSON.stringify(blocked));
  const context = await driver.launchPersistentContext(profile, {
    executablePath: chromium!,
    args: ["--no-sandbox", "--lang=en-US", "--use-fake-device-for-media-stream"],
    locale: "en-US",
    viewport: DESKTOP,
  });
  const page = await context.newPage();
  page.on("pageerror", ({ message }) => faults.push(message));
  return page;
}

/**
 * What axe finds on the page as it is, in light and in dark, what moves although that is not wanted, what cannot be told
 * in the system's few colours, and whether it is wider than a phone or than a screen at 200%.
 */
export async function looks(page: Page): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    // Only colours differ in the dark.
    const rules = colorScheme === "dark" ? { runOnly: ["color-contrast"] } : {};
    const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
      `${axe}; axe.run(${JSON.stringify(rules)})`,
    );
    found.push(...violations.map(({ id, nodes }) => ({ colorScheme, id, first: nodes[0]?.html })));
  }
  // Nothing moves for those who asked for that.
  await page.emulateMedia({ reducedMotion: "reduce" });
  const moving = await page.evaluate(() => document.getAnimations().length);
  await page.emulateMedia({ reducedMotion: null });
  if (moving > 0) found.push({ moving });
  await page.emulateMedia({ forcedColors: "active" });
  found.push(...(await page.evaluate(withoutColours)));
  await page.emulateMedia({ forcedColors: null });
  for (const size of [PHONE, ZOOMED]) {
    await page.setViewportSize(size);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > size.width) found.push({ size, width });
  }
  await page.setViewportSize(DESKTOP);
  return found;
}

/**
 * In the browser, in forced colours: what is chosen and looks like its neighbours that are not, and bars that are not seen.
 */
function withoutColours(): unknown[] {
  const isSeen = (element: Element) => element.getClientRects().length > 0;
  const seen = (selector: string) => [...document.querySelectorAll(selector)].filter(isSeen);
  const look = (element: Element) => {
    const style = getComputedStyle(element);
    const { backgroundColor, borderBottomColor, borderBottomWidth, fontWeight, textDecorationLine } = style;
    return [backgroundColor, borderBottomColor, borderBottomWidth, fontWeight, textDecorationLine].join(" ");
  };
  const isChosen = (element: Element) =>
    element.matches('[aria-current]:not([aria-current="false"]), [aria-pressed="true"]');
  const alike = seen("[aria-current], [aria-pressed]")
    .filter(isChosen)
    .filter((chosen) => {
      let group = chosen.parentElement;
      const others = () =>
        [...(group?.querySelectorAll(chosen.tagName) ?? [])].filter((one) => !isChosen(one));
      while (group && others().length === 0) group = group.parentElement;
      return others().some((other) => isSeen(other) && look(other) === look(chosen));
    })
    .map((chosen) => ({ alike: chosen.textContent?.trim() }));
  const colourOf = (element: Element) =>
    getComputedStyle(element)
      .backgroundColor.replace(/, 0\)$/, ")")
      .replace("rgba", "rgb");
  const unseen = seen(".bar")
    .filter((bar) => colourOf(bar) === colourOf(document.body))
    .map((bar) => ({ unseen: bar.outerHTML }));
  return [...alike, ...unseen];
}

/** The SHA-256 of the weights that the page shows after a training. */
export function weights(page: Page): Promise<string | null> {
  return page.locator("[data-weights]").textContent({ timeout: 60_000 });
}
