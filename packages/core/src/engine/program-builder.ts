import { sizeOf } from "../base/shape.js";
import { type KernelArguments, type KernelName, kernelTable } from "./kernel-table.js";
import type { Address, Argument, Call, Column, Dynamic, Pass, Phase, Program } from "./program.js";

/**
 * How many copies of a buffer there are:
 *
 * - `global`: one
 * - `sample`: one for each sample of the batch, or, where one phase alone uses it, of the shards in flight
 * - `shard`, `thread`, `step`: one for each
 * - `result`: one for each sample of each step of a run
 */
export type Scope = "global" | "sample" | "shard" | "thread" | "step" | "result";

/** A piece of memory by name; its address is known when the program is laid out. */
export interface Buffer {
  readonly name: string;
  readonly scope: Scope;
  /** Bytes of one copy. */
  readonly bytes: number;
  /** Set for memory that is there before the program, such as weights. */
  readonly address?: number;
}

/** A buffer from some byte on. */
export interface Slice {
  readonly buffer: Buffer;
  readonly offsetBytes: number;
}

export type Operand = number | Buffer | Slice | Dynamic;

/** Gives out memory from address 0 upwards; never takes any back. */
export interface Allocator {
  allocate(bytes: number, what: string): number;
  readonly usedBytes: number;
}

interface PendingCall {
  readonly kernel: KernelName;
  readonly operands: readonly Operand[];
  readonly owner: string;
  readonly pass: Pass;
  readonly macs: number;
}

interface PendingPhase {
  readonly name: string;
  readonly kind: "perShard" | "tasks";
  readonly tasks: PendingCall[][];
}

/** Collects the calls and buffers of a program, then gives each buffer its place. */
export class ProgramBuilder {
  readonly shardSize: number;
  private readonly phases: PendingPhase[] = [];
  private current: PendingPhase | undefined;
  private readonly columns: { source: number; rowBytes: number; target: Buffer }[] = [];
  private readonly buffers = new Set<Buffer>();

  constructor(
    readonly options: {
      readonly name: string;
      readonly batchSize: number;
      /** Into how many shards a full batch is cut; at most one a sample. */
      readonly shards: number;
      /** The most steps of one run. */
      readonly maxSteps: number;
      readonly threads: number;
    },
  ) {
    this.shardSize = Math.ceil(options.batchSize / Math.min(options.shards, options.batchSize));
  }

  /** Into how many shards a full batch really falls. */
  get shards(): number {
    return Math.ceil(this.options.batchSize / this.shardSize);
  }

  buffer(name: string, scope: Scope, bytes: number): Buffer {
    const buffer = { name, scope, bytes };
    this.buffers.add(buffer);
    return buffer;
  }

  /** f32 memory for a value of this shape, one copy a sample. */
  sampleBuffer(name: string, shape: readonly number[]): Buffer {
    return this.buffer(name, "sample", 4 * sizeOf(shape));
  }

  /** Begins a phase behind those there are; later calls belong to it. Returns how to come back to it. */
  phase(name: string, kind: "perShard" | "tasks"): () => void {
    const phase: PendingPhase = { name, kind, tasks: kind === "perShard" ? [[]] : [] };
    this.phases.push(phase);
    this.current = phase;
    return () => {
      this.current = phase;
    };
  }

  /** Begins a task of the current phase. */
  task(): void {
    this.current!.tasks.push([]);
  }

  /** Appends a kernel call to the current task, or to every shard's list. */
  call<K extends KernelName>(
    kernel: K,
    operands: KernelArguments<K, Operand>,
    note: { owner: string; pass: Pass; macs?: number },
  ): void {
    const named = operands as Record<string, Operand>;
    this.current!.tasks.at(-1)!.push({
      kernel,
      operands: kernelTable[kernel].map((parameter) => named[parameter]!),
      owner: note.owner,
      pass: note.pass,
      macs: note.macs ?? 0,
    });
  }

  /** Fills `target` from array `source` of the bound data before the first per-shard phase. */
  column(source: number, target: Buffer): void {
    this.columns.push({ source, rowBytes: target.bytes, target });
  }

