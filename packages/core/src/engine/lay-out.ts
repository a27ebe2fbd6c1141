import { type Lodger, shareMemory } from "./arena.js";
import type { Address, Argument, Call, Column, Phase, Program } from "./program.js";
import type { Buffer, Operand, ProgramBuilder } from "./program-builder.js";

/** Gives out memory, as low as possible. */
export interface Allocator {
  allocate(bytes: number, what: string): number;
  /** Takes back what `allocate` gave out at this address. */
  free(address: number): void;
  readonly usedBytes: number;
}

/** What a recorded program needs in order to be placed in memory. */
interface LayOutOptions {
  /** The program's number. */
  readonly id: number;
  readonly allocator: Allocator;
  /** The table of row numbers, of scope `result`. */
  readonly rows: Buffer;
}

/** A program that threads can run, and where its buffers lie. */
interface LaidOut {
  readonly program: Program;
  /** Where a buffer's first copy lies. */
  addressOf(buffer: Buffer): number;
}

/** Gives every buffer of a recorded program its place, and turns the operands of its calls into addresses. */
export function layOut(builder: ProgramBuilder, { id, allocator, rows }: LayOutOptions): LaidOut {
  const { batchSize, name } = builder.options;
  const addresses = new Map<Buffer, Address>();
  const bases: number[] = [];
  const allocate = (bytes: number, what: string): number => {
    const base = allocator.allocate(bytes, `${name}, ${what}`);
    bases.push(base);
    return base;
  };
  const { local, kept } = sampleLives(builder);
  try {
    const { shards, shardSize, options } = builder;
    const none = { perShard: 0, perThread: 0, perStep: 0 };
    const inThreads = shareMemory(
      [...local].map(([{ bytes, scope }, life]) => ({
        ...life,
        bytes: scope === "sample" ? bytes * shardSize : bytes,
      })),
    );
    if (local.size > 0) {
      const base = allocate(inThreads.bytes * options.threads, "values of each thread's shard");
      [...local.keys()].forEach((buffer, index) => {
        const own = { base: base + inThreads.offsets[index]!, perThread: inThreads.bytes };
        addresses.set(buffer, { ...none, ...own });
      });
    }
    // A task reads the values of a whole batch one after the other.
    const inShards = shareMemory(
      [...kept].map(([{ bytes }, life]) => ({ ...life, bytes: bytes * shardSize * shards })),
    );
    if (kept.size > 0) {
      const base = allocate(inShards.bytes, "values of all shards");
      [...kept.keys()].forEach((buffer, index) => {
        const own = { base: base + inShards.offsets[index]!, perShard: buffer.bytes * shardSize };
        addresses.set(buffer, { ...none, ...own });
      });
    }
    for (const buffer of builder.buffers) {
      if (buffer.scope === "sample" || buffer.scope === "thread") continue;
      const { copies, ...strides } = copiesOf(buffer, builder);
      addresses.set(buffer, { base: allocate(buffer.bytes * copies, buffer.name), ...strides });
    }
  } catch (thrown) {
    for (const base of bases) allocator.free(base);
    throw thrown;
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
  const firstPerShard = builder.phases.findIndex((phase) => phase.kind === "perShard");
  const phases = builder.phases
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
        : { name: phase.name, tasks, lasting: phase.lasting };
    })
    .filter((phase) => "perShard" in phase || phase.tasks.length > 0);
  const columns = builder.columns.map(
    ({ source, target }): Column => ({ source, rowBytes: target.bytes, target: addressOf(target) }),
  );
  const program: Program = {
    id,
    name,
    batchSize,
    shardSize: builder.shardSize,
    evenShards: builder.options.evenShards ?? false,
    phases,
    columns,
    rows: addressOf(rows).base,
    buffers: bases,
    memoryBytes: allocator.usedBytes,
  };
  return { program, addressOf: (buffer) => addressOf(buffer).base };
}

/** How many copies of a buffer there are, and how far apart they lie; of all scopes but `sample` and `thread`. */
function copiesOf(
  { scope, bytes }: Buffer,
  { options: { batchSize, maxSteps }, shards, shardSize }: ProgramBuilder,
): Omit<Address, "base"> & { readonly copies: number } {
  const none = { perShard: 0, perThread: 0, perStep: 0 };
  switch (scope) {
    case "shard":
      return { ...none, copies: shards, perShard: bytes };
    case "step":
      return { ...none, copies: maxSteps, perStep: bytes };
    case "result":
      return {
        ...none,
        copies: maxSteps * batchSize,
        perShard: bytes * shardSize,
        perStep: bytes * batchSize,
      };
    default:
      return { ...none, copies: 1 };
  }
}

/** From when to when buffers are in use. */
type Lives = Map<Buffer, Pick<Lodger, "first" | "last">>;

/**
 * The lives of the samples' and the threads' buffers. One that a single per-shard phase touches is `local`: each thread has a
 * copy, which it uses for one shard after another; its life is counted in calls. So is what kernels need for themselves, which
 * does not outlast a shard or a task. The others are `kept` for every shard; their lives are
 * counted in phases. Nobody reads a buffer before it was written, so those of different times share memory.
 */
function sampleLives({ phases, columns, buffers }: ProgramBuilder): { local: Lives; kept: Lives } {
  const inPhases: Lives = new Map();
  const inCalls: Lives = new Map();
  const notLocal = new Set<Buffer>();
  const touch = (lives: Lives, buffer: Buffer, at: number) => {
    const life = lives.get(buffer);
    lives.set(buffer, { first: Math.min(life?.first ?? at, at), last: Math.max(life?.last ?? at, at) });
  };
  // What is gathered is there from the first per-shard phase on, whichever phase reads it.
  const gathering = phases.findIndex(({ kind }) => kind === "perShard");
  for (const { target } of columns) {
    touch(inPhases, target, gathering);
    touch(inCalls, target, -1);
  }
  let call = 0;
  for (const [phase, { kind, tasks }] of phases.entries()) {
    for (const { operands } of tasks.flat()) {
      call++;
      for (const operand of operands) {
        if (typeof operand === "number" || typeof operand === "string") continue;
        const buffer = "buffer" in operand ? operand.buffer : operand;
        if (buffer.scope === "thread") touch(inCalls, buffer, call);
        if (buffer.scope !== "sample") continue;
        touch(inPhases, buffer, phase);
        touch(inCalls, buffer, call);
        if (kind !== "perShard") notLocal.add(buffer);
      }
    }
  }
  const local: Lives = new Map();
  const kept: Lives = new Map();
  for (const buffer of buffers) {
    const own = inCalls.get(buffer);
    if (buffer.scope === "thread" && own) local.set(buffer, own);
    if (buffer.scope !== "sample") continue;
    const life = inPhases.get(buffer);
    if (!life) continue;
    if (life.first === life.last && !notLocal.has(buffer)) local.set(buffer, inCalls.get(buffer)!);
    else kept.set(buffer, life);
  }
  return { local, kept };
}
