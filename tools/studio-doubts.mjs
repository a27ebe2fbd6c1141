// Looks for near duplicates and for suspected labels in all 70,000 images of Fashion-MNIST on the studio's page in Chromium, and
// prints how long each takes, how soon it ends when it is stopped, how long the page ever waited, and its memory.
// HEDDLE_DATA=FOLDER node tools/studio-doubts.mjs [duplicates|suspects …]
import { readFileSync } from "node:fs";
import { chromium as driver } from "playwright-core";
import { chromium } from "./reproducibility/in-chromium.mjs";
import { startStudio } from "./studio-server.mjs";

const PATIENCE = { timeout: 3_600_000 };
const all = {
  duplicates: { tab: "Near duplicates", find: "Find near duplicates" },
  suspects: { tab: "Suspected labels", find: "Find suspected labels" },
};
const chosen = process.argv.slice(2);

const { server, url } = await startStudio(["fashion-mnist"]);
const browser = await driver.launch({ executablePath: chromium, args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  const started = performance.now();
  await page.goto(`${url}#/data`);
  await page.getByText(/ to test on, 10 classes/).waitFor(PATIENCE);
  await watchWaits(page);
  for (const name of chosen.length > 0 ? chosen : Object.keys(all)) await measure(page, name);
  console.log(`all in ${seconds(started)}`);
} finally {
  await browser.close();
  server.kill();
}

async function measure(page, name) {
  const { tab, find } = all[name];
  await page
    .getByRole("link", { name: tab })
    .or(page.getByRole("tab", { name: tab }))
    .first()
    .click();
  await page.evaluate(() => {
    globalThis.longestMs = 0;
  });
  await press(page, find);
  await page.waitForFunction(() => (document.querySelector("progress")?.value ?? 0) > 0.02, null, PATIENCE);
  const stopping = performance.now();
  await press(page, "Stop");
  await page.getByRole("button", { name: find }).waitFor(PATIENCE);
  console.log(`${name}: stopped ${seconds(stopping)} after the press`);
  const searching = performance.now();
  await press(page, find);
  let most = 0;
  const done = page.getByRole("button", { name: "Look again" }).waitFor(PATIENCE);
  const timer = setInterval(async () => {
    most = Math.max(most, await rss().catch(() => 0));
  }, 500);
  await done;
  clearInterval(timer);
  const longestMs = await page.evaluate(() => globalThis.longestMs);
  console.log(
    `${name}: ${seconds(searching)}, longest wait of the page ${longestMs.toFixed(0)} ms, ${most} MiB at most`,
  );
  console.log((await page.locator("main").innerText()).split("\n").slice(0, 40).join(" | "));
}

async function press(page, name) {
  const button = page.getByRole("button", { name, exact: true });
  await button.waitFor(PATIENCE);
  await button.click(PATIENCE);
}

/** How late a timer of the page ever is. */
function watchWaits(page) {
  return page.evaluate(() => {
    let last = performance.now();
    globalThis.longestMs = 0;
    setInterval(() => {
      globalThis.longestMs = Math.max(globalThis.longestMs, performance.now() - last - 10);
      last = performance.now();
    }, 10);
  });
}

/** What the largest process of a page has, in MiB. */
async function rss() {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const own = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1] ?? 0));
  return Math.round(Math.max(...own) / 1024);
}

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
