import type { Shape } from "../base/shape.js";
import type { KernelArguments, KernelName } from "../engine/kernel-table.js";
import type { Pass } from "../engine/program.js";
import type { Buffer, Operand, ProgramBuilder, Slice } from "../engine/program-builder.js";

/** What flows between ops: f32, one copy for each sample. */
export interface Value {
  readonly shape: Shape;
  readonly data: Buffer;
}

/** A weight as a program sees it. */
export interface Parameter {
  readonly name: string;
  readonly shape: Shape;
  readonly data: Buffer;
  /** Where the step's gradient goes; absent for weights that are not trained. */
  readonly gradient?: Slice;
}

/**
 * Computes gradients: reads `dy`, fills `dx` (absent where nothing before needs it) and the gradients of the op's
 * parameters. May overwrite `dy`.
 */
export type Backward = (dy: Buffer, dx: Buffer | undefined) => void;

/** Computes the gradients of several inputs: as Backward, with a buffer for each input that needs one. */
export type MergeBackward = (dy: Buffer, dxs: readonly (Buffer | undefined)[]) => void;

type DeferredCall = () => void;

/** Floats of the largest tile, four by sixteen (`kernels/tile.ts`). */
const TILE_FLOATS = 64;

/**
 * Where ops write their kernel calls. An op emits its forward calls at once, and defers what runs elsewhere in the step:
 * packing before the samples, reductions after them.
 */
export class Emitter {
  /** The layer that calls are written for. */
  owner = "";
  /** Weights in other layouts, made once a step. */
  readonly prepared: DeferredCall[] = [];
  /** From the shards' gradients to the step's. */
  readonly reductions: DeferredCall[] = [];
  private scratchBuffer: Buffer | undefined;
  private zeroBuffer: Buffer | undefined;

  constructor(
    readonly program: ProgramBuilder,
    readonly options: {
      readonly training: boolean;
      /** Key of the random draws in training. */
      readonly seed: number;
    },
  ) {}

  /** A kernel call for each shard. */
  call<K extends KernelName>(kernel: K, pass: Pass, operands: KernelArguments<K, Operand>, macs = 0): void {
    this.program.call(kernel, operands, { owner: this.owner, pass, macs });
  }

  /** A task of its own before the samples. */
  prepare<K extends KernelName>(kernel: K, operands: KernelArguments<K, Operand>): void {
    this.defer(this.prepared, [[kernel, operands] as unknown as KernelCall], "prepare");
  }

  /** A task of its own before the samples, of several calls in order. */
  prepareInOrder(calls: readonly KernelCall[]): void {
    this.defer(this.prepared, calls, "prepare");
  }

  /** A task of its own after the samples: calls in order, over the whole batch. */
  reduce(calls: readonly KernelCall[]): void {
    this.defer(this.reductions, calls, "gradient");
  }

  /**
   * Ends the samples' phase, works over the whole batch, and resumes with the samples in a new phase: for what needs
   * every shard's part. Values and shards' memory last through it; a thread's memory does not.
   *
   * @param tasks lists of calls that do not depend on each other
   */
  acrossBatch(tasks: readonly (readonly KernelCall[])[], pass: Pass): void {
    this.program.phase(`batch of ${this.owner}`, "tasks");
    for (const calls of tasks) this.task(this.owner, calls, pass);
    this.program.phase("samples", "perShard");
  }

  /** A new value. */
  value(name: string, shape: Shape): Value {
    return { shape, data: this.program.sampleBuffer(`${this.owner} ${name}`, shape) };
  }

  /** f32 memory: at least `count` floats for each of `scope`; a shard's or thread's begin on their own cache line. */
  floats(name: string, scope: "global" | "shard" | "thread", count: number): Buffer {
    return this.program.buffer(`${this.owner} ${name}`, scope, 64 * Math.ceil(count / 16));
  }

  /** A few floats for a kernel's own use, for each thread: a tile, or a row of `count` floats. */
  scratch(count = TILE_FLOATS): Buffer {
    if (count > TILE_FLOATS) return this.floats("scratch", "thread", count);
    this.scratchBuffer ??= this.program.buffer("scratch", "thread", 4 * TILE_FLOATS);
    return this.scratchBuffer;
  }

  /** Zeros to start a tile from. */
  zeros(count = 32): Buffer {
    if (count > 32) return this.floats("zeros", "global", count);
    this.zeroBuffer ??= this.program.buffer("zeros", "global", 4 * 32);
    return this.zeroBuffer;
  }

  private defer(list: DeferredCall[], calls: readonly KernelCall[], pass: Pass): void {
    const { owner } = this;
    list.push(() => this.task(owner, calls, pass));
  }

  private task(owner: string, calls: readonly KernelCall[], pass: Pass): void {
    this.program.task();
    for (const [kernel, operands, macs] of calls) {
      this.program.call(kernel, operands as never, { owner, pass, macs: macs ?? 0 });
    }
  }
}

/** A kernel with its operands by name, and its multiply-adds if they count. */
export type KernelCall = {
  [K in KernelName]: readonly [kernel: K, operands: KernelArguments<K, Operand>, macs?: number];
}[KernelName];

/** A slice of a buffer, or of a slice, that starts `offsetBytes` later. */
export function at(base: Buffer | Slice, offsetBytes: number): Slice {
  return "buffer" in base
    ? { buffer: base.buffer, offsetBytes: base.offsetBytes + offsetBytes }
    : { buffer: base, offsetBytes };
}

/** Cuts 0 … count into ranges of at most `size`, for tasks that threads share. */
export function ranges(count: number, size: number): [first: number, last: number][] {
  const result: [number, number][] = [];
  for (let first = 0; first < count; first += size) result.push([first, Math.min(count, first + size)]);
  return result;
}
