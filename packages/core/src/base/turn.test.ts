import { expect, it } from "vitest";
import { Turn } from "./turn.js";

it("a turn starts after all earlier work has ended, failed work included", async () => {
  const turn = new Turn();
  const events: string[] = [];
  const work = (name: string, fails = false) =>
    turn.take(async () => {
      events.push(`${name} starts`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      events.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const outcomes = await Promise.allSettled([work("a"), work("b", true), work("c")]);
  expect(events).toEqual(["a starts", "a ends", "b starts", "b ends", "c starts", "c ends"]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

it("a turn that is lent is used by those who wait, and comes back before its work goes on", async () => {
  const turn = new Turn();
  const events: string[] = [];
  const lender = turn.take(async () => {
    events.push("lender starts");
    await turn.lend(async () => {
      await turn.take(async () => void events.push("within"));
    });
    events.push("lender ends");
  });
  const other = turn.take(async () => void events.push("other"));
  await Promise.all([lender, other]);
  expect(events).toEqual(["lender starts", "other", "within", "lender ends"]);
});
