import { messageOf } from "../base/errors.js";
import { barrier, callWord, fail, TeamFailed, word } from "./control.js";
import type { KernelName } from "./kernel-table.js";
import {
  type Address,
  type Argument,
  type Call,
  callsOf,
  nameOfCall,
  type Program,
  type RunRequest,
} from "./program.js";

type KernelFunction = (...args: number[]) => number | undefined;

/** What a call's arguments depend on. Mutable: each thread has one, updated before each call. */
interface Place {
  thread: number;
  shard: number;
  stepOfRun: number;
  samples: number;
  firstSample: number;
  batch: number;
  shards: number;
  step: number;
}

/** A call bound to its kernel: constant arguments are filled in once, the rest before each call. */
interface BoundCall {
  readonly call: Call;
  /** Its position among all calls of its program, from 1. */
  readonly number: number;
  readonly run: (place: Place) => void;
}

interface BoundPhase {
  readonly perShard: boolean;
  readonly gather: boolean;
  readonly lasting: boolean;
  readonly tasks: readonly (readonly BoundCall[])[];
}

/** What went wrong in a thread, and in which kernel. */
function faultIn(what: string, cause: unknown): Error {
  return new Error(`${what}: ${messageOf(cause)}`, { cause });
}

/** One thread's side of the team: holds the kernels, the programs and the data, and runs its share. */
export class Thread {
  private readonly kernels: Record<string, KernelFunction>;
  private readonly programs = new Map<number, { program: Program; phases: BoundPhase[] }>();
  private readonly data = new Map<number, readonly Uint8Array[]>();
  private readonly place: Place;
  private readonly callWord: number;
  /** Milliseconds in each call of the current run; absent unless it is profiled. */
  private callMs: Float64Array | undefined;

  constructor(
    index: number,
    module: WebAssembly.Module,
    private readonly memory: WebAssembly.Memory,
    private readonly control: Int32Array,
  ) {
    const instance = new WebAssembly.Instance(module, { env: { memory } });
    this.kernels = instance.exports as Record<string, KernelFunction>;
    this.callWord = callWord(index);
    this.place = {
      thread: index,
      shard: 0,
      stepOfRun: 0,
      samples: 0,
      firstSample: 0,
      batch: 0,
      shards: 0,
      step: 0,
    };
  }

  load(program: Program): void {
    let number = 0;
    const phases = program.phases.map((phase): BoundPhase => {
      const perShard = "perShard" in phase;
      const tasks = perShard ? [phase.perShard] : phase.tasks;
      return {
        perShard,
        gather: perShard && phase.gather,
        lasting: !perShard && phase.lasting === true,
        tasks: tasks.map((calls) =>
          calls.map((call) => ({ call, number: ++number, run: this.bindCall(call) })),
        ),
      };
    });
    this.programs.set(program.id, { program, phases });
  }

  unload(id: number): void {
    this.programs.delete(id);
  }

  /** Registers arrays of rows under a number. */
  bind(id: number, arrays: readonly Uint8Array[]): void {
    this.data.set(id, arrays);
  }

  unbind(id: number): void {
    this.data.delete(id);
  }

  /** Runs this thread's share of the request; returns when all threads have finished or stopped. */
  run(request: RunRequest): { readonly callMs?: Float64Array } {
    const { program } = this.programs.get(request.program)!;
    this.callMs = request.profile ? new Float64Array(callsOf(program).length) : undefined;
    try {
      this.steps(request);
    } catch (thrown) {
      if (!(thrown instanceof TeamFailed)) fail(this.control);
      throw thrown;
    }
    this.control[this.callWord] = 0;
    return this.callMs ? { callMs: this.callMs } : {};
  }

