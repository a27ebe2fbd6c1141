import { messageOf } from "@heddle/core/internal/base/errors.js";
import { withTestLooks } from "../pages/sections.js";
import { type LookReason, looksSentence, type TestLook } from "../runs/test-looks.js";
import type { LabelledSet } from "./labelled-set.js";
import type { OpenedModel } from "./open-run.js";

/** How often a run's test images were looked at. */
export interface CountedLooks {
  readonly count: number;
  /** The same in words. */
  readonly sentence: string;
}

/**
 * Counts a look at a run's own test images, in its folder and in its report.
 *
 * @param test the images that were looked at, whole
 * @returns the looks so far, this one included; `null` where there is no run or these are other images
 */
export async function countLook(
  run: OpenedModel["run"],
  test: Pick<LabelledSet, "fingerprint">,
  reason: LookReason,
  onWarning: (message: string) => void,
): Promise<CountedLooks | null> {
  if (run === undefined || run.record.dataset.testSha256 !== (await test.fingerprint())) return null;
  const { folder } = run;
  const look: TestLook = { at: new Date().toISOString(), reason };
  let looks = [...(await folder.readTestLooks()), look];
  try {
    await folder.appendTestLook(look);
    looks = [...(await folder.readTestLooks())];
    const report = await folder.readReport();
    if (report !== undefined) await folder.writeReport(withTestLooks(report, looksSentence(looks)));
  } catch (thrown) {
    // A run on a disk that cannot be written can still be looked at.
    onWarning(`This look at the test images could not be counted: ${messageOf(thrown)}`);
  }
  return { count: looks.length, sentence: looksSentence(looks) };
}
