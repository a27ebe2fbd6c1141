import type { RunRecord } from "../runs/records.js";

/** What a report says of a run that was resumed; nothing of one that was not. */
export function resumedNote({ stretches = [] }: Pick<RunRecord, "stretches">): string {
  const later = stretches.slice(1);
  if (later.length === 0) return "";
  const places = later.map(({ from: { epoch, step } }) =>
    step > 0
      ? `behind step ${step} of epoch ${epoch + 1}`
      : epoch > 0
        ? `behind epoch ${epoch}`
        : "at the start",
  );
  const times = later.length === 1 ? "once" : later.length === 2 ? "twice" : `${later.length} times`;
  const distinct = (values: readonly (string | number)[]) => [...new Set(values)].join(" and ");
  return ` The run was stopped and resumed ${times} (${places.join(", ")}), on ${distinct(stretches.map(({ threads }) => threads))} threads and Node ${distinct(stretches.map(({ node }) => node))}; its weights are those of a run in one go.`;
}
