import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layOut } from "./lay-out.js";
import type { Address } from "./program.js";
import { type Buffer, ProgramBuilder, type Scope } from "./program-builder.js";

/** Records all requests, and allocates addresses without gaps. */
function allocator() {
  const requests: { bytes: number; what: string }[] = [];
  let used = 0;
  return {
    requests,
    get usedBytes() {
      return used;
    },
    allocate(bytes: number, what: string) {
      requests.push({ bytes, what });
      used += bytes;
      return used - bytes;
    },
    free() {},
  };
}

describe("laying out a program", () => {
  it("never puts two values that exist at the same time in the same place", () => {
    const scopes: Scope[] = ["global", "sample", "shard", "thread", "step", "result"];
    const sizes = fc.record({
      batchSize: fc.integer({ min: 1, max: 9 }),
      shards: fc.integer({ min: 1, max: 5 }),
      maxSteps: fc.integer({ min: 1, max: 3 }),
      threads: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(
        sizes,
        fc.array(fc.constantFrom(...scopes), { minLength: 1, maxLength: 6 }),
        (options, used) => {
          const builder = new ProgramBuilder({ name: "p", ...options });
          const rows = builder.buffer("rows", "result", 4);
          const buffers = used.map((scope, index) => builder.buffer(`b${index}`, scope, 4 + 4 * index));
          builder.phase("samples", "perShard");
          // Twice, so that all are in use at the same time.
          for (const y of [...buffers, ...buffers])
            builder.call("clear", { y, bytes: y.bytes }, { owner: "t", pass: "forward" });
          const memory = allocator();
          const { program } = layOut(builder, { id: 1, allocator: memory, rows });
          expect(program.memoryBytes).toBe(memory.usedBytes);
          const [phase] = program.phases;
          const calls = phase && "perShard" in phase ? phase.perShard : [];
          const taken = new Map<number, string>();
          calls.slice(buffers.length).forEach((call, index) => {
            const at = call.args[0] as Address;
            const { bytes, scope } = buffers[index] as Buffer;
            for (let thread = 0; thread < options.threads; thread++) {
              for (let step = 0; step < options.maxSteps; step++) {
                for (let shard = 0; shard < builder.shards; shard++) {
                  const base = at.base + thread * at.perThread + step * at.perStep + shard * at.perShard;
                  const perSample = scope === "sample" || scope === "result";
                  // The last shard of a batch may be smaller.
                  const samples = Math.min(builder.shardSize, options.batchSize - shard * builder.shardSize);
                  const owner = [
                    ...[
                      index,
                      scope === "thread" || (scope === "sample" && at.perThread > 0) ? thread : "",
                      "",
                    ],
                    ...[scope === "step" || scope === "result" ? step : ""],
                    ...[scope === "shard" || scope === "result" || at.perShard > 0 ? shard : ""],
                  ].join();
                  for (let byte = base; byte < base + bytes * (perSample ? samples : 1); byte += 4) {
                    expect(byte).toBeLessThan(memory.usedBytes);
                    expect(taken.get(byte) ?? owner).toBe(owner);
                    taken.set(byte, owner);
                  }
                }
              }
            }
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it("lets each thread reuse a buffer that one phase of samples touches, and keeps one that a later phase reads", () => {
    const builder = new ProgramBuilder({ name: "p", batchSize: 12, shards: 6, maxSteps: 1, threads: 2 });
    const rows = builder.buffer("rows", "result", 4);
    const local = builder.sampleBuffer("local", [5]);
    const kept = builder.sampleBuffer("kept", [5]);
    const note = { owner: "t", pass: "forward" } as const;
    builder.phase("samples", "perShard");
    for (const y of [local, kept]) builder.call("clear", { y, bytes: 20 }, note);
    builder.phase("sums", "tasks");
    builder.task();
    builder.call("clear", { y: { buffer: kept, offsetBytes: 8 }, bytes: 4 }, note);
    const memory = allocator();
    const { program, addressOf } = layOut(builder, { id: 1, allocator: memory, rows });
    const bytes = Object.fromEntries(memory.requests.map(({ bytes, what }) => [what, bytes]));
    // Shards have two samples: `local` has a shard for each thread, from one cache line on, `kept` has all six.
    expect(bytes).toMatchObject({
      "p, values of each thread's shard": 2 * 64,
      "p, values of all shards": 4 * 64,
    });
    const tasks = program.phases[1];
    expect(tasks && "tasks" in tasks && tasks.tasks[0]![0]!.args[0]).toEqual({
      ...{ base: addressOf(kept) + 8, perShard: 0, perThread: 0, perStep: 0 },
    });
  });

  it("keeps gathered samples of every shard when a later phase reads them", () => {
    const builder = new ProgramBuilder({ name: "p", batchSize: 6, shards: 3, maxSteps: 1, threads: 2 });
    const rows = builder.buffer("rows", "result", 4);
    const images = builder.buffer("images", "sample", 20);
    const labels = builder.buffer("labels", "sample", 4);
    builder.column(0, images);
    builder.column(1, labels);
    const note = { owner: "t", pass: "forward" } as const;
    builder.phase("samples", "perShard");
    builder.call("clear", { y: images, bytes: 20 }, note);
    builder.phase("samples again", "perShard");
    builder.call("clear", { y: labels, bytes: 4 }, note);
    const memory = allocator();
    layOut(builder, { id: 1, allocator: memory, rows });
    const bytes = Object.fromEntries(memory.requests.map(({ bytes, what }) => [what, bytes]));
    // Shards have two samples: there are images for each of two threads, labels for all six.
    expect(bytes).toMatchObject({
      "p, values of each thread's shard": 2 * 64,
      "p, values of all shards": 64,
    });
  });

  it("puts values that are needed at different times in the same place, and copies of one batch next to each other", () => {
    const builder = new ProgramBuilder({ name: "p", batchSize: 12, shards: 6, maxSteps: 1, threads: 2 });
    const rows = builder.buffer("rows", "result", 4);
    const chain = ["a", "b", "c", "d"].map((name) => builder.sampleBuffer(name, [16]));
    const note = { owner: "t", pass: "forward" } as const;
    builder.phase("samples", "perShard");
    chain.slice(1).forEach((y, index) => {
      builder.call("copy", { y, x: chain[index]!, N: "samples", bytes: 64 }, note);
    });
    const { addressOf } = layOut(builder, { id: 1, allocator: allocator(), rows });
    const [a, b, c, d] = chain.map(addressOf);
    expect([c, d]).toEqual([a, b]);
    expect(Math.abs(a! - b!)).toBe(128);
  });

  it("drops phases without tasks, and gathers only before the first phase of samples", () => {
    const builder = new ProgramBuilder({ name: "p", batchSize: 2, shards: 1, maxSteps: 1, threads: 1 });
    const rows = builder.buffer("rows", "result", 4);
    const back = builder.phase("preparation", "tasks");
    builder.phase("samples", "perShard");
    builder.phase("again", "perShard");
    builder.phase("nothing", "tasks");
    back();
    builder.task();
    builder.call("clear", { y: 0, bytes: 4 }, { owner: "t", pass: "prepare" });
    const { program } = layOut(builder, { id: 1, allocator: allocator(), rows });
    expect(program.phases.map((phase) => [phase.name, "gather" in phase && phase.gather])).toEqual([
      ["preparation", false],
      ["samples", true],
      ["again", false],
    ]);
  });
});
