import { formatBytes, formatTable, groupDigits } from "../base/format.js";
import type { Call, Program } from "../engine/program.js";

/** One line of a plan: a kernel call, or several alike in tasks of one phase. */
export interface PlanStep {
  readonly phase: string;
  readonly owner: string;
  readonly kernel: string;
  readonly pass: string;
  /** How often a step of training calls it: once a shard, or once a task. */
  readonly calls: number;
  /** Dense multiply-adds of a whole step, zeros that are skipped counted. */
  readonly macs: number;
}

/** The steps of a program in the order in which they run. */
export function planSteps(program: Program): PlanStep[] {
  const { batchSize, shardSize } = program;
  const shards = Math.ceil(batchSize / shardSize);
  return program.phases.flatMap((phase) => {
    if ("perShard" in phase) {
      return phase.perShard.map((call) => step(phase.name, call, shards, call.macs * batchSize));
    }
    const merged: PlanStep[] = [];
    for (const call of phase.tasks.flat()) {
      const last = merged.findIndex(({ kernel, owner }) => kernel === call.kernel && owner === call.owner);
      const before = merged[last];
      const next = step(phase.name, call, (before?.calls ?? 0) + 1, (before?.macs ?? 0) + call.macs);
      if (before) merged[last] = next;
      else merged.push(next);
    }
    return merged;
  });
}

function step(phase: string, { owner, kernel, pass }: Call, calls: number, macs: number): PlanStep {
  return { phase, owner, kernel, pass, calls, macs };
}

/** A plan as text: what runs for one batch. */
export function formatPlan(program: Program): string {
  const { batchSize, shardSize, name } = program;
  const steps = planSteps(program);
  const rows = steps.map((row, index) => [
    row.phase === steps[index - 1]?.phase ? "" : row.phase,
    row.owner,
    row.pass,
    row.kernel,
    groupDigits(row.calls),
    row.macs === 0 ? "" : groupDigits(Math.round(row.macs / batchSize)),
  ]);
  const table = formatTable(
    [["Phase", "Layer", "Pass", "Kernel", "Calls", "MACs an image"], ...rows],
    [4, 5],
  );
  const shards = Math.ceil(batchSize / shardSize);
  return [
    `Plan of ${name}: batch of ${batchSize} in ${shards} shards of ${shardSize}, ${formatBytes(program.memoryBytes)} of memory`,
    "",
    table,
  ].join("\n");
}
