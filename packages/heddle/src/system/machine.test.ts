import { availableParallelism, cpus, totalmem } from "node:os";
import { describe, expect, it } from "vitest";
import { describeMachine } from "./machine.js";

describe("describeMachine", () => {
  it("names the machine that this process runs on", () => {
    const machine = describeMachine();
    expect(machine).toMatchObject({
      platform: process.platform,
      architecture: process.arch,
      cores: availableParallelism(),
      memoryBytes: totalmem(),
    });
    const [processor] = cpus();
    // As the system writes it, but for spaces; some containers hide it.
    expect(machine.cpu).toBe((processor?.model ?? "").trim().split(/\s+/).join(" ") || "unknown");
  });
});
