import { readFileSync } from "node:fs";

/** The first Node whose vectors may have 256 bits. */
const WIDE_NODE = 24;

/** What {@link newerNodeHint} looks at; each defaults to what this process runs on. */
export interface HintFacts {
  /** The version of Node: `20.20.2`. */
  readonly version?: string;
  readonly platform?: string;
  readonly architecture?: string;
  /** The processor's features, separated by spaces, or `undefined` where the system does not tell. */
  readonly features?: string | undefined;
}

/**
 * A line that says what a newer Node would give on this processor; `undefined` where it would give nothing, or the
 * environment says `HEDDLE_WIDE=0`.
 */
export function newerNodeHint({
  version = process.versions.node,
  platform = process.platform,
  architecture = process.arch,
  features = processorFeatures(),
}: HintFacts = {}): string | undefined {
  const isOld = Number(version.split(".")[0]) < WIDE_NODE;
  const hasWide =
    architecture === "x64" && platform !== "darwin" && (features === undefined || /\bavx2\b/.test(features));
  if (!isOld || !hasWide || process.env["HEDDLE_WIDE"] === "0") return undefined;
  return `Node ${WIDE_NODE} or newer would train faster on this processor, with the same results: its vectors have 256 bits.`;
}

function processorFeatures(): string | undefined {
  try {
    return /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1];
  } catch {
    return undefined;
  }
}
