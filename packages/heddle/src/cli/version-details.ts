import { formatTable } from "@heddle/core/internal/base/format.js";
import { Engine } from "@heddle/core/internal/engine/engine.js";
import { hasRelaxedSimd } from "@heddle/core/internal/engine/variant.js";
import { describeMachine } from "../system/machine.js";
import { newerNodeHint } from "../system/newer-node.js";
import { heddleVersion } from "../system/version.js";

/** What `heddle --version --verbose` prints: the version, and what it runs on. */
export async function versionDetails(): Promise<string> {
  const engine = await Engine.create();
  const { threads, width } = engine;
  engine.close();
  const { platform, architecture, cpu } = describeMachine();
  const hint = newerNodeHint();
  const rows = [
    ["Node", process.versions.node],
    ["Machine", `${platform} ${architecture}, ${cpu}`],
    ["Threads", String(threads)],
    ["Kernels", hasRelaxedSimd() ? "strict and fma" : "strict; this processor or Node lacks what fma needs"],
    ["Vectors", `${width} bits`],
  ];
  return [heddleVersion, formatTable(rows), ...(hint ? [hint] : [])].join("\n");
}
