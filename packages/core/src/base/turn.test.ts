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
