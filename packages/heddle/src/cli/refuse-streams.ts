import { HeddleError } from "@heddle/core/internal/base/errors.js";

/** @throws HeddleError where data is streamed and something needs it in memory */
export function refuseStreams(what: string, streamed: boolean): void {
  if (!streamed) return;
  throw new HeddleError({
    who: what,
    expected: "data in memory",
    received: "--stream",
    next: "Remove one of the two.",
  });
}
