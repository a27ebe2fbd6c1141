import { describe, expect, it } from "vitest";
import { inTurn } from "../bench/lib/turns.mjs";

describe("the order in which a benchmark measures its systems", () => {
  const systems = ["A", "B", "C"];
  const rounds = [1, 2, 3, 4].map((round) => inTurn(systems, round));

  it("is reversed from round to round", () => {
    expect(rounds.map((round) => round.join(""))).toEqual(["ABC", "CBA", "ABC", "CBA"]);
    expect(systems).toEqual(["A", "B", "C"]);
  });

  it("puts each system in the same mean place over two rounds", () => {
    for (const system of systems) {
      const [first, second] = rounds.map((round) => round.indexOf(system));
      expect((first! + second!) / 2).toBe(1);
    }
  });
});
