import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import type { RunRecord } from "@heddle/core/internal/records/run-record.js";
import { changedFiles } from "./open-run.js";

/** @throws HeddleError with both checksums, or both seeds, when a dataset is not the one that a run was trained on */
export function checkSameData(
  { id, dataset: then }: RunRecord,
  now: Pick<Dataset, "title" | "source">,
): void {
  const refuse = (expected: string, received: string) => {
    const next = "Set `data` to the folder of the run's own data.";
    return new HeddleError({ who: `Run ${id}`, expected, received, next });
  };
  const kinds = [then.source.kind, now.source.kind];
  if (kinds[0] !== kinds[1] || then.source.seed !== now.source.seed) {
    throw refuse(`its own data, ${origin(then)}`, `${origin(now)}`);
  }
  const changed = changedFiles({ dataset: then }, now);
  const [first] = changed;
  if (first === undefined) return;
  const hashOf = ({ source }: Pick<Dataset, "source">) =>
    source.files.find(({ name }) => name === first)?.sha256;
  const received = hashOf(now);
  const others = changed.length - 1;
  throw refuse(
    `its own data, ${first} with SHA-256 ${hashOf(then)}`,
    (received === undefined ? `${now.title}, which has no such file` : `SHA-256 ${received}`) +
      (others > 0 ? `, and ${others} more ${others === 1 ? "file that differs" : "files that differ"}` : ""),
  );
}

function origin({ title, source }: Pick<Dataset, "title" | "source">): string {
  return source.kind === "generated" ? `${title}, seed ${source.seed}` : `${title} from files`;
}
