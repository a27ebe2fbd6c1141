import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";
import type { Machine } from "@heddle/core/internal/records/run-record.js";

export type { Machine };

/** Describes the machine that this process runs on. */
export function describeMachine(): Machine {
  return {
    platform: platform(),
    architecture: arch(),
    // Some containers and boards hide the name.
    cpu: cpus()[0]?.model.replace(/\s+/g, " ").trim() || "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  };
}
