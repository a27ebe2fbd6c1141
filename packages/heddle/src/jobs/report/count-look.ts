import { AbortedError, messageOf } from "@heddle/core/internal/base/errors.js";
import { isFile } from "@heddle/core/internal/base/files-node.js";
import type { Images } from "@heddle/core/internal/data/images.js";
import { type LookReason, looksSentence, type TestLook } from "../../runs/test-looks.js";
import { fingerprintOf } from "../fingerprint.js";
import type { OpenedModel } from "../open-run.js";
import { writeRunReport } from "./run-report.js";

/** How often a run's test images were looked at. */
export interface CountedLooks {
  readonly count: number;
  /** The same in words. */
  readonly sentence: string;
}

/**
 * Counts a look at a run's own test images, and redraws the run's report, which says how many there were.
 *
 * @param test the images that were looked at, whole
 * @throws AbortedError on `signal`; the look is counted then
 * @returns the looks so far, this one included; `null` where there is no run or its test images are different
 */
export async function countLook(
  run: OpenedModel["run"],
  test: Images,
  reason: LookReason,
  {
    onWarning,
    signal,
  }: { readonly onWarning: (message: string) => void; readonly signal: AbortSignal | undefined },
): Promise<CountedLooks | null> {
  if (run === undefined || run.record.dataset.testSha256 !== (await fingerprintOf(test))) return null;
  const { folder, record } = run;
  const look: TestLook = { at: new Date().toISOString(), reason };
  let looks = [...(await folder.readTestLooks(onWarning)), look];
  try {
    await folder.appendTestLook(look);
    looks = [...(await folder.readTestLooks())];
  } catch (thrown) {
    // A run can be looked at even where its folder cannot be written.
    onWarning(`This look at the test images could not be counted: ${messageOf(thrown)}`);
  }
  try {
    if (await isFile(folder.reportPath)) await writeRunReport(folder, record, { signal, onWarning });
  } catch (thrown) {
    if (thrown instanceof AbortedError) throw thrown;
    onWarning(`The run's report could not be brought up to date: ${messageOf(thrown)}`);
  }
  return { count: looks.length, sentence: looksSentence(looks) };
}
