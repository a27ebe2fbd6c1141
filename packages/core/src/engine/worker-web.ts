import type { ToThread } from "./messages.js";
import { serveTeam } from "./worker.js";

const handle = serveTeam((message) => self.postMessage(message));
self.onmessage = (event: MessageEvent<ToThread>) => handle(event.data);
