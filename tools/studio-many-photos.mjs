// Drops a folder of 10,000 photos on the studio's page in Chromium, and prints how long they take, how long the page was ever
// kept busy, and the most memory that its process had. node tools/studio-many-photos.mjs [COUNT]
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium as driver } from "playwright-core";
import { chromium } from "./reproducibility/in-chromium.mjs";
import { startStudio } from "./studio-server.mjs";

const COUNT = Number(process.argv[2] ?? 10_000);
const CLASSES = ["boot", "hat", "bag", "belt"];

const folder = mkdtempSync(join(tmpdir(), "heddle-photos-"));
const { server, url } = await startStudio([], { cwd: folder });
const browser = await driver.launch({ executablePath: chromium, args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  await makePhotos(page);
  await page.goto(`${url}#/data?data=fashion-sketch`);
  await page.getByText(/ to test on, 10 classes/).waitFor({ timeout: 60_000 });
  // How late a timer of the page ever is.
  await page.evaluate(() => {
    let last = performance.now();
    globalThis.longestMs = 0;
    setInterval(() => {
      globalThis.longestMs = Math.max(globalThis.longestMs, performance.now() - last - 10);
      last = performance.now();
    }, 10);
  });
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [join(folder, "photos")], dragOperationsMask: 1 };
  const started = performance.now();
  for (const type of ["dragEnter", "dragOver", "drop"]) {
    await session.send("Input.dispatchDragEvent", { type, x: 600, y: 500, data });
  }
  await page.getByText(/pictures read$/).waitFor({ timeout: 120_000 });
  const first = performance.now() - started;
  await page.getByText(/, 4 classes\.$/).waitFor({ timeout: 1_200_000 });
  const seconds = (performance.now() - started) / 1000;
  const longestMs = await page.evaluate(() => globalThis.longestMs);
  console.log(await page.getByText(/, 4 classes\.$/).textContent());
  console.log(`progress after ${(first / 1000).toFixed(1)} s, all after ${seconds.toFixed(0)} s`);
  console.log(`longest wait of the page ${longestMs.toFixed(0)} ms, most memory ${await peakMiB()} MiB`);
} finally {
  await browser.close();
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}

/** Photos of 640 × 480 from a camera's kind of noise: some are drawn, the others are copies. */
async function makePhotos(page) {
  const drawn = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(640, 480);
    const context = canvas.getContext("2d");
    const files = [];
    for (let photo = 0; photo < 16; photo++) {
      const pixels = context.createImageData(640, 480);
      for (let at = 0; at < pixels.data.length; at++)
        pixels.data[at] = at % 4 === 3 ? 255 : (at * (photo + 7) * 31) % 251;
      context.putImageData(pixels, 0, 0);
      const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
      files.push([...new Uint8Array(await blob.arrayBuffer())]);
    }
    return files;
  });
  const originals = join(folder, "originals");
  mkdirSync(originals);
  drawn.forEach((bytes, photo) => {
    writeFileSync(join(originals, `${photo}.jpg`), Uint8Array.from(bytes));
  });
  for (const name of CLASSES) mkdirSync(join(folder, "photos", name), { recursive: true });
  const names = readdirSync(originals);
  for (let photo = 0; photo < COUNT; photo++) {
    const to = join(folder, "photos", CLASSES[photo % CLASSES.length], `${photo}.jpg`);
    copyFileSync(join(originals, names[photo % names.length]), to);
  }
}

/** The most memory that any process of a page had at once. */
async function peakMiB() {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const peaks = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1] ?? 0);
  return Math.round(Math.max(...peaks.map(Number)) / 1024);
}
