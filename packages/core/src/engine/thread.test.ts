// A thread's code, run in the test's own thread on memory of its own, as on a page without shared memory.
import { readFile } from "node:fs/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { MAXIMUM_PAGES } from "./kernel-table.js";
import { layOut } from "./lay-out.js";
import type { FromThread, ToThread } from "./messages.js";
import { ProgramBuilder } from "./program-builder.js";
import { serveTeam } from "./worker.js";

let answers: FromThread[];
let post: (message: ToThread) => void;
beforeEach(async () => {
  answers = [];
  post = serveTeam((answer) => answers.push(answer));
  const module = await WebAssembly.compile(
    await readFile(new URL("../kernels/strict.wasm", import.meta.url)),
  );
  post({ type: "start", index: 0, module });
  expect(answers.splice(0)).toEqual([{ type: "ready" }]);
});

/** Allocates addresses from 64 up. */
function allocator() {
  let used = 64;
  return {
    get usedBytes() {
      return used;
    },
    allocate(bytes: number) {
      const address = used;
      used = 64 * Math.ceil((used + bytes + 64) / 64);
      return address;
    },
    free() {},
  };
}

/** A program that computes byte / 2 + 1 for each sample's bytes, and sums these floats over a batch. */
function program(batchSize: number, maxSteps: number) {
  const builder = new ProgramBuilder({ name: "test", batchSize, shards: 2, maxSteps, threads: 1 });
  const rows = builder.buffer("rows", "result", 4);
  const bytes = builder.buffer("bytes", "sample", 3);
  const floats = builder.sampleBuffer("floats", [3]);
  const kept = builder.buffer("kept", "result", 12);
  const sum = builder.buffer("sum", "step", 12);
  const note = { owner: "test", pass: "forward" } as const;
  builder.column(0, bytes);
  builder.phase("samples", "perShard");
  builder.call("rescaleBytes", { y: floats, x: bytes, N: "samples", count: 3, scale: 0.5, offset: 1 }, note);
  builder.call("copy", { y: kept, x: floats, N: "samples", bytes: 12 }, note);
  builder.phase("sums", "tasks");
  builder.task();
  builder.call("biasGradient", { db: sum, dy: floats, N: "batch", rows: 1, K: 3 }, note);
  const { program, addressOf } = layOut(builder, { id: 1, allocator: allocator(), rows });
  return { program, kept: addressOf(kept), sum: addressOf(sum) };
}

function read(address: number, count: number): number[] {
  post({ type: "read", address, byteLength: 4 * count });
  const answer = answers.pop();
  if (answer?.type !== "bytes") return expect.fail(`no bytes: ${JSON.stringify(answer)}`);
  return [...new Float32Array(answer.bytes.slice().buffer)];
}

describe("a thread on plain memory", () => {
  it("gathers rows in any order, runs part of a run's steps, and handles a smaller last batch", () => {
    const { program: loaded, kept, sum } = program(3, 2);
    const data = Uint8Array.from({ length: 18 }, (_, i) => i);
    post({ type: "load", program: loaded });
    post({ type: "bind", id: 9, arrays: [data] });
    const rows = Int32Array.from([5, 0, 3, 1]);
    post({ type: "write", address: loaded.rows, bytes: new Uint8Array(rows.buffer) });
    const request = { program: 1, data: 9, samples: 4, stepBase: 0, threads: 1 };
    post({ type: "run", request: { ...request, firstStep: 0, lastStep: 1 } });
    post({ type: "run", request: { ...request, firstStep: 1, lastStep: 2 } });
    expect(answers.splice(0)).toEqual([{ type: "ran" }, { type: "ran" }]);
    const value = (row: number, column: number) => (3 * row + column) / 2 + 1;
    expect(read(kept, 12)).toEqual([...rows].flatMap((row) => [0, 1, 2].map((column) => value(row, column))));
    // A batch of three samples and one of one: each step sums three floats.
    expect(read(sum, 6)).toEqual([
      ...[0, 1, 2].map((column) => value(5, column) + value(0, column) + value(3, column)),
      ...[0, 1, 2].map((column) => value(1, column)),
    ]);
  });

  it("grows its memory when bytes are written past its end", () => {
    const bytes = new Uint8Array([1, 2, 3]);
    post({ type: "write", address: 5 * 65536, bytes });
    post({ type: "read", address: 5 * 65536, byteLength: 3 });
    expect(answers).toEqual([{ type: "bytes", bytes }]);
  });

  it("answers a trap with the kernel's name, as its cause", () => {
    const { program: loaded } = program(3, 1);
    const call = { kernel: "clear", args: [2 ** 31, 1], owner: "layer", pass: "forward", macs: 0 } as const;
    post({ type: "load", program: { ...loaded, phases: [{ name: "trap", tasks: [[call]] }] } });
    post({
      type: "run",
      request: { program: 1, data: -1, samples: 1, firstStep: 0, lastStep: 1, stepBase: 0, threads: 1 },
    });
    expect(answers).toEqual([
      {
        type: "failed",
        message: expect.stringMatching(/^kernel clear of layer \(forward\): .*out of bounds/),
        bystander: false,
      },
    ]);
  });

  it("reports kernels that do not match the program", () => {
    const { program: loaded } = program(3, 1);
    const call = { kernel: "nosuch" as "clear", args: [], owner: "layer", pass: "forward", macs: 0 } as const;
    post({ type: "load", program: { ...loaded, phases: [{ name: "p", tasks: [[call]] }] } });
    expect(answers).toEqual([
      {
        type: "failed",
        message: "the kernels have no nosuch: build them again (npm run build)",
        bystander: false,
      },
    ]);
  });

  it("cannot grow past the maximum memory of a program", () => {
    post({ type: "write", address: MAXIMUM_PAGES * 65536, bytes: new Uint8Array(1) });
    expect(answers).toMatchObject([{ type: "failed", bystander: false }]);
  });
});
