// Prints what the studio's page shows in its first minute, and when: node tools/studio-first-minute.mjs [DATA]. Nothing else
// should run at the time.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium as driver } from "playwright-core";
import { chromium } from "./reproducibility/in-chromium.mjs";
import { startStudio } from "./studio-server.mjs";

const PATIENCE = { timeout: 600_000 };

const folder = mkdtempSync(join(tmpdir(), "heddle-minute-"));
const { server, url } = await startStudio(process.argv.slice(2), { cwd: folder });
const browser = await driver.launch({ executablePath: chromium, args: ["--no-sandbox", "--lang=en-US"] });
try {
  const page = await browser.newPage();
  let started = performance.now();
  const say = (what) => console.log(`${((performance.now() - started) / 1000).toFixed(1)} s  ${what}`);
  await page.goto(url);
  await page.getByRole("main").getByRole("listitem").nth(24).waitFor(PATIENCE);
  say("25 images");
  const button = page.getByRole("button", { name: /^Train: about/ });
  await button.waitFor(PATIENCE);
  say((await button.textContent()).trim());
  await button.click();
  started = performance.now();
  console.log("pressed");
  await page.getByText(/^Training \d+\.\d%$/).waitFor(PATIENCE);
  say("the first point of a curve");
  const worthTrying = page.getByRole("link", { name: /^Already/ });
  await worthTrying.waitFor(PATIENCE);
  say(await worthTrying.textContent());
  const link = page.getByRole("link", { name: /^Most confused/ });
  await link.waitFor(PATIENCE);
  say(`${await page.getByText(/^\d\d\.\d ± \d\.\d%$/).textContent()} ${await link.textContent()}`);
} finally {
  await browser.close();
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}
