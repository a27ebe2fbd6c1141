// Milliseconds an image of a standalone module, for one image or several a call. Prints one line of JSON.
// usage: node bench/heddle/standalone.mjs URL IMAGES
import { median } from "../lib/report.mjs";

const [url, count] = process.argv.slice(2);
const images = Number(count);
const { classify, classifyBatch } = await import(url);
const pixels = Uint8Array.from({ length: 784 * images }, (_, at) => Math.imul(at + 1, 2654435761) >>> 24);
const call = images === 1 ? classify : classifyBatch;
/** Milliseconds of each call. */
function times(calls) {
  return Array.from({ length: calls }, () => {
    const started = performance.now();
    call(pixels);
    return (performance.now() - started) / images;
  });
}
times(Math.ceil(300 / images));
const milliseconds = median(times(Math.ceil(1000 / images)));
console.log(JSON.stringify({ node: process.versions.node, milliseconds }));
