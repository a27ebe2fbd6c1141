// Tries the inputs of one target, one after the other, and reports its position after each, so that the parent process
// knows which one makes it hang or die.
// usage: node child.mjs MODULE TARGET SEED FROM TO FOLDER MEMORY_MIB
import { mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { HeddleError } from "../../packages/core/dist/base/errors.js";
import { refusedBefore, untold } from "./check.mjs";
import { guardWrites, sharedNames } from "./guards.mjs";
import { corpusOf, inputOf } from "./input.mjs";

const [module = "", name, seedText, fromText, toText, folder = "", memoryText] = process.argv.slice(2);
const [seed, from, to, memoryMiB] = [seedText, fromText, toText, memoryText].map(Number);
/** @type {{ targets: readonly import("./targets.mjs").Target[] }} */
const { targets } = await import(pathToFileURL(module).href);
const target = targets.find((one) => one.name === name);
if (!target || seed === undefined || from === undefined || to === undefined || memoryMiB === undefined) {
  throw new Error(`no target ${name}`);
}

const work = join(folder, "work");
mkdirSync(work, { recursive: true });
process.chdir(work);
/** The index of the current input, and how many were accepted and refused so far; the parent process reads it. */
const progress = new Float64Array(3);
const file = openSync(join(folder, "progress"), "w");
/** Opened before writing is guarded. */
const findingFile = openSync(join(folder, "finding"), "w");
const tell = () => writeSync(file, progress, 0, progress.byteLength, 0);

/** @type {string[]} */
const outside = [];
/** What went wrong outside the parser's own promise. */
let stray = "";
const corpus = await corpusOf(target);
/** For formats with a checksum: the contents of the undamaged files. */
const contents = new Set();
// Throws if the corpus is refused, because that would prove nothing.
for (const bytes of corpus) contents.add(await target.parse(bytes.slice(), work));
process.on("unhandledRejection", (thrown) => {
  stray = `unhandled rejection: ${thrown}`;
});
process.on("uncaughtException", (thrown) => {
  stray = `uncaught: ${thrown.stack}`;
  console.error(stray);
});
guardWrites(work, (path) => outside.push(path));
const before = sharedNames();

// Unless it reaches its end.
process.exitCode = 4;
for (let index = from; index < to; index++) {
  progress[0] = index;
  tell();
  const bytes = await inputOf(target, corpus, seed, index);
  let finding = "";
  try {
    const content = await target.parse(bytes.slice(), work);
    const refused = content === refusedBefore;
    progress[refused ? 2 : 1] += 1;
    const checked = target.redundancy === "checksum" && content !== untold;
    if (checked && !contents.has(content)) finding = "a damaged file was accepted";
  } catch (thrown) {
    progress[2] += 1;
    if (!(thrown instanceof HeddleError))
      finding = thrown instanceof Error ? (thrown.stack ?? thrown.message) : `${thrown}`;
    else if (thrown.message.length > 10_000) finding = `a message of ${thrown.message.length} letters`;
  }
  if (stray !== "") finding = stray;
  if (sharedNames() !== before) finding = `pollution: ${sharedNames()}`;
  if (outside.length > 0) finding = `wrote outside of its folder: ${outside[0]}`;
  const peakMiB = process.resourceUsage().maxRSS / 1024;
  if (peakMiB > memoryMiB) finding = `memory: ${Math.round(peakMiB)} MiB, more than ${memoryMiB}`;
  if (finding !== "") {
    writeSync(findingFile, bytes);
    tell();
    process.send?.({ index, finding });
    process.exit(3);
  }
}
progress[0] = to;
tell();
process.exit(0);
