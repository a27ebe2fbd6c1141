import { live } from "./lifeline.js";
import type { ToThread } from "./messages.js";
import { serveTeam } from "./worker.js";

live((message) => self.postMessage(message));
const handle = serveTeam((message) => self.postMessage(message));
self.onmessage = (event: MessageEvent<ToThread>) => handle(event.data);
