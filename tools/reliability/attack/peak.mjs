// Loaded into a command: tells the attack how much memory its process had at most, in KiB.
import { writeSync } from "node:fs";

process.on("exit", () => {
  try {
    writeSync(3, String(process.resourceUsage().maxRSS));
  } catch {
    // Nobody listens.
  }
});
