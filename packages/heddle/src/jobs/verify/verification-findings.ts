import type { RunRecord } from "@heddle/core/internal/records/run-record.js";
import { describeMachine } from "../../system/machine.js";
import { heddleVersion } from "../../system/version.js";

/** Something that is different from the time of the run. */
export interface Difference {
  /** `Heddle`, `Node`, `Processor`. */
  readonly what: string;
  readonly recorded: string;
  readonly now: string;
  /** Whether weights may depend on it, in a sentence. */
  readonly meaning: string;
}

/** What is different from the time of the run, other than its data, which is checked earlier, and its settings, which are used again. */
export function differencesFrom({ versions, machine, recipe }: RunRecord): readonly Difference[] {
  const here = describeMachine();
  const processor = (of: { cpu: string; architecture: string }) => `${of.cpu} (${of.architecture})`;
  const all: readonly Difference[] = [
    {
      what: "Heddle",
      recorded: versions.heddle,
      now: heddleVersion,
      meaning: "The same weights are promised within one version only.",
    },
    {
      what: "Node",
      recorded: versions.node,
      now: process.versions.node,
      meaning: "Should not matter.",
    },
    {
      what: "Processor",
      recorded: processor(machine),
      now: processor(here),
      meaning: recipe.fast
        ? "Matters to the fma kernels if one of the two has no fused multiply-add."
        : "Should not matter.",
    },
  ];
  return all.filter(({ recorded, now }) => recorded !== now);
}

/** What does not agree, and what could explain it, a sentence each. */
export function findingsOf(comparison: {
  readonly weights: { readonly recorded: string; readonly trained: string; readonly saved: string | null };
  /** Why the saved weights cannot be read. */
  readonly fault: string | undefined;
  readonly differences: readonly Difference[];
  /** The first epoch whose loss or accuracy differs from `history.csv`. */
  readonly firstDifferentEpoch: number | undefined;
}): string[] {
  const { weights, fault, differences, firstDifferentEpoch } = comparison;
  const { recorded, trained, saved } = weights;
  const findings: string[] = [];
  if (saved === null) {
    findings.push(`The run's weights file cannot be read: ${fault}`);
  } else if (trained === recorded && saved !== recorded) {
    findings.push("The run's weights file was damaged or changed after training.");
  } else if (trained !== recorded && saved === trained) {
    findings.push("The run's weights file agrees with this training: the hash in run.json was changed.");
  } else if (saved !== recorded) {
    findings.push("The run's weights file agrees with neither: it was changed, or the hash in run.json was.");
  }
  if (trained === recorded || trained === saved) return findings;

  if (firstDifferentEpoch !== undefined) {
    findings.push(`Loss and accuracy differ from history.csv from epoch ${firstDifferentEpoch} on.`);
  }
  for (const { what, recorded: then, now, meaning } of differences) {
    findings.push(`${what} was ${then} and is now ${now}. ${meaning}`);
  }
  if (!differences.some(({ what }) => what === "Heddle")) {
    findings.push(
      "Version, data and kernels are those of the run: either a setting in run.json was changed, or this is a bug in Heddle. Please report it.",
    );
  }
  return findings;
}
