// The first minute with the studio on the real images, in a real browser: what it shows, in which order. No times are
// asserted; tools/studio-first-minute.mjs prints them.
import { dirname } from "node:path";
import { chromium as driver } from "playwright-core";
import { expect, it } from "vitest";
import { NEEDS_DATA, realFashionMnist } from "../packages/heddle/dist/datasets/real-data.testing.js";
import { chromium } from "../tools/reproducibility/in-chromium.mjs";
import { hasChromium, NEEDS_CHROMIUM } from "./chromium.js";
import { Workspace } from "./cli.js";
import { newPage, PATIENCE } from "./studio-page.js";

const work = new Workspace();

it.skipIf(!hasChromium || !realFashionMnist)(
  `one button, a curve, a model that is worth trying, and a sentence that is a link ${NEEDS_CHROMIUM} ${NEEDS_DATA}`,
  async () => {
    const env = { HEDDLE_DATA: dirname(realFashionMnist!) };
    const server = work.start(["studio", "--no-open", "--port", "0"], { env });
    const browser = await driver.launch({
      executablePath: chromium!,
      args: ["--no-sandbox", "--lang=en-US"],
    });
    const faults: string[] = [];
    try {
      const page = await newPage(browser, faults);
      await server.printed("http://");
      // Fewer images than the page would take, so that a test ends soon.
      await page.goto(`${/http:\S+/.exec(server.stdout)![0]}#/train?epochs=1&limit=24000`);
      // 25 garments, and nothing to choose.
      await expect.poll(() => page.getByRole("main").getByRole("listitem").count(), PATIENCE).toBe(25);
      const button = page.getByRole("button", {
        name: /^Train: about \d+ (s|min) on this machine \(\d+ threads?\)$/,
      });
      await button.click({ timeout: 60_000 });
      // A point of a curve, long before the first epoch has ended.
      await page.getByText(/^Training \d+\.\d%$/).waitFor(PATIENCE);
      await page.getByRole("link", { name: /^Already \d+% right: try it$/ }).click({ timeout: 60_000 });
      expect(await page.evaluate(() => document.activeElement?.id)).toBe("attempt");
      await expect
        .poll(() => page.getByRole("list", { name: "Answers" }).getByRole("listitem").count(), PATIENCE)
        .toBe(3);
      const said = page.getByText(/^\d\d\.\d ± \d\.\d%$/);
      await said.waitFor({ timeout: 60_000 });
      // One epoch of the first 24,000 images gives over 80%.
      expect(Number.parseFloat((await said.textContent())!)).toBeGreaterThan(80);
      const link = page.getByRole("link", {
        name: /^Most confused: .+, taken for .+\. [\d,]+ images: look$/,
      });
      await link.click();
      await page.getByRole("checkbox").first().waitFor(PATIENCE);
      expect(faults).toEqual([]);
    } finally {
      await browser.close();
    }
  },
  180_000,
);
