import type { Address, Argument, Call, Column, Phase, Program } from "./program.js";
import type { Buffer, Operand, ProgramBuilder, RecordedPhase } from "./program-builder.js";

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
  const local = localBuffers(builder);
  const bases: number[] = [];
  try {
    for (const buffer of builder.buffers) {
      const { copies, ...strides } = copiesOf(buffer, builder, local.has(buffer));
      const base = allocator.allocate(buffer.bytes * copies, `${name}, ${buffer.name}`);
      bases.push(base);
      addresses.set(buffer, { base, ...strides });
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
        : { name: phase.name, tasks };
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
    phases,
    columns,
    rows: addressOf(rows).base,
    buffers: bases,
    memoryBytes: allocator.usedBytes,
  };
  return { program, addressOf: (buffer) => addressOf(buffer).base };
}

/** How many copies of a buffer there are, and how far apart they lie. */
function copiesOf(
  { scope, bytes }: Buffer,
  { options: { batchSize, threads, maxSteps }, shards, shardSize }: ProgramBuilder,
  local: boolean,
): Omit<Address, "base"> & { readonly copies: number } {
  const none = { perShard: 0, perThread: 0, perStep: 0 };
  switch (scope) {
    case "global":
      return { ...none, copies: 1 };
    case "sample":
      return local
        ? { ...none, copies: threads * shardSize, perThread: bytes * shardSize }
        : { ...none, copies: shards * shardSize, perShard: bytes * shardSize };
    case "shard":
      return { ...none, copies: shards, perShard: bytes };
    case "thread":
      return { ...none, copies: threads, perThread: bytes };
    case "step":
      return { ...none, copies: maxSteps, perStep: bytes };
    case "result":
      return {
        ...none,
        copies: maxSteps * batchSize,
        perShard: bytes * shardSize,
        perStep: bytes * batchSize,
      };
  }
}

/** Buffers of samples that only one per-shard phase touches: each thread reuses its own copy for every shard. */
function localBuffers({ phases, columns, buffers }: ProgramBuilder): Set<Buffer> {
  const phaseOf = new Map<Buffer, RecordedPhase>();
  const shared = new Set<Buffer>();
  const touch = (buffer: Buffer, phase: RecordedPhase) => {
    const earlier = phaseOf.get(buffer);
    if ((earlier !== undefined && earlier !== phase) || phase.kind !== "perShard") shared.add(buffer);
    phaseOf.set(buffer, phase);
  };
  for (const phase of phases) {
    for (const { operands } of phase.tasks.flat()) {
      for (const operand of operands) {
        if (typeof operand === "number" || typeof operand === "string") continue;
        touch("buffer" in operand ? operand.buffer : operand, phase);
      }
    }
  }
  // What is gathered is there from the first per-shard phase on, whichever phase reads it.
  const gathering = phases.find(({ kind }) => kind === "perShard");
  for (const { target } of columns) if (gathering) touch(target, gathering);
  return new Set([...buffers].filter((buffer) => buffer.scope === "sample" && !shared.has(buffer)));
}
