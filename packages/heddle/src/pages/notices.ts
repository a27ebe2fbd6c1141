import type { DatasetSource } from "@heddle/core/internal/data/dataset.js";
import type { RunRecord } from "@heddle/core/internal/records/run-record.js";
import type { Notice } from "./page.js";

/** Why a run used different data from what was requested. */
export interface StandIn {
  /** Of the data that was requested: `Fashion-MNIST`. */
  readonly title: string;
  readonly reason: string;
}

/** Warns that images are generated, and whether they stand in for real ones; `undefined` where they are real. */
export function dataNotice(
  source: Pick<DatasetSource, "kind">,
  standInFor: StandIn | undefined,
): Notice | undefined {
  if (standInFor) {
    return {
      title: `This is not a ${standInFor.title} result`,
      text: `${standInFor.reason} The images are drawn by code (fashion-sketch) instead, so that you can see everything at work.`,
    };
  }
  if (source.kind !== "generated") return undefined;
  return {
    title: "Generated images",
    text: "The images are drawn by code (fashion-sketch). Results on them say nothing about Fashion-MNIST.",
  };
}

/**
 * Warns that a run did not reach its end; `undefined` for one that did.
 *
 * @param done epochs in its history, of `planned`
 */
export function unfinishedNotice(
  { status, failure }: Pick<RunRecord, "status" | "failure">,
  { done, planned }: { readonly done: number; readonly planned: number },
): Notice | undefined {
  const progress = `Its history holds ${done} of ${planned} ${planned === 1 ? "epoch" : "epochs"}; nothing after them was measured.`;
  switch (status) {
    case "finished":
      return undefined;
    case "running":
      return {
        title: "This run is not over",
        text: `It is still training, or its process was killed. ${progress}`,
      };
    case "stopped":
      return { title: "This run was stopped", text: progress };
    case "failed":
      return { title: "This run failed", text: `${failure ?? "It gives no reason."} ${progress}` };
  }
}

/** Two warnings as one, the first on top. */
export function joinNotices(first: Notice | undefined, second: Notice | undefined): Notice | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return { title: first.title, text: `${first.text} ${second.title}: ${second.text}` };
}
