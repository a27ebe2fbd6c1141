import { defaultThreads, startThread, type ThreadHandle } from "#threads";
import { AbortedError, HeddleError } from "../base/errors.js";
import { checkOptions, type OptionRules } from "../base/known-options.js";
import { canShareMemory } from "../base/memory.js";
import { anyFunction, text, trueOrFalse, wholeFromTo } from "../base/rules.js";
import { Turn } from "../base/turn.js";
import { AddressSpace } from "./address-space.js";
import { CONTROL_WORDS, callWord, fail, MAXIMUM_THREADS, word } from "./control.js";
import { MAXIMUM_PAGES } from "./kernel-table.js";
import { compileKernels, type Kernels } from "./kernels.js";
import type { Allocator } from "./lay-out.js";
import type { FromThread } from "./messages.js";
import { warnOfOneThread } from "./one-thread.js";
import { callsOf, nameOfCall, type Program, type RunRequest } from "./program.js";
import { type ThreadEvents, threadOn, type WebWorker } from "./threads.js";
import { chooseVariant, type Variant } from "./variant.js";
import type { Width } from "./wide.js";
import { growTo } from "./worker.js";

export interface EngineOptions {
  /**
   * Threads that compute, 1..64. Where memory cannot be shared, one computes whatever this says.
   *
   * @defaultValue every core
   */
  readonly threads?: number;
  /**
   * Use kernels with fused multiply-add instead of the strict ones: faster, but with bits that depend on the CPU.
   *
   * @defaultValue `false`
   */
  readonly fast?: boolean;
  /**
   * The kernels' bytes, or where to fetch them; or a function that is called with `"strict"` or `"fma"`. For hosts
   * that must serve `@heddle/core/kernels/strict.wasm` themselves.
   *
   * @defaultValue the kernels that come with the package
   */
  readonly kernels?: Kernels;
  /**
   * Starts one Web Worker that runs `@heddle/core/worker`; called once for each thread. For pages whose
   * Content-Security-Policy forbids workers from `blob:`.
   *
   * @defaultValue workers from code that comes with the package
   */
  readonly worker?: () => WebWorker;
}

/** What each option must be. */
export const ENGINE_RULES: OptionRules<EngineOptions> = {
  threads: wholeFromTo(1, MAXIMUM_THREADS),
  fast: trueOrFalse,
  kernels: {
    expected: "kernels: their bytes, where to fetch them, or a function",
    accepts: (value) =>
      value instanceof ArrayBuffer ||
      ArrayBuffer.isView(value) ||
      value instanceof Response ||
      value instanceof URL ||
      text.accepts(value) ||
      anyFunction.accepts(value),
  },
  worker: anyFunction,
};

interface RunOptions extends Omit<RunRequest, "threads" | "firstStep" | "lastStep" | "profile"> {
  /** How many batches to run. */
  readonly steps: number;
  readonly signal?: AbortSignal | undefined;
  /** Called from time to time with the number of steps done so far. */
  readonly onProgress?: ((stepsDone: number) => void) | undefined;
}

/** How often a run reports its progress. */
const PROGRESS_INTERVAL_MS = 80;
/** A thread without shared memory cannot be interrupted, so it works in slices of about this length. */
const SLICE_MS = 40;

/**
 * The memory, the kernels and the team of threads that run programs. The caller's thread never computes: it
 * posts work and waits for messages, so that a page stays responsive and hears a signal.
 */
export class Engine implements Allocator {
  private readonly space = new AddressSpace();
  /** From here on memory is untouched, and so all zeros. */
  private untouched = 0;
  private nextId = 1;
  private death: Error | undefined;
  private readonly programs = new Map<number, Program>();
  /** The program that is running. */
  private running: Program | undefined;
  private readonly turn = new Turn();
  private waiting: { resolve(message: FromThread): void; reject(error: Error): void }[] = [];

  private constructor(
    /** Which kernels run. */
    readonly variant: Variant,
    /** The bits of the vectors that they compute with. */
    readonly width: Width,
    private readonly team: ThreadHandle[],
    private readonly memory: WebAssembly.Memory | undefined,
    private readonly control: Int32Array,
  ) {}