  /** Places every buffer and resolves every operand. `rows` is the table of row numbers (scope `result`). */
  layOut(
    id: number,
    allocator: Allocator,
    rows: Buffer,
  ): { program: Program; addressOf(buffer: Buffer): number } {
    const { batchSize, threads, maxSteps, name } = this.options;
    const { shardSize, shards } = this;
    const local = this.localBuffers();
    const addresses = new Map<Buffer, Address>();

    const copies = (buffer: Buffer): number => {
      switch (buffer.scope) {
        case "global":
          return 1;
        case "sample":
          return (local.has(buffer) ? threads : shards) * shardSize;
        case "shard":
          return shards;
        case "thread":
          return threads;
        case "step":
          return maxSteps;
        case "result":
          return maxSteps * batchSize;
      }
    };
    const strides = (buffer: Buffer): Omit<Address, "base"> => {
      const { bytes } = buffer;
      const none = { perShard: 0, perThread: 0, perStep: 0 };
      switch (buffer.scope) {
        case "global":
          return none;
        case "sample":
          return local.has(buffer)
            ? { ...none, perThread: bytes * shardSize }
            : { ...none, perShard: bytes * shardSize };
        case "shard":
          return { ...none, perShard: bytes };
        case "thread":
          return { ...none, perThread: bytes };
        case "step":
          return { ...none, perStep: bytes };
        case "result":
          return { ...none, perShard: bytes * shardSize, perStep: bytes * batchSize };
      }
    };
    for (const buffer of this.buffers) {
      const base = allocator.allocate(buffer.bytes * copies(buffer), `${name}, ${buffer.name}`);
      addresses.set(buffer, { base, ...strides(buffer) });
    }

    const addressOf = (buffer: Buffer): Address =>
      addresses.get(buffer) ?? { base: buffer.address!, perShard: 0, perThread: 0, perStep: 0 };
    const resolve = (operand: Operand, perShard: boolean): Argument => {
      if (typeof operand === "number" || typeof operand === "string") return operand;
      const { buffer, offsetBytes } = "buffer" in operand ? operand : { buffer: operand, offsetBytes: 0 };
      const address = addressOf(buffer);
      // A task sees a buffer of samples, shards or results from its first copy on.
      return { ...address, base: address.base + offsetBytes, perShard: perShard ? address.perShard : 0 };
    };
    const firstPerShard = this.phases.findIndex((phase) => phase.kind === "perShard");
    const phases = this.phases
      .map((phase, index): Phase => {
        const perShard = phase.kind === "perShard";
        const tasks = phase.tasks.map((calls) =>
          calls.map(
            ({ operands, ...call }): Call => ({
              ...call,
              args: operands.map((operand) => resolve(operand, perShard)),
            }),
          ),
        );
        return perShard
          ? { name: phase.name, perShard: tasks[0]!, gather: index === firstPerShard }
          : { name: phase.name, tasks };
      })
      .filter((phase) => "perShard" in phase || phase.tasks.length > 0);
    const columns = this.columns.map(
      ({ source, rowBytes, target }): Column => ({ source, rowBytes, target: addressOf(target) }),
    );
    return {
      program: {
        id,
        name,
        batchSize,
        shardSize,
        phases,
        columns,
        rows: addressOf(rows).base,
        memoryBytes: allocator.usedBytes,
      },
      addressOf: (buffer) => addressOf(buffer).base,
    };
  }

  /** Buffers of samples that only one per-shard phase touches: each thread reuses its own copy for every shard. */
  private localBuffers(): Set<Buffer> {
    const phaseOf = new Map<Buffer, PendingPhase>();
    const shared = new Set<Buffer>();
    const touch = (buffer: Buffer, phase: PendingPhase) => {
      const before = phaseOf.get(buffer);
      if ((before !== undefined && before !== phase) || phase.kind !== "perShard") shared.add(buffer);
      phaseOf.set(buffer, phase);
    };
    for (const phase of this.phases) {
      for (const { operands } of phase.tasks.flat()) {
        for (const operand of operands) {
          if (typeof operand === "number" || typeof operand === "string") continue;
          touch("buffer" in operand ? operand.buffer : operand, phase);
        }
      }
    }
    // What is gathered lies there from the first of these phases on, whichever reads it.
    const gathering = this.phases.find(({ kind }) => kind === "perShard");
    for (const { target } of this.columns) if (gathering) touch(target, gathering);
    return new Set([...this.buffers].filter((buffer) => buffer.scope === "sample" && !shared.has(buffer)));
  }
}
