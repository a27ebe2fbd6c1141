import { sizeOf } from "../base/shape.js";
import { type KernelArguments, type KernelName, kernelTable } from "./kernel-table.js";
import type { Dynamic, Pass } from "./program.js";

/**
 * How many copies of a buffer there are:
 *
 * - `global`: one
 * - `sample`: one for each sample of the batch, or, where one phase alone uses it, of the shards in flight
 * - `shard`, `thread`, `step`: one for each
 * - `result`: one for each sample of each step of a run
 */
export type Scope = "global" | "sample" | "shard" | "thread" | "step" | "result";

/** A named piece of memory, whose address is known when the program has been laid out. */
export interface Buffer {
  readonly name: string;
  readonly scope: Scope;
  /** Bytes of one copy. */
  readonly bytes: number;
  /** Set for memory that exists before the program, such as weights. */
  readonly address?: number;
}

/** A buffer, starting at one of its bytes. */
export interface Slice {
  readonly buffer: Buffer;
  readonly offsetBytes: number;
}

export type Operand = number | Buffer | Slice | Dynamic;

/** A kernel call whose operands have no addresses yet. */
interface RecordedCall {
  readonly kernel: KernelName;
  readonly operands: readonly Operand[];
  readonly owner: string;
  readonly pass: Pass;
  readonly macs: number;
}

/** A phase's calls: one list for every shard, or a list for each task. */
export interface RecordedPhase {
  readonly name: string;
  readonly kind: "perShard" | "tasks";
  /** As of a program's phase. */
  readonly lasting: boolean;
  readonly tasks: RecordedCall[][];
}

/** Records the calls of a program on named buffers; `layOut` then assigns each buffer its place in memory. */
export class ProgramBuilder {
  readonly shardSize: number;
  readonly phases: RecordedPhase[] = [];
  /** What is gathered from the bound data: array `source` fills `target`. */
  readonly columns: { readonly source: number; readonly target: Buffer }[] = [];
  readonly buffers = new Set<Buffer>();
  private current: RecordedPhase | undefined;

  constructor(
    readonly options: {
      readonly name: string;
      readonly batchSize: number;
      /** How many shards a full batch is cut into; at most one for each sample. */
      readonly shards: number;
      /** As of the program; false by default. */
      readonly evenShards?: boolean;
      /** The most steps that one run takes. */
      readonly maxSteps: number;
      readonly threads: number;
    },
  ) {
    this.shardSize = Math.ceil(options.batchSize / Math.min(options.shards, options.batchSize));
  }

  /** How many shards a full batch really has. */
  get shards(): number {
    return Math.ceil(this.options.batchSize / this.shardSize);
  }

  buffer(name: string, scope: Scope, bytes: number): Buffer {
    const buffer = { name, scope, bytes };
    this.buffers.add(buffer);
    return buffer;
  }

  /** f32 memory for a value of this shape, one copy for each sample. */
  sampleBuffer(name: string, shape: readonly number[]): Buffer {
    return this.buffer(name, "sample", 4 * sizeOf(shape));
  }

  /**
   * Starts a phase after those recorded so far; later calls belong to it. Returns a function that returns to it.
   *
   * @param lasting whether tasks depend on the weights alone, and so run again only when those have changed
   */
  phase(name: string, kind: "perShard" | "tasks", lasting = false): () => void {
    const phase: RecordedPhase = { name, kind, lasting, tasks: kind === "perShard" ? [[]] : [] };
    this.phases.push(phase);
    this.current = phase;
    return () => {
      this.current = phase;
    };
  }

  /** Starts a task of the current phase. */
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
    this.columns.push({ source, target });
  }
}
