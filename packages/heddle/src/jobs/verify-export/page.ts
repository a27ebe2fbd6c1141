import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type ExportCheck, printedCheck, unusable } from "./check.js";
import { faultOf, runProgram } from "./run-program.js";

/** Where Chromium is on most machines; CHROMIUM names another. */
const BROWSERS = [
  ...["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"],
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** How long a page may take, of its own time. */
const BUDGET_MS = 60_000;

/** Whether a text is the beginning of a page that Heddle wrote. */
export function isPage(text: string): boolean {
  return /^<!doctype html>/i.test(text);
}

/** Opens a page in Chromium and reads what it says about itself; without one, checks what is in it in a fresh process. */
export async function verifyPage(path: string, text: string): Promise<ExportCheck> {
  if (!/<script type="text\/plain" id="packed" data-bytes="\d+">/.test(text)) {
    throw unusable(path, "a page that heddle export did not write");
  }
  const named = process.env["CHROMIUM"];
  const chromium = (named ? [named] : BROWSERS).find((browser) => existsSync(browser));
  return chromium ? inChromium(path, chromium) : inNode(path);
}

async function inChromium(path: string, chromium: string): Promise<ExportCheck> {
  const profile = await mkdtemp(join(tmpdir(), "heddle-page-"));
  try {
    const flags = [
      ...["headless", "disable-gpu", "no-first-run", "disable-background-networking", "disable-sync"],
      ...["disable-component-update", "dump-dom", `user-data-dir=${profile}`],
      `virtual-time-budget=${BUDGET_MS}`,
      // Chromium's sandbox does not work for the root user.
      ...(process.getuid?.() === 0 ? ["no-sandbox"] : []),
    ];
    const words = flags.map((flag) => `--${flag}`);
    const ended = await runProgram(chromium, [...words, pathToFileURL(resolve(path)).href]);
    const tag = /<p id="check"[^>]*>/.exec(ended.stdout)?.[0];
    const passed = attribute(tag, "passed");
    if (tag === undefined || passed === undefined)
      throw unusable(path, saidIn(ended.stdout) ?? faultOf(ended));
    const reason = attribute(tag, "reason");
    return {
      passed: passed === "true",
      largestDifference: Number(attribute(tag, "largest-difference")),
      tolerance: Number(attribute(tag, "tolerance")),
      by: "itself in Chromium",
      ...(reason && { reason }),
    };
  } finally {
    // A process of the browser may still write into it.
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function attribute(tag: string | undefined, name: string): string | undefined {
  return new RegExp(` data-${name}="([^"]*)"`).exec(tag ?? "")?.[1];
}

/** What the page says in place of a check. */
function saidIn(dom: string): string | undefined {
  return /<p id="check"[^>]*>([^<]*)</.exec(dom)?.[1];
}

async function inNode(path: string): Promise<ExportCheck> {
  const program = fileURLToPath(new URL("page-self-test.js", import.meta.url));
  const ended = await runProgram(process.execPath, [program, resolve(path)]);
  if (ended.code !== 0) throw unusable(path, faultOf(ended));
  return printedCheck(
    path,
    ended.stdout,
    `the model inside in Node ${process.versions.node}; no Chromium was found`,
  );
}
