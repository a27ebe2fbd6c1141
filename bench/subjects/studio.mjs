// The studio's page in Chromium against Node: training the same model on the same threads and width, and what memory the page
// has after ten trainings.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium as driver } from "playwright-core";
import { chromium } from "../../tools/reproducibility/in-chromium.mjs";
import { HEDDLE, startStudio } from "../../tools/studio-server.mjs";
import { caption, machine, median, number, publish, ratio, table } from "../lib/report.mjs";
import { inTurn } from "../lib/turns.mjs";

/** The first epoch has what is done once. */
const EPOCHS = 4;
const TRAININGS = 10;
const PATIENCE = { timeout: 1_200_000 };

/** @param options rounds, threads, out */
export async function measureStudio({ rounds, threads, out }) {
  if (!chromium) throw new Error("bench: the studio needs Chromium: set CHROMIUM to its path");
  const folder = mkdtempSync(join(tmpdir(), "heddle-studio-"));
  const { server, url } = await startStudio(["--run-dir", join(folder, "page")]);
  const measured = [];
  let memory;
  try {
    const speeds = {
      page: () => inPage(url, threads, join(folder, "page")),
      node: ({ command }) => inNode(command, ["--no-wide"], join(folder, "node")),
      wide: ({ command }) => inNode(command, [], join(folder, "wide")),
    };
    // The page says which command trains the same.
    let command;
    for (let round = 1; round <= rounds; round++) {
      for (const name of command ? inTurn(Object.keys(speeds), round) : Object.keys(speeds)) {
        const run = await speeds[name]({ command });
        command ??= run.command;
        measured.push({ round, name, imagesPerSecond: run.imagesPerSecond });
        console.log(`round ${round}  ${name}: ${number(run.imagesPerSecond)} images/s`);
      }
    }
    memory = await memoryOfTrainings(url, threads);
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
  const result = { measuredAt: new Date().toISOString(), machine, threads, rounds, measured, memory };
  publish("studio", result, lines(result), out);
}

/** Each time in a browser of its own. */
async function withPage(work) {
  const browser = await driver.launch({
    executablePath: chromium,
    args: ["--no-sandbox", "--js-flags=--expose-gc"],
  });
  try {
    return await work(await browser.newPage(), browser);
  } finally {
    await browser.close();
  }
}

function inPage(url, threads, runs) {
  return withPage(async (page) => {
    await page.goto(`${url}#/train?epochs=${EPOCHS}&threads=${threads}`);
    await page.getByRole("button", { name: /^Train: about/ }).click(PATIENCE);
    await page.locator("[data-weights]").waitFor(PATIENCE);
    await page.getByText("Settings", { exact: true }).click();
    const command = (await page.locator("pre").first().textContent()).replaceAll("'", "").split(" ").slice(1);
    return { command, imagesPerSecond: speedOf(runs) };
  });
}

function inNode(command, options, runs) {
  const args = [HEDDLE, ...command, ...options, "--run-dir", runs, "--quiet"];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`bench: heddle ${command.join(" ")}: ${stderr}`);
  return { imagesPerSecond: speedOf(runs) };
}

/** Of the newest run, the median of its epochs but the first. */
function speedOf(runs) {
  const newest = readdirSync(runs).sort().at(-1);
  const [head, ...rows] = readFileSync(join(runs, newest, "history.csv"), "utf8")
    .trim()
    .split("\n");
  const column = head.split(",").indexOf("images_per_second");
  return median(rows.slice(1).map((row) => Number(row.split(",")[column])));
}

/** What the page's process has after the first training and after ten more, in MiB. */
function memoryOfTrainings(url, threads) {
  return withPage(async (page, browser) => {
    const session = await browser.newBrowserCDPSession();
    await page.goto(`${url}#/train?epochs=1&limit=6000&threads=${threads}`);
    const button = page.getByRole("button", { name: /^Train(?: again)?: about/ });
    const mib = [];
    for (let training = 0; training <= TRAININGS; training++) {
      await button.click(PATIENCE);
      await page.getByRole("button", { name: "Stop" }).waitFor(PATIENCE);
      await button.waitFor(PATIENCE);
      await collect(page);
      const { processInfo } = await session.send("SystemInfo.getProcessInfo");
      const resident = processInfo
        .filter(({ type }) => type === "renderer")
        .map(({ id }) => Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1] ?? 0));
      mib.push(Math.round(Math.max(...resident) / 1024));
      console.log(`training ${training + 1}: ${mib.at(-1)} MiB`);
    }
    return mib;
  });
}

/** Collects what nobody holds, on the page and in its workers. */
async function collect(page) {
  for (const one of [page, ...page.workers()]) await one.evaluate(() => globalThis.gc?.()).catch(() => {});
}

function lines(result) {
  const { measured, memory } = result;
  const all = (name) => measured.filter((run) => run.name === name).map((run) => run.imagesPerSecond);
  const row = (title, name) => {
    // A machine that is slow for minutes moves medians, and the best of a round less.
    const cells = [median, (values) => Math.max(...values)].flatMap((of) => [
      number(of(all(name))),
      name === "page" ? "" : ratio(of(all("page")), of(all(name))),
    ]);
    return [title, ...cells];
  };
  const rows = [
    ["", "images/s, median", "page against it", "best", "page against it"],
    row("the page, 128-bit vectors", "page"),
    row("Node, 128-bit vectors (`--no-wide`)", "node"),
    row("Node, as it is", "wide"),
  ];
  return [
    caption(result, "the command that the page names; medians of epochs after the first."),
    "",
    ...table(rows),
    "",
    `Memory of the page's process: ${memory[0]} MiB after the first training, ${memory.at(-1)} MiB after ${TRAININGS} more.`,
  ];
}
