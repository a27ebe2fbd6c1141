// Clients in a process of their own. Prints one line of JSON.
// usage: node bench/lib/load-process.mjs PORT CLIENTS SECONDS PATH|infer IMAGES
//   infer: the Open Inference Protocol with binary data; otherwise the images' bytes alone are sent to PATH
import { pixels } from "../workload.mjs";
import { binaryInfer, load, post } from "./http-load.mjs";
import { quantile } from "./report.mjs";

const [port, clients, seconds, path, count] = process.argv.slice(2);
const { images } = pixels();
const size = 784 * Number(count);
const requests = Array.from({ length: Math.min(512, Math.floor(images.length / size)) }, (_, at) => {
  const own = images.subarray(at * size, (at + 1) * size);
  return path === "infer" ? binaryInfer("m", own) : post(path, own);
});
const about = { port: Number(port), clients: Number(clients), requests };
// A server compiles and warms up.
await load({ ...about, seconds: Math.min(2, Number(seconds)) });
const { perSecond, milliseconds } = await load({ ...about, seconds: Number(seconds) });
const [p50, p99] = [0.5, 0.99].map((share) => quantile(milliseconds, share));
console.log(JSON.stringify({ perSecond, p50, p99, requests: milliseconds.length }));
