// A program of its own: unpacks the model of an exported page, and prints as JSON what its self-test finds.
import { readFile } from "node:fs/promises";
import { fromBase85 } from "@heddle/core/internal/base/base85.js";
import { classifier } from "@heddle/core/internal/standalone/runtime/classifier.js";

const text = await readFile(process.argv[2]!, "utf8");
const [, length, packed] = /id="packed" data-bytes="(\d+)">([^<]*)</.exec(text) ?? [];
const bytes = await inflate(fromBase85(packed!.trim()).subarray(0, Number(length)));
const first = bytes.indexOf(0);
const second = bytes.indexOf(0, first + 1);
const model = JSON.parse(new TextDecoder().decode(bytes.subarray(0, first)));
console.log(JSON.stringify(classifier(model, bytes.slice(second + 1)).selfTest()));

async function inflate(deflated: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
