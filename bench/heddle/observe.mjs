// Loaded into Heddle's command line with --import: writes to file descriptor 3 when the first step of training is
// done and, at the end, the most memory that the process held. Changes nothing that the program computes.
import { readFileSync, writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

/** How often the count of steps is checked; the answer is late by up to as much. */
const INTERVAL_MS = 1;

// Worker threads load this file as well.
if (isMainThread) {
  const { Engine } = await import("../../packages/core/dist/engine/engine.js");
  const { run } = Engine.prototype;
  Engine.prototype.run = function (options) {
    // The first run of the process is its first epoch.
    Engine.prototype.run = run;
    const timer = setInterval(() => {
      if (!(this.stepsDone > 0)) return;
      clearInterval(timer);
      tell({ event: "first step" });
    }, INTERVAL_MS);
    return run.call(this, options);
  };
  process.on("exit", () => tell({ event: "end", ...memory() }));
}

function tell(message) {
  writeSync(3, `${JSON.stringify(message)}\n`);
}

/** The most memory that was resident, in bytes, all threads of the process together. */
function memory() {
  // Kilobytes on every system.
  const maxRssBytes = 1024 * process.resourceUsage().maxRSS;
  if (process.platform !== "linux") return { peakBytes: maxRssBytes, source: "maxRSS", maxRssBytes };
  const status = readFileSync("/proc/self/status", "utf8");
  const peakBytes = 1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(status)[1]);
  return { peakBytes, source: "VmHWM", maxRssBytes, childFaults: childFaults() };
}

/** Page faults of ended child processes: above zero if there were any, whose memory is not counted. */
function childFaults() {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ").at(-1).split(" ");
  return Number(fields[8]);
}
