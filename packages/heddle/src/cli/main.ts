import { setFlagsFromString } from "node:v8";
import { runProgram } from "./program.js";
import { exitCodeFor, stopWhenUnwritable } from "./signals.js";

const words = process.argv.slice(2);

// This thread mostly waits, and what computes is WebAssembly already: a small heap matters more than fast JavaScript.
// At the peak of a study that saves 40 MB, and costs no time. A server's thread is different: each request leaves garbage, and
// in a small heap its collection took a third of the server's time.
if (words[0] !== "serve") {
  setFlagsFromString("--optimize-for-size");
  setFlagsFromString("--semi-space-growth-factor=1");
}

stopWhenUnwritable(process.stdout, process.stderr);
process.exitCode = exitCodeFor(await runProgram(words, process));