  /** Starts the threads. */
  static async create(options: EngineOptions = {}): Promise<Engine> {
    checkOptions("Engine", options, ENGINE_RULES);
    const shared = canShareMemory();
    const wanted = options.threads ?? Math.min(MAXIMUM_THREADS, defaultThreads());
    if (!shared && wanted > 1) warnOfOneThread();
    const threads = shared ? wanted : 1;
    const variant = chooseVariant(options.fast ?? false);
    const { module, width } = await compileKernels(variant, shared, options.kernels);
    const memory = shared
      ? new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES, shared: true })
      : undefined;
    const buffer = shared ? new SharedArrayBuffer(4 * CONTROL_WORDS) : new ArrayBuffer(4 * CONTROL_WORDS);
    const control = new Int32Array(buffer);

    const team: ThreadHandle[] = [];
    const engine = new Engine(variant, width, team, memory, control);
    for (let index = 0; index < threads; index++) {
      const events: ThreadEvents = {
        onMessage: (message) => engine.receive(index, message),
        onDeath: (reason) =>
          engine.die(new Error(`a compute thread died${engine.placeOf(index)}: ${reason}`)),
      };
      team.push(options.worker ? threadOn(options.worker(), events) : startThread(events));
    }
    await engine.ask((thread, index) =>
      thread.post(
        memory ? { type: "start", index, module, memory, control } : { type: "start", index, module },
      ),
    );
    return engine;
  }

  /** How many threads compute. */
  get threads(): number {
    return this.team.length;
  }

  /** False once a fault has ended the threads: the engine cannot be used again. */
  get alive(): boolean {
    return this.death === undefined;
  }

  /** How many complete steps the last run has done. */
  get stepsDone(): number {
    return Atomics.load(this.control, word.stepsDone);
  }

  get usedBytes(): number {
    return this.space.usedBytes;
  }

  /** An unused number for a program or for bound data. */
  newId(): number {
    return this.nextId++;
  }

  /** Reserves memory, filled with zeros. Throws when the program would outgrow WebAssembly's memory. */
  allocate(bytes: number, what: string): number {
    const address = this.space.allocate(bytes, what);
    const end = address + bytes;
    if (address < this.untouched) this.clear(address, Math.min(end, this.untouched));
    this.untouched = Math.max(this.untouched, this.usedBytes);
    return address;
  }

  /** Takes back memory that `allocate` reserved. */
  free(address: number): void {
    this.space.free(address);
  }

  /** Sends a program to all threads. */
  load(program: Program): void {
    this.checkAlive();
    if (this.memory) growTo(this.memory, program.memoryBytes);
    this.programs.set(program.id, program);
    for (const thread of this.team) thread.post({ type: "load", program });
  }

  /** Forgets a program that is not running, and takes its memory back. */
  unload({ id, buffers }: Program): void {
    this.programs.delete(id);
    for (const address of buffers) this.free(address);
    for (const thread of this.team) thread.post({ type: "unload", id });
  }

  /**
   * Sends the threads arrays to gather rows from, and returns their number for `run`. Shared arrays are read in
   * place.
   */
  bind(arrays: readonly Uint8Array[]): number {
    this.checkAlive();
    const id = this.newId();
    for (const thread of this.team) thread.post({ type: "bind", id, arrays });
    return id;
  }

  unbind(id: number): void {
    if (!this.alive) return;
    for (const thread of this.team) thread.post({ type: "unbind", id });
  }

  /** Copies bytes into memory. */
  write(address: number, values: ArrayBufferView): void {
    this.checkAlive();
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    if (this.memory) {
      growTo(this.memory, address + bytes.byteLength);
      new Uint8Array(this.memory.buffer).set(bytes, address);
    } else {
      this.team[0]!.post({ type: "write", address, bytes: bytes.slice() });
    }
  }

  /** Fills memory with zeros as far as it has grown. */
  private clear(address: number, end: number): void {
    if (this.memory) new Uint8Array(this.memory.buffer).fill(0, address, end);
    else this.team[0]!.post({ type: "clear", address, end });
  }

  /** Copies bytes out of memory. */
  async read(address: number, byteLength: number): Promise<Uint8Array<ArrayBuffer>> {
    this.checkAlive();
    if (this.memory) return new Uint8Array(this.memory.buffer, address, byteLength).slice();
    const [message] = await this.turn.take(() =>
      this.ask((thread) => thread.post({ type: "read", address, byteLength }), 1),
    );
    return (message as Extract<FromThread, { type: "bytes" }>).bytes as Uint8Array<ArrayBuffer>;
  }

  /** Copies f32 out of memory. */
  async readFloats(address: number, count: number): Promise<Float32Array<ArrayBuffer>> {
    return new Float32Array((await this.read(address, 4 * count)).buffer);
  }

  /**
   * Runs `steps` batches of a program.
   *
   * @returns how many steps were done
   * @throws AbortedError when the signal fires, after a complete step
   * @throws Error with the kernel's name when a kernel traps or its thread dies
   */
  run(options: RunOptions): Promise<number> {
    return this.turn.take(() => this.runNow(options));
  }

  /**
   * Runs `steps` batches as `run` does, and measures each call.
   *
   * @returns milliseconds spent in each call of the program, summed over steps and threads, in the order of `callsOf`
   */
  async profile(options: RunOptions): Promise<Float64Array> {
    const callMs = new Float64Array(callsOf(this.programs.get(options.program)!).length);
    await this.turn.take(() => this.runNow(options, callMs));
    return callMs;
  }

  private async runNow(options: RunOptions, callMs?: Float64Array): Promise<number> {
    this.checkAlive();
    const { steps, signal, onProgress, ...rest } = options;
    const request = { ...rest, profile: callMs !== undefined };
    const { control } = this;
    for (const index of [word.nextItem, word.stepsDone, word.cancel, word.stopped])
      Atomics.store(control, index, 0);
    if (signal?.aborted) throw new AbortedError("Stopped before the first step.");

    this.running = this.programs.get(request.program);
    const cancel = () => Atomics.store(control, word.cancel, 1);
    signal?.addEventListener("abort", cancel);
    const timer = onProgress
      ? setInterval(() => onProgress(Atomics.load(control, word.stepsDone)), PROGRESS_INTERVAL_MS)
      : undefined;
    try {
      if (this.memory) {
        const cut = this.running ? cutAmong(this.team.length, this.running, request) : { threads: 1 };
        const run = { ...request, ...cut, firstStep: 0, lastStep: steps };
        addTimes(callMs, await this.ask((thread) => thread.post({ type: "run", request: run }), run.threads));
      } else {
        await this.runInSlices(request, steps, callMs);
      }
    } finally {
      signal?.removeEventListener("abort", cancel);
      clearInterval(timer);
      this.running = undefined;
    }
    const done = Atomics.load(control, word.stepsDone);
    if (done < steps) throw new AbortedError(`Stopped after step ${done} of ${steps}.`);
    return done;
  }

  /** Ends the threads. */
  close(): void {
    this.die(new HeddleError("The engine was closed: build or load the model again."));
  }

  private async runInSlices(
    request: Omit<RunRequest, "threads" | "firstStep" | "lastStep">,
    steps: number,
    callMs: Float64Array | undefined,
  ) {
    let slice = 1;
    for (let firstStep = 0; firstStep < steps && Atomics.load(this.control, word.cancel) === 0; ) {
      const lastStep = Math.min(steps, firstStep + slice);
      const started = performance.now();
      const run = { ...request, threads: 1, firstStep, lastStep };
      addTimes(callMs, await this.ask((thread) => thread.post({ type: "run", request: run })));
      const elapsedMs = performance.now() - started;
      slice = Math.max(1, Math.round((slice * SLICE_MS) / Math.max(1, elapsedMs)));
      Atomics.store(this.control, word.stepsDone, lastStep);
      firstStep = lastStep;
    }
  }

  /** Posts to the first `count` threads and waits for an answer from each. */
  private async ask(post: (thread: ThreadHandle, index: number) => void, count = this.team.length) {
    const threads = this.team.slice(0, count);
    for (const thread of threads) thread.keepAlive(true);
    try {
      const answers = threads.map(
        (_, index) =>
          new Promise<FromThread>((resolve, reject) => {
            this.waiting[index] = { resolve, reject };
          }),
      );
      threads.forEach(post);
      return await Promise.all(answers);
    } finally {
      for (const thread of threads) thread.keepAlive(false);
    }
  }

  private receive(index: number, message: FromThread): void {
    if (message.type !== "failed") this.waiting[index]?.resolve(message);
    // A bystander only heard that another thread failed; that thread's own message is on its way.
    else if (!message.bystander) this.die(new Error(message.message));
  }

  /** `, last in kernel dense of dense_1 (forward)`, if the thread has started a call of the current run. */
  private placeOf(thread: number): string {
    const number = Atomics.load(this.control, callWord(thread));
    const call = this.running && callsOf(this.running)[number - 1];
    return call ? `, last in ${nameOfCall(call)}` : "";
  }

  /** Terminates all threads and rejects pending requests. */
  private die(reason: Error): void {
    if (this.death) return;
    this.death = reason;
    fail(this.control);
    for (const thread of this.team) thread.end();
    for (const waiter of this.waiting) waiter.reject(reason);
  }

  private checkAlive(): void {
    if (this.death) throw this.death;
  }
}

/**
 * How a run is cut: into shards of equal work for the threads where the program allows it, and for how many threads: as many as
 * its widest phase has shards or tasks. The others are not woken.
 */
function cutAmong(
  team: number,
  { phases, batchSize, evenShards = false, ...program }: Program,
  { samples, prepared = false }: Pick<RunRequest, "samples" | "prepared">,
): { readonly threads: number; readonly shardSize: number } {
  const batch = Math.min(batchSize, samples);
  const rounds = Math.ceil(batch / (team * program.shardSize));
  const shardSize = evenShards ? Math.ceil(batch / (team * rounds)) : program.shardSize;
  const shards = Math.ceil(batch / shardSize);
  const items = phases.map((phase) => {
    if ("perShard" in phase) return shards;
    return prepared && phase.lasting ? 1 : phase.tasks.length;
  });
  return { threads: Math.min(team, Math.max(1, ...items)), shardSize };
}

/** Adds the times that each thread measured. */
function addTimes(callMs: Float64Array | undefined, answers: readonly FromThread[]): void {
  for (const answer of answers) {
    if (!callMs || answer.type !== "ran") continue;
    answer.callMs?.forEach((ms, call) => {
      callMs[call]! += ms;
    });
  }
}