  private steps(request: RunRequest): void {
    const { program, phases } = this.programs.get(request.program)!;
    const { control, place } = this;
    const { batchSize } = program;
    const shardSize = request.shardSize ?? program.shardSize;
    const arrays = this.data.get(request.data) ?? [];
    for (let step = request.firstStep; step < request.lastStep; step++) {
      place.stepOfRun = step;
      place.step = request.stepBase + step;
      place.batch = Math.min(batchSize, request.samples - step * batchSize);
      place.shards = Math.ceil(place.batch / shardSize);
      const prepared = request.prepared === true || step > 0;
      phases.forEach((phase, index) => {
        if (phase.lasting && prepared) return;
        const items = phase.perShard ? place.shards : phase.tasks.length;
        for (;;) {
          const item = Atomics.add(control, word.nextItem, 1);
          if (item >= items) break;
          if (phase.perShard) this.runShard(program, phase, { item, shardSize }, arrays);
          else this.runCalls(phase.tasks[item]!);
        }
        const lastPhase = index === phases.length - 1;
        barrier(control, request.threads, () => {
          Atomics.store(control, word.nextItem, 0);
          if (!lastPhase) return;
          Atomics.store(control, word.stepsDone, step + 1);
          if (Atomics.load(control, word.cancel) !== 0) Atomics.store(control, word.stopped, 1);
        });
      });
      if (Atomics.load(control, word.stopped) !== 0) return;
    }
  }

  private runShard(
    program: Program,
    phase: BoundPhase,
    { item, shardSize }: { readonly item: number; readonly shardSize: number },
    arrays: readonly Uint8Array[],
  ): void {
    const { place } = this;
    place.firstSample = item * shardSize;
    place.samples = Math.min(shardSize, place.batch - place.firstSample);
    // A smaller shard begins within one of the program's.
    place.shard = place.firstSample / program.shardSize;
    if (phase.gather) {
      try {
        this.gather(program, arrays);
      } catch (thrown) {
        throw faultIn(`the gathering of rows for ${program.name}`, thrown);
      }
    }
    this.runCalls(phase.tasks[0]!);
  }

  private runCalls(calls: readonly BoundCall[]): void {
    for (const { call, number, run } of calls) {
      this.control[this.callWord] = number;
      const started = this.callMs ? performance.now() : 0;
      try {
        run(this.place);
      } catch (thrown) {
        throw faultIn(nameOfCall(call), thrown);
      }
      if (this.callMs) this.callMs[number - 1]! += performance.now() - started;
    }
  }

  /** Copies this shard's rows of the bound data into the program's columns. */
  private gather(program: Program, arrays: readonly Uint8Array[]): void {
    const { place, memory } = this;
    const bytes = new Uint8Array(memory.buffer);
    const first = place.stepOfRun * program.batchSize + place.firstSample;
    const rows = new Int32Array(memory.buffer, program.rows + 4 * first, place.samples);
    for (const { source, rowBytes, target } of program.columns) {
      const array = arrays[source]!;
      const to = addressAt(target, place);
      for (let i = 0, end = 0; i < rows.length; i = end) {
        // Rows that follow each other, as in predictions, are copied at once.
        end = i + 1;
        while (end < rows.length && rows[end] === rows[end - 1]! + 1) end++;
        const from = rows[i]! * rowBytes;
        bytes.set(array.subarray(from, from + (end - i) * rowBytes), to + i * rowBytes);
      }
    }
  }

  private bindCall(call: Call): (place: Place) => void {
    const kernel = this.kernels[call.kernel satisfies KernelName];
    if (!kernel) throw new Error(`the kernels have no ${call.kernel}: build them again (npm run build)`);
    const values = call.args.map((argument) => (typeof argument === "number" ? argument : 0));
    const varying: [position: number, argument: Exclude<Argument, number>][] = [];
    call.args.forEach((argument, position) => {
      if (typeof argument === "number") return;
      const constant =
        typeof argument === "object" &&
        argument.perShard === 0 &&
        argument.perThread === 0 &&
        argument.perStep === 0;
      if (constant) values[position] = argument.base;
      else varying.push([position, argument]);
    });
    return (place) => {
      for (const [position, argument] of varying) {
        values[position] = typeof argument === "string" ? place[argument] : addressAt(argument, place);
      }
      kernel(...values);
    };
  }
}

function addressAt(address: Address, place: Place): number {
  return (
    address.base +
    address.perShard * place.shard +
    address.perThread * place.thread +
    address.perStep * place.stepOfRun
  );
}
