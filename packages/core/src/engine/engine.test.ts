import type { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it, vi } from "vitest";
import { AbortedError, HeddleError } from "../base/errors.js";
import { Engine } from "./engine.js";
import type { Call, Program } from "./program.js";
import type { ThreadHandle } from "./threads.js";

const engines: Engine[] = [];
afterEach(() => {
  for (const engine of engines.splice(0)) engine.close();
});

async function start(threads = 2): Promise<Engine> {
  const engine = await Engine.create({ threads });
  engines.push(engine);
  return engine;
}

/** A program of one phase, whose tasks make one call each. */
function programOf(engine: Engine, calls: readonly Pick<Call, "kernel" | "args">[]): Program {
  return {
    id: engine.newId(),
    name: "test",
    batchSize: 1,
    shardSize: 1,
    phases: [
      {
        name: "tasks",
        tasks: calls.map((call) => [{ ...call, owner: "some layer", pass: "forward", macs: 0 } as const]),
      },
    ],
    columns: [],
    rows: 0,
    buffers: [],
    memoryBytes: engine.usedBytes,
  };
}

const run = (program: Program, steps = 1) => ({
  program: program.id,
  data: -1,
  samples: steps,
  steps,
  stepBase: 0,
});

/** A program that doubles two floats at every step. */
function doubling(engine: Engine) {
  const address = engine.allocate(8, "floats");
  const program = programOf(engine, [{ kernel: "rescale", args: [address, address, 1, 2, 2, 0] }]);
  engine.load(program);
  engine.write(address, new Float32Array([1, 3]));
  const floats = async () => [...new Float32Array((await engine.read(address, 8)).buffer)];
  return { program, floats };
}

/** A call that reaches far past the end of memory. */
const TRAP = { kernel: "clear", args: [2 ** 31 - 16, 64] } as const;

describe("Engine", () => {
  it("wakes no thread for which a run has nothing", async () => {
    const engine = await start(4);
    const team: readonly ThreadHandle[] = engine["team"];
    const woken = team.map((thread) => vi.spyOn(thread, "post"));
    const { program, floats } = doubling(engine);
    for (const spy of woken) spy.mockClear();
    await engine.run(run(program, 2));
    expect(woken.map(({ mock }) => mock.calls.length)).toEqual([1, 0, 0, 0]);
    const three = programOf(engine, new Array(3).fill({ kernel: "expF32", args: [0] }));
    engine.load(three);
    for (const spy of woken) spy.mockClear();
    await engine.run(run(three));
    expect(woken.map(({ mock }) => mock.calls.length)).toEqual([1, 1, 1, 0]);
    expect(await floats()).toEqual([4, 12]);
  });

  it("writes memory, runs a program's steps on it, and reads it back", async () => {
    const engine = await start();
    const { program, floats } = doubling(engine);
    expect(await engine.run(run(program, 5))).toBe(5);
    expect(await floats()).toEqual([32, 96]);
  });

  it("allocates memory at cache lines, none of it twice", async () => {
    const engine = await start(1);
    const first = engine.allocate(1, "a");
    const second = engine.allocate(100, "b");
    expect([first % 64, second % 64]).toEqual([0, 0]);
    // Kernels may read 64 bytes past the end.
    expect(second).toBeGreaterThanOrEqual(first + 1 + 64);
    expect(engine.allocate(1, "c")).toBeGreaterThanOrEqual(second + 100 + 64);
    expect(engine.usedBytes).toBeGreaterThan(second + 100);
  });

  it.each([true, false])("fills memory that was freed with zeros (shared: %s)", async (shared) => {
    vi.stubGlobal("crossOriginIsolated", shared);
    const engine = await start(1);
    const first = engine.allocate(64, "a");
    engine.write(first, new Uint8Array(64).fill(7));
    engine.free(first);
    expect(engine.allocate(32, "b")).toBe(first);
    expect([...(await engine.read(first, 32))]).toEqual(Array(32).fill(0));
    vi.unstubAllGlobals();
  });

  it("takes the memory of a program back that it unloads", async () => {
    const engine = await start(1);
    const before = engine.usedBytes;
    const program = { ...programOf(engine, []), buffers: [engine.allocate(1000, "a")] };
    engine.load(program);
    engine.unload(program);
    expect(engine.usedBytes).toBe(before);
  });

  it("refuses allocations beyond its memory, with both sizes and the purpose, and stays usable", async () => {
    const engine = await start();
    expect(() => engine.allocate(3 * 2 ** 30, "training, conv2d output")).toThrow(
      new HeddleError({
        who: "Engine",
        expected: "a model and batch within 2.0 GiB",
        received: "3.0 GiB up to training, conv2d output",
        next: "Use a smaller batch, fewer filters or units, or fewer threads.",
      }),
    );
    expect(() => engine.allocate(Number.NaN, "x")).toThrow(HeddleError);
    const { program, floats } = doubling(engine);
    await engine.run(run(program));
    expect(await floats()).toEqual([2, 6]);
  });

  it.each([0, 65, 1.5, Number.NaN])("refuses %s threads", async (threads) => {
    await expect(Engine.create({ threads })).rejects.toThrow(
      `Engine: expected threads to be a whole number from 1 to 64, received ${threads}. Correct threads.`,
    );
  });

  it("takes simultaneous runs in turn", async () => {
    const engine = await start();
    const { program, floats } = doubling(engine);
    const [three, two] = await Promise.all([engine.run(run(program, 3)), engine.run(run(program, 2))]);
    expect([three, two]).toEqual([3, 2]);
    expect(await floats()).toEqual([32, 96]);
  });
});

