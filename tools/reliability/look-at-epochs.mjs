// Loaded into a `heddle` process with --import: notes what the process holds when it prints the line of an epoch that
// HEDDLE_LOOK_AT names (such as 20,200), and writes it to the file HEDDLE_LOOKS as JSON. Needs --expose-gc.
import { writeFileSync } from "node:fs";

const wanted = new Set(process.env.HEDDLE_LOOK_AT.split(",").map(Number));
const looks = [];
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (text, ...rest) => {
  const found = /^Epoch +(\d+)\/\d+ /m.exec(String(text));
  if (found && wanted.has(Number(found[1]))) look(Number(found[1]));
  return write(text, ...rest);
};

function look(epoch) {
  gc();
  gc();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  looks.push({ epoch, rss, heapUsed, external, arrayBuffers });
  writeFileSync(process.env.HEDDLE_LOOKS, JSON.stringify(looks));
}
