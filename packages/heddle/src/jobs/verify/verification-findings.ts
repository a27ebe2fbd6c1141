import type { RunRecord } from "../../runs/records.js";
import { describeMachine } from "../../system/machine.js";
import { heddleVersion } from "../../system/version.js";

/** Something that is not as it was when a run was made. */
export interface Difference {
  /** `Heddle`, `Node`, `Processor`. */
  readonly what: string;
  readonly recorded: string;
  readonly now: string;
  /** Whether weights may depend on it: a sentence. */
  readonly meaning: string;
}

/** What is not as it was when a run was made. Its data is checked before, its seed and settings are used again. */
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
        ? "Matters to the fma kernels where one of the two has no fused multiply-add."
        : "Should not matter.",
    },
  ];
  return all.filter(({ recorded, now }) => recorded !== now);
}

/** What does not fit together and what could explain it, a sentence each. */
export function findingsOf(found: {
  readonly weights: { readonly recorded: string; readonly trained: string; readonly saved: string | null };
  /** Why the saved weights cannot be read. */
  readonly fault: string | undefined;
  readonly differences: readonly Difference[];
  /** The first epoch whose loss or accuracy is not the one in `history.csv`. */
  readonly firstOtherEpoch: number | undefined;
}): string[] {
  const { weights, fault, differences, firstOtherEpoch } = found;
  const { recorded, trained, saved } = weights;
  const findings: string[] = [];
  if (saved === null) {
    findings.push(`The run's weights file cannot be read: ${fault}`);
  } else if (trained === recorded && saved !== recorded) {
    findings.push("The run's weights file was damaged or changed after the training.");
  } else if (trained !== recorded && saved === trained) {
    findings.push("The run's weights file has the weights trained now: the hash in run.json was changed.");
  } else if (saved !== recorded) {
    findings.push("The run's weights file has neither: it or the hash in run.json was changed.");
  }
  if (trained === recorded || trained === saved) return findings;

  if (firstOtherEpoch !== undefined) {
    findings.push(`Loss and accuracy differ from those in history.csv from epoch ${firstOtherEpoch} on.`);
  }
  for (const { what, recorded: then, now, meaning } of differences) {
    findings.push(`${what} was ${then}, is ${now}. ${meaning}`);
  }
  if (!differences.some(({ what }) => what === "Heddle")) {
    findings.push(
      "Version, data and kernels are those of the run: either a setting in run.json was changed, or this is a fault in Heddle, worth a report.",
    );
  }
  return findings;
}
