import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";

/** The machine that a run was made on. */
export interface Machine {
  /** `linux`, `darwin`, `win32`. */
  readonly platform: string;
  /** `x64`, `arm64`. */
  readonly architecture: string;
  /** The processor's own name. */
  readonly cpu: string;
  /** Logical cores that this process may use. */
  readonly cores: number;
  /** Main memory. */
  readonly memoryBytes: number;
}

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
