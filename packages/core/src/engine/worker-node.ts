import { parentPort } from "node:worker_threads";
import { serveTeam } from "./worker.js";

parentPort!.on(
  "message",
  serveTeam((message) => parentPort!.postMessage(message)),
);
