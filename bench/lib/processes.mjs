// Every measurement is a separate process, with its own heap, compiled code and threads.
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Runs a program to its end and reads the JSON of its last line. */
export function measureIn(program, words) {
  // What it prints to stderr is shown only when it fails.
  const { status, stdout, stderr, error } = spawnSync(program, words.map(String), {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${[program, ...words].join(" ")} failed:\n${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

/**
 * Starts Heddle's command line under bench/heddle/observe.mjs.
 *
 * @param words the command line
 * @param onMessage called with each message, the seconds from the start of the process to it, and the process
 * @returns what it printed on stdout, and the seconds from its start to its end
 */
export function observeHeddle(words, onMessage) {
  const at = (path) => new URL(`../../${path}`, import.meta.url);
  const args = [
    "--import",
    at("bench/heddle/observe.mjs").href,
    fileURLToPath(at("packages/heddle/bin/heddle.js")),
    ...words,
  ];
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe", "pipe"] });
  let [stdout, stderr, unread] = ["", "", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  child.stdio[3].setEncoding("utf8").on("data", (text) => {
    const lines = (unread + text).split("\n");
    unread = lines.pop();
    for (const line of lines) onMessage({ seconds: seconds(), ...JSON.parse(line) }, child);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0 || signal !== null) resolve({ stdout, seconds: seconds() });
      else reject(new Error(`heddle ${words.join(" ")} ended with code ${code}:\n${stderr}`));
    });
  });
}
