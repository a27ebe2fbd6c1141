import { describe, expect, it } from "vitest";
import { isAway } from "./insist.js";
import { readQueueUrl } from "./url.js";

describe("the URL of a queue", () => {
  it.each([
    ["redis://queue.example:7000/2", "redis"],
    ["rediss://queue.example", "redis"],
    ["postgres://sweeps@db.example/sweeps?sslmode=verify-full", "postgres"],
    ["postgresql://db.example", "postgres"],
  ])("%s is one, and takes its password from the environment", (text, kind) => {
    const { url, place, ...rest } = readQueueUrl(text, { HEDDLE_QUEUE_PASSWORD: "a/b @c" });
    expect([rest.kind, place]).toEqual([kind, text]);
    expect(decodeURIComponent(url.password)).toBe("a/b @c");
    expect(readQueueUrl(text, {}).url.href).toBe(text);
  });

  it.each([
    [
      "redis://:hush@queue.example",
      "expected no password in the URL, where others can read it, received one",
    ],
    ["postgres://db.example/sweeps?password=hush", "expected no password in the URL"],
    ["mysql://user:hush@db.example", "or postgres://USER@HOST:PORT/DATABASE, received mysql://"],
    ["hush", "received another text"],
  ])("%s is refused, and no password repeated", (text, message) => {
    const read = () => readQueueUrl(text, {});
    expect(read).toThrow(message);
    expect(read).not.toThrow("hush");
  });
});

describe("what is tried again", () => {
  it.each([
    [{ code: "ECONNREFUSED" }, true],
    [new AggregateError([Object.assign(new Error("connect"), { code: "ECONNREFUSED" })]), true],
    [{ code: "57P01", message: "terminating connection due to administrator command" }, true],
    [new Error("Connection terminated unexpectedly"), true],
    [new Error("LOADING Redis is loading the dataset in memory"), true],
    [{ code: "42501", message: "permission denied for schema bullmq" }, false],
    [new Error("WRONGPASS invalid username-password pair"), false],
    [new Error("Missing lock for job 1. moveToFinished"), false],
  ])("%o: %s", (thrown, expected) => {
    expect(isAway(thrown)).toBe(expected);
  });
});
