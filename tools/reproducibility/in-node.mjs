// usage: node in-node.mjs THREADS strict|fma [FOLDER [kill]]
// Trains the workload in this process and prints what came out as a line of JSON. With a folder it resumes from the
// state that is kept there; with `kill` it keeps one in its second epoch, then kills itself.
import { BackupAndRestore } from "../../packages/core/dist/index.js";
import { train } from "./workload.mjs";

const [threads, variant, folder, kill] = process.argv.slice(2);
const callbacks = folder ? [new BackupAndRestore(folder)] : [];
// Ten steps are an epoch.
if (kill) callbacks.push({ pauseEvery: { steps: 13 }, onPause: () => process.kill(process.pid, "SIGKILL") });
console.log(
  JSON.stringify(await train({ threads: Number(threads), fast: variant === "fma" }, { callbacks })),
);
