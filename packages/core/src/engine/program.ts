import type { KernelName } from "./kernel-table.js";

/**
 * A program: what the threads run for every batch, as plain data that is posted to them once. Kernel calls come
 * in phases with a barrier after each. The batch is cut into shards of `shardSize` samples; a phase runs its
 * calls for each shard, or a list of tasks that do not depend on how the batch is cut. Any thread may take any shard
 * or task, but what is computed is fixed, so results do not depend on the number of threads.
 */
export interface Program {
  readonly id: number;
  readonly name: string;
  readonly batchSize: number;
  readonly shardSize: number;
  /** Whether shards may be smaller, because nothing is summed over them: few samples are then cut evenly among the threads. */
  readonly evenShards?: boolean;
  readonly phases: readonly Phase[];
  /** What each shard copies from the bound data before its first call. */
  readonly columns: readonly Column[];
  /** Address of the i32 table of row numbers, one for each sample of the run. */
  readonly rows: number;
  /** Where the memory begins that is the program's own. */
  readonly buffers: readonly number[];
  /** The memory that the program needs, counted from address 0. */
  readonly memoryBytes: number;
}

/**
 * A phase with `perShard` calls runs them for every shard; one with `tasks` runs each task once. What one that is `lasting`
 * computes depends on the weights alone, and nothing else writes there: it runs again only when they have changed.
 */
export type Phase =
  | { readonly name: string; readonly perShard: readonly Call[]; readonly gather: boolean }
  | { readonly name: string; readonly tasks: readonly (readonly Call[])[]; readonly lasting?: boolean };

/** One kernel call. */
export interface Call {
  readonly kernel: KernelName;
  readonly args: readonly Argument[];
  /** The layer that it works for. */
  readonly owner: string;
  readonly pass: Pass;
  /** Multiply-adds for each sample, or in total for a task; 0 if they are not counted. */
  readonly macs: number;
}

/** `kernel dense of dense_1 (forward)`, for messages. */
export function nameOfCall({ kernel, owner, pass }: Call): string {
  return `kernel ${kernel} of ${owner} (${pass})`;
}

/** A program's calls in their order. */
export function callsOf(program: Program): Call[] {
  return program.phases.flatMap((phase) => ("perShard" in phase ? phase.perShard : phase.tasks.flat()));
}

export type Pass = "prepare" | "forward" | "loss" | "backward" | "gradient" | "update";

/** A number, an address that depends on where the call runs, or a number that is known only then. */
export type Argument = number | Address | Dynamic;

/** base + shard · perShard + thread · perThread + step · perStep, in bytes; steps are counted within the run. */
export interface Address {
  readonly base: number;
  readonly perShard: number;
  readonly perThread: number;
  readonly perStep: number;
}

/**
 * - `samples`: samples in this shard
 * - `firstSample`: the shard's first sample, counted within the batch
 * - `batch`: samples in this batch
 * - `shards`: shards of this batch that hold a sample
 * - `step`: steps since the model was built
 */
export type Dynamic = "samples" | "firstSample" | "batch" | "shards" | "step";

/** Copies row `rows[i]` of bound array `source` to the shard's i-th sample at `target`. */
export interface Column {
  readonly source: number;
  readonly rowBytes: number;
  readonly target: Address;
}

/** Which batches to run. */
export interface RunRequest {
  readonly program: number;
  /** Bound data to gather from; −1 for none. */
  readonly data: number;
  /** The number of samples; the last batch takes the remainder. */
  readonly samples: number;
  /** The steps first … last−1 of the run: step s takes samples s·batchSize onwards. */
  readonly firstStep: number;
  readonly lastStep: number;
  /** The number of the run's first step, for `step`. */
  readonly stepBase: number;
  /** How many threads take part. */
  readonly threads: number;
  /** The samples of a shard, if fewer than the program's. */
  readonly shardSize?: number;
  /** Lasting phases have run since the weights changed; false by default. */
  readonly prepared?: boolean;
  /** Measure how long each call takes; false by default. */
  readonly profile?: boolean;
}
