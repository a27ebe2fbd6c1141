import { spawnSync } from "node:child_process";
import { asideOf } from "./aside-node.js";

/** A temporary name next to `path`, as a process that was killed left it. */
export async function leftoverOf(path: string, kind: "tmp" | "old" | "deleted"): Promise<string> {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  return (await asideOf(path, kind)).replace(/-\d+-\d*-([0-9a-f]{8}\.\w+)$/, `-${pid}--$1`);
}
