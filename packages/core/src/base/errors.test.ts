import { expect, it } from "vitest";
import { AbortedError, HeddleError, messageOf } from "./errors.js";

it("a HeddleError's message is one line of four parts, or a text unchanged", () => {
  const parts = { who: "Dense", expected: "a", received: "b", next: "Do c." };
  const cause = new Error("why");
  const error = new HeddleError(parts, { cause });
  expect(error.message).toBe("Dense: expected a, received b. Do c.");
  expect(error.name).toBe("HeddleError");
  expect(error.cause).toBe(cause);
  expect(new HeddleError("Just so.").message).toBe("Just so.");
});

it("an AbortedError is a HeddleError with its own name", () => {
  const error = new AbortedError("Stopped.");
  expect(error).toBeInstanceOf(HeddleError);
  expect(error.name).toBe("AbortedError");
});

it("messageOf accepts anything that can be thrown", () => {
  expect([new Error("a"), "b", 3, undefined].map(messageOf)).toEqual(["a", "b", "3", "undefined"]);
});

it("a long part of a message is cut, because a file may contain anything", () => {
  const error = new HeddleError({ who: "a", expected: "b", received: "c".repeat(1e6), next: "Do d." });
  expect(error.message).toBe(`a: expected b, received ${"c".repeat(2000)}…. Do d.`);
});

it("a part that is a sentence already, such as another error's message, ends with one full stop", () => {
  const inner = new HeddleError({ who: "fit", expected: "a", received: "b", next: "Do c." });
  const outer = { who: "Sweep", expected: "a trial", received: `none: ${inner.message}`, next: "Do d." };
  expect(new HeddleError(outer).message).toBe(
    "Sweep: expected a trial, received none: fit: expected a, received b. Do c. Do d.",
  );
});
