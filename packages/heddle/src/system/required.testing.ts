/** Parts of a machine that some tests need, and are skipped without. */
const kinds = ["data", "chromium", "pty", "node24", "redis", "postgres"] as const;
export type Kind = (typeof kinds)[number];

/**
 * Whether tests that need a part of the machine can run. `HEDDLE_REQUIRE`, a list such as `data,chromium,pty`, names
 * what must be there: on CI, a test that is skipped by accident is a test that nobody misses.
 *
 * @param found whether the machine has it
 * @throws Error when it is required and missing, so that the test file that asks for it fails
 * @example
 * export const hasPty = available("pty", spawnSync("python3", ["-c", "import pty"]).status === 0);
 * it.skipIf(!hasPty)("shows a live line (needs python3)", async () => { … });
 */
export function available(kind: Kind, found: boolean, env: NodeJS.ProcessEnv = process.env): boolean {
  const required = (env["HEDDLE_REQUIRE"] ?? "").split(",").filter((word) => word !== "");
  const unknown = required.find((word) => !kinds.some((known) => known === word));
  if (unknown !== undefined) {
    throw new Error(`HEDDLE_REQUIRE: expected some of ${kinds.join(", ")}, received "${unknown}".`);
  }
  if (!found && required.includes(kind)) {
    throw new Error(`HEDDLE_REQUIRE names ${kind}, and this machine has none: these tests would be skipped.`);
  }
  return found;
}
