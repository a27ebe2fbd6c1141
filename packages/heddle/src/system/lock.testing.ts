import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** Where process numbers mean what they mean to this process, as lock.ts has it. */
function scope(): string {
  if (process.platform !== "linux") return hostname();
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
}

/**
 * Puts another process's claim into a folder.
 *
 * @param who which process; fields that are missing are those of a process on this machine
 * @returns the claim's path
 */
export function writeClaim(
  folder: string,
  who: { readonly pid: number; readonly host?: string; readonly start?: string; readonly scope?: string },
): string {
  const path = join(folder, `lock-${who.pid.toString(16).padStart(12, "0")}`);
  writeFileSync(path, `${JSON.stringify({ host: hostname(), start: "", scope: scope(), ...who })}\n`);
  return path;
}

/** The claims that lie in a folder, dead or alive. */
export function claimsIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith("lock"));
}
