// Prints which kernels V8's 256-bit pass merges, and why it leaves others alone, for each Node given by its path.
// usage: node tools/merges.mjs NODE…     (Node 24 or newer: npm install node@26 in a folder of its own)
import { execFileSync } from "node:child_process";
import { variants } from "./kernels/compile.mjs";
import { mergesOf } from "./kernels/merges.mjs";

for (const node of process.argv.slice(2)) {
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  for (const variant of Object.keys(variants)) {
    const rows = await mergesOf(node, variant);
    const merged = rows.filter(({ nodes }) => nodes > 0);
    console.log(`\nNode ${version}, ${variant}: ${merged.length} of ${rows.length} functions merged\n`);
    for (const { name, nodes, reasons } of rows) {
      const why = reasons.length > 0 ? reasons.join("; ") : "no neighbouring stores";
      console.log(`${name.padEnd(48)} ${nodes > 0 ? `${nodes} wide nodes` : why}`);
    }
  }
}