describe("a run with a signal", () => {
  it("that has fired is rejected before its first step, and the engine stays usable", async () => {
    const engine = await start();
    const { program, floats } = doubling(engine);
    await expect(engine.run({ ...run(program, 5), signal: AbortSignal.abort() })).rejects.toThrow(
      AbortedError,
    );
    expect(await floats()).toEqual([1, 3]);
    await engine.run(run(program, 1));
    expect(await floats()).toEqual([2, 6]);
  });

  it("that fires during the run stops after a whole step", async () => {
    const engine = await start();
    const address = engine.allocate(4, "count");
    const program = programOf(engine, [{ kernel: "rescale", args: [address, address, 1, 1, 1, 1] }]);
    engine.load(program);
    const controller = new AbortController();
    const steps = 2 ** 24;
    const running = engine.run({ ...run(program, steps), signal: controller.signal });
    setImmediate(() => controller.abort());
    const error: AbortedError = await running.then(
      () => expect.fail("the run was not stopped"),
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(AbortedError);
    const count = new Float32Array((await engine.read(address, 4)).buffer)[0]!;
    expect(count).toBeLessThan(steps);
    expect(error.message).toBe(`Stopped after step ${count} of ${steps}.`);
    await engine.run(run(program, 3));
    expect(new Float32Array((await engine.read(address, 4)).buffer)[0]).toBe(count + 3);
  });
});

describe("a kernel that traps", () => {
  it.each([1, 2, 4])(
    "rejects runs with its name on %s threads, ends the engine, and does not affect other engines",
    async (threads) => {
      const engine = await start(threads);
      const other = await start(threads);
      const { program, floats } = doubling(other);
      const trap = programOf(engine, [
        { kernel: "expF32", args: [0] },
        TRAP,
        { kernel: "expF32", args: [0] },
      ]);
      engine.load(trap);
      const waiting = engine.run(run(trap, 100));
      const queued = engine.run(run(trap, 1));
      await expect(waiting).rejects.toThrow(
        /^kernel clear of some layer \(forward\): .*memory access out of bounds/,
      );
      await expect(queued).rejects.toThrow(/^kernel clear/);
      expect(engine.alive).toBe(false);
      await expect(engine.run(run(trap))).rejects.toThrow(/^kernel clear/);
      await expect(engine.read(0, 4)).rejects.toThrow(/^kernel clear/);
      expect(() => engine.bind([])).toThrow(/^kernel clear/);

      await other.run(run(program));
      expect(await floats()).toEqual([2, 6]);
      expect((await start(threads)).alive).toBe(true);
    },
  );

  it("in a later phase does not leave other threads waiting at the barrier", async () => {
    const engine = await start(3);
    const calls = Array.from({ length: 6 }, () => ({ kernel: "expF32", args: [0] }) as const);
    const phases = [calls, [...calls, TRAP], calls].flatMap((phase) => programOf(engine, phase).phases);
    const program = { ...programOf(engine, []), phases };
    engine.load(program);
    await expect(engine.run(run(program, 1000))).rejects.toThrow(/^kernel clear/);
  });
});

describe("an exception in a thread", () => {
  it.each([1, 2, 4])(
    "rejects the run with the task on %s threads, and does not affect other engines",
    async (threads) => {
      const [engine, other] = [await start(threads), await start(threads)];
      const bytes = engine.allocate(8, "bytes");
      const target = { base: bytes, perShard: 0, perThread: 0, perStep: 0 };
      const gathering: Program = {
        ...programOf(engine, []),
        phases: [{ name: "samples", perShard: [], gather: true }],
        columns: [{ source: 0, rowBytes: 1, target }],
      };
      engine.load(gathering);
      // No array 0 was bound: copying from it throws in JavaScript, outside of any kernel.
      await expect(engine.run(run(gathering, 100))).rejects.toThrow(/^the gathering of rows for test: /);
      expect(engine.alive).toBe(false);

      const { program, floats } = doubling(other);
      await other.run(run(program));
      expect(await floats()).toEqual([2, 6]);
    },
  );

  it("while loading a program rejects the next run with the kernel's name", async () => {
    const engine = await start();
    const program = programOf(engine, [{ kernel: "unheard" as Call["kernel"], args: [] }]);
    engine.load(program);
    await expect(engine.run(run(program))).rejects.toThrow("the kernels have no unheard: build them again");
    expect(engine.alive).toBe(false);
  });
});

describe("a thread that dies", () => {
  it("rejects the run under way, which would hang otherwise", async () => {
    const workers: Worker[] = [];
    const note = (worker: Worker) => workers.push(worker);
    process.on("worker", note);
    const engine = await start(3);
    process.off("worker", note);
    expect(workers.length).toBe(3);
    const address = engine.allocate(4, "count");
    const program = programOf(engine, [{ kernel: "rescale", args: [address, address, 1, 1, 1, 1] }]);
    engine.load(program);
    const running = engine.run(run(program, 2 ** 30));
    void workers[1]!.terminate();
    await expect(running).rejects.toThrow(
      /^a compute thread died(, last in kernel rescale .*)?: its thread ended with code 1$/,
    );
    expect(engine.alive).toBe(false);
    const other = await start(3);
    const { program: doubled, floats } = doubling(other);
    await other.run(run(doubled));
    expect(await floats()).toEqual([2, 6]);
  });

  it("is reported with the kernel that it was running", async () => {
    const workers: Worker[] = [];
    const note = (worker: Worker) => workers.push(worker);
    process.on("worker", note);
    const engine = await start(1);
    process.off("worker", note);
    const { program } = doubling(engine);
    const first = programOf(engine, [{ kernel: "expF32", args: [0] }]).phases;
    const both = { ...program, id: engine.newId(), phases: [...first, ...program.phases] };
    engine.load(both);
    let killed = false;
    const onProgress = (steps: number) => {
      if (steps === 0 || killed) return;
      killed = true;
      void workers[0]!.terminate();
    };
    await expect(engine.run({ ...run(both, 2 ** 30), onProgress })).rejects.toThrow(
      /^a compute thread died, last in kernel (expF32|rescale) of some layer \(forward\): its thread ended with code 1$/,
    );
  });

  it("between two runs ends the engine", async () => {
    const workers: Worker[] = [];
    const note = (worker: Worker) => workers.push(worker);
    process.on("worker", note);
    const engine = await start(2);
    process.off("worker", note);
    await workers[0]!.terminate();
    await new Promise((resolve) => setImmediate(resolve));
    expect(engine.alive).toBe(false);
    expect(() => engine.bind([])).toThrow("a compute thread died: its thread ended with code 1");
  });
});

describe("closing an engine", () => {
  it("rejects the run under way and every later call", async () => {
    const engine = await start();
    const { program } = doubling(engine);
    const running = engine.run(run(program, 2 ** 30));
    setImmediate(() => engine.close());
    const message = "The engine was closed: build or load the model again.";
    await expect(running).rejects.toThrow(message);
    await expect(engine.run(run(program))).rejects.toThrow(message);
    expect(() => engine.write(0, new Float32Array(1))).toThrow(message);
    // Releasing data is always allowed.
    engine.unbind(1);
  });
});
