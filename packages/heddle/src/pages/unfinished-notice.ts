import type { RunRecord } from "../runs/records.js";

/** What to say above the report of a run that did not get to its end; `undefined` for one that did. */
export function unfinishedNotice(
  { status, failure }: Pick<RunRecord, "status" | "failure">,
  done: number,
  planned: number,
): { readonly title: string; readonly text: string } | undefined {
  const far = `Its history holds ${done} of ${planned} ${planned === 1 ? "epoch" : "epochs"}; what comes after them was never measured.`;
  switch (status) {
    case "finished":
      return undefined;
    case "running":
      return { title: "This run is not over", text: `It still trains, or was killed. ${far}` };
    case "stopped":
      return { title: "This run was stopped", text: far };
    case "failed":
      return { title: "This run failed", text: `${failure ?? "It does not say why."} ${far}` };
  }
}
