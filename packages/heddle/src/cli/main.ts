import { runProgram } from "./program.js";
import { exitCodeFor, stopWhenUnwritable } from "./signals.js";
import { growHeapSlowly, keepHeapSmall } from "./small-heap.js";

const words = process.argv.slice(2);

if (words[0] === "sweep") growHeapSlowly();
else if (words[0] !== "serve") keepHeapSmall();

stopWhenUnwritable(process.stdout, process.stderr);
process.exitCode = exitCodeFor(await runProgram(words, process));
