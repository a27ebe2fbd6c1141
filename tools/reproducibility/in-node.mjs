// usage: node in-node.mjs THREADS strict|fma
// Trains the workload in this process and prints what came out as a line of JSON.
import { train } from "./workload.mjs";

const [threads, variant] = process.argv.slice(2);
console.log(JSON.stringify(await train({ threads: Number(threads), fast: variant === "fma" })));
