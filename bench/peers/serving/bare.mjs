// Node's own server without any model: it reads each request, and answers as many bytes as `heddle serve` does. No server in Node
// can be faster. Prints its port.
// usage: node bench/peers/serving/bare.mjs
import { createServer } from "node:http";

const body = Buffer.alloc(190);
const headers = {
  "content-type": "application/octet-stream",
  "inference-header-content-length": 150,
  "content-length": body.length,
  "x-request-id": "00000000-0000-4000-8000-000000000000",
  "x-content-type-options": "nosniff",
};
const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => response.writeHead(200, headers).end(body));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
