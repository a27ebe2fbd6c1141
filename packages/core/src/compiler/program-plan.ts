import { formatBytes, formatTable, groupDigits } from "../base/format.js";
import type { Call, Program } from "../engine/program.js";

/** One line of a plan: a kernel call, or the same call in several tasks of a phase. */
interface PlanLine {
  readonly phase: string;
  readonly owner: string;
  readonly kernel: string;
  readonly pass: string;
  /** Calls in one training step: once for each shard, or once for each task. */
  readonly calls: number;
  /** Dense multiply-adds of a whole step; zeros that are skipped count. */
  readonly macs: number;
  /** Microseconds of a whole step, summed over the threads; only with a profile. */
  readonly microseconds?: number;
}

/** How long steps of training took. */
export interface Profile {
  /** The number of steps that were measured. */
  readonly steps: number;
  readonly threads: number;
  /** Wall time of all steps. */
  readonly seconds: number;
  /** Milliseconds in each call of the program, summed over steps and threads, in the order of `callsOf`. */
  readonly callMs: Float64Array;
}

/** The calls of a program in the order in which they run, with their times if there is a profile. */
export function planLines(program: Program, profile?: Profile): PlanLine[] {
  const { batchSize, shardSize } = program;
  const shards = Math.ceil(batchSize / shardSize);
  let number = 0;
  const step = (phase: string, call: Call, calls: number, macs: number): PlanLine => {
    const { owner, kernel, pass } = call;
    const callMs = profile?.callMs[number++];
    const time = profile && { microseconds: (1000 * callMs!) / profile.steps };
    return { phase, owner, kernel, pass, calls, macs, ...time };
  };
  return program.phases.flatMap((phase) => {
    if ("perShard" in phase) {
      return phase.perShard.map((call) => step(phase.name, call, shards, call.macs * batchSize));
    }
    const merged: PlanLine[] = [];
    for (const call of phase.tasks.flat()) {
      const next = step(phase.name, call, 1, call.macs);
      const same = merged.findIndex(({ kernel, owner }) => kernel === next.kernel && owner === next.owner);
      if (same < 0) merged.push(next);
      else merged[same] = sum(merged[same]!, next);
    }
    return merged;
  });
}

function sum(a: PlanLine, b: PlanLine): PlanLine {
  const time = a.microseconds !== undefined && { microseconds: a.microseconds + b.microseconds! };
  return { ...a, calls: a.calls + b.calls, macs: a.macs + b.macs, ...time };
}

/** A plan as text: what runs for one batch, and how long it takes if there is a profile. */
export function formatPlan(program: Program, profile?: Profile): string {
  const { batchSize, shardSize, name } = program;
  const steps = planLines(program, profile);
  const total = steps.reduce((sum, { microseconds = 0 }) => sum + microseconds, 0);
  const rows = steps.map((row, index) => [
    row.phase === steps[index - 1]?.phase ? "" : row.phase,
    row.owner,
    row.pass,
    row.kernel,
    groupDigits(row.calls),
    row.macs === 0 ? "" : groupDigits(Math.round(row.macs / batchSize)),
    ...(row.microseconds === undefined ? [] : times(row, row.microseconds, batchSize, total)),
  ]);
  const timeColumns = profile ? ["µs an image", "GMAC/s", "Share"] : [];
  const table = formatTable(
    [["Phase", "Layer", "Pass", "Kernel", "Calls", "MACs an image", ...timeColumns], ...rows],
    [4, 5, 6, 7, 8],
  );
  const shards = Math.ceil(batchSize / shardSize);
  return [
    `Plan of ${name}: batch of ${batchSize} in ${shards} shards of ${shardSize}, ${formatBytes(program.memoryBytes)} of memory`,
    "",
    table,
    ...(profile ? ["", summaryOf(program, profile, total)] : []),
  ].join("\n");
}

/** Times of one line: microseconds per image and thread, billions of multiply-adds per second, share of the total. */
function times({ macs }: PlanLine, microseconds: number, batchSize: number, total: number): string[] {
  return [
    (microseconds / batchSize).toFixed(2),
    macs === 0 || microseconds === 0 ? "" : (macs / microseconds / 1000).toFixed(1),
    `${((100 * microseconds) / total).toFixed(1)}%`,
  ];
}

function summaryOf({ batchSize }: Program, profile: Profile, kernelMicroseconds: number): string {
  const { steps, threads, seconds } = profile;
  const busy = (kernelMicroseconds * steps) / (1e6 * seconds * threads);
  return (
    `${groupDigits(Math.round((steps * batchSize) / seconds))} images/s over ${steps} steps on ` +
    `${threads} ${threads === 1 ? "thread" : "threads"}; the kernels took ${(100 * busy).toFixed(1)}% of the threads' time, ` +
    "gathering, waiting and measuring the rest. Multiply-adds are counted densely."
  );
}
