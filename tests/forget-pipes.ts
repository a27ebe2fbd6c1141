// After a numeric stat of a pipe, which the removal of a folder makes too, Node 20 and 22 load the next module of a linked
// package under a second name: instanceof fails (findings/node-realpath-after-a-pipe.sh). Unit tests share a process.
import { statSync } from "node:fs";
import { afterEach } from "vitest";

statSync("/");
afterEach(() => {
  statSync("/");
});
