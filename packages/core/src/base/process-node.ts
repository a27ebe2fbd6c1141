import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";

/** Enough to tell whether a process still runs, where that can be seen. */
export interface ProcessDescription {
  readonly host: string;
  readonly pid: number;
  /** When it began, in the system's own count, where the system tells: numbers of processes come again. */
  readonly start: string;
  /**
   * Within which process numbers mean the same: a boot and a PID namespace on Linux, elsewhere a host. Empty where that
   * is unknown.
   */
  readonly scope: string;
}

/** This process. */
export async function describeProcess(): Promise<ProcessDescription> {
  const host = hostname();
  return { host, pid: process.pid, start: await startOf(process.pid), scope: await scopeOf(host) };
}

/** Whether a process of this scope still runs. */
export async function isRunning({ pid, start }: Pick<ProcessDescription, "pid" | "start">): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    // EPERM: it runs, as another user.
    if ((thrown as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const startNow = await startOf(pid);
  return start === "" || startNow === "" || start === startNow;
}

async function scopeOf(host: string): Promise<string> {
  if (process.platform !== "linux") return host;
  try {
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    return `${boot.trim()} ${await readlink("/proc/self/ns/pid")}`;
  } catch {
    // Some sandboxes hide both.
    return "";
  }
}

async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The 22nd field; the second is a name in parentheses that may hold anything.
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}
