// What cores the studio's page costs while it trains, thread by thread, next to Node: processor time an image over whole epochs,
// both in turn. It says more than speed where a machine is busy. node tools/studio-cores.mjs [ROUNDS] [THREADS]
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium as driver } from "playwright-core";
import { inTurn } from "../bench/lib/turns.mjs";
import { chromium } from "./reproducibility/in-chromium.mjs";
import { HEDDLE, startStudio } from "./studio-server.mjs";

const ROUNDS = Number(process.argv[2] ?? 2);
const THREADS = Number(process.argv[3] ?? 2);
/** The first epoch has what is done once, and is left out. */
const EPOCHS = 4;
/** Linux counts processor time in hundredths of a second. */
const TICKS = 100;

const folder = mkdtempSync(join(tmpdir(), "heddle-cores-"));
const runs = { page: join(folder, "page"), node: join(folder, "node") };
const { server, url } = await startStudio(["--run-dir", runs.page]);
const measured = { page: [], node: [] };
try {
  let command;
  for (let round = 1; round <= ROUNDS; round++) {
    for (const name of command ? inTurn(["page", "node"], round) : ["page", "node"]) {
      const result = name === "page" ? await inPage(url) : await inNode(command);
      command ??= result.command;
      measured[name].push(result);
      print(name, result);
    }
  }
  const mean = (name, of) => measured[name].reduce((sum, one) => sum + of(one), 0) / ROUNDS;
  const microseconds = (name) => mean(name, ({ seconds, images }) => (1e6 * seconds) / images);
  const speed = (name) => mean(name, ({ images, wall }) => images / wall);
  console.log(
    `page ${microseconds("page").toFixed(1)} µs an image, Node ${microseconds("node").toFixed(1)}: ` +
      `${(microseconds("node") / microseconds("page")).toFixed(3)}; by the clock ${(speed("page") / speed("node")).toFixed(3)}`,
  );
} finally {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}

async function inPage(url) {
  const browser = await driver.launch({ executablePath: chromium, args: ["--no-sandbox"] });
  try {
    const session = await browser.newBrowserCDPSession();
    const page = await browser.newPage();
    await page.goto(`${url}#/train?epochs=${EPOCHS}&threads=${THREADS}`);
    const button = page.getByRole("button", { name: /^Train: about/ });
    await button.waitFor({ timeout: 120_000 });
    const before = entries(runs.page).length;
    await button.click();
    const processes = async () => (await session.send("SystemInfo.getProcessInfo")).processInfo;
    const result = await overEpochs(runs.page, before, async () => {
      return (await processes()).flatMap(({ id, type }) => threadsOf(id, type));
    });
    await page.locator("[data-weights]").waitFor({ timeout: 600_000 });
    await page.getByText("Settings", { exact: true }).click();
    const text = await page.locator("pre").first().textContent();
    return { ...result, command: text.replaceAll("'", "").split(" ").slice(1) };
  } finally {
    await browser.close();
  }
}

async function inNode(command) {
  const before = entries(runs.node).length;
  const args = [HEDDLE, ...command, "--no-wide", "--run-dir", runs.node, "--quiet"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const result = await overEpochs(runs.node, before, async () => threadsOf(child.pid, "node"));
  await ended;
  return result;
}

/** Processor time by thread from the end of the first epoch to that of the last but one. */
async function overEpochs(folder, before, look) {
  const rows = await rowsOf(folder, before, 1);
  const [start, from] = [performance.now(), await look()];
  const ended = await rowsOf(folder, before, EPOCHS - 1);
  const [wall, to] = [(performance.now() - start) / 1000, await look()];
  const known = new Map(from.map(({ id, seconds }) => [id, seconds]));
  const threads = new Map();
  // Workers have one name: each is listed by itself.
  for (const { id, name, seconds } of to) {
    const own = /Worker/.test(name) ? `${name} ${id.split("/")[1]}` : name;
    threads.set(own, (threads.get(own) ?? 0) + seconds - (known.get(id) ?? 0));
  }
  const images = ended.slice(rows.length).reduce((sum, one) => sum + one.images, 0);
  const seconds = [...threads.values()].reduce((sum, one) => sum + one, 0);
  return { threads, seconds, images, wall };
}

/** The rows of a new run's history, once it has so many. */
async function rowsOf(folder, before, count) {
  for (;;) {
    const found = entries(folder);
    if (found.length > before) {
      const [head = "", ...rows] = read(join(folder, found.at(-1), "history.csv"))
        .trim()
        .split("\n");
      const names = head.split(",");
      const at = (row, name) => Number(row.split(",")[names.indexOf(name)]);
      if (rows.length >= count) {
        return rows.map((row) => ({ images: at(row, "images_per_second") * at(row, "seconds") }));
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function entries(folder) {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

function read(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** Processor seconds of each thread of a process, by what the process is and the thread's name. */
function threadsOf(pid, type) {
  const tasks = `/proc/${pid}/task`;
  return entries(tasks).flatMap((task) => {
    const text = read(join(tasks, task, "stat"));
    const [, comm, rest] = /^\d+ \((.*)\) (.*)$/s.exec(text) ?? [];
    if (comm === undefined) return [];
    const fields = rest.split(" ");
    const seconds = (Number(fields[11]) + Number(fields[12])) / TICKS;
    return [{ id: `${pid}/${task}`, name: `${type}: ${comm}`, seconds }];
  });
}

function print(name, { threads, seconds, images, wall }) {
  console.log(
    `${name}: ${((1e6 * seconds) / images).toFixed(1)} µs an image, ${(images / wall).toFixed(0)} images/s by the clock`,
  );
  for (const [thread, own] of [...threads].sort((a, b) => b[1] - a[1])) {
    if (own < 0.02) continue;
    console.log(
      `  ${thread.padEnd(40)} ${own.toFixed(2).padStart(7)} s ${((100 * own) / seconds).toFixed(1).padStart(5)}%`,
    );
  }
}
