import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import type { Parameter, Values } from "./parameter.js";
import { Search, type SearchOptions } from "./search.js";
import { Sobol } from "./sobol.js";
import { SearchSpace } from "./space.js";
import type { Study, Trial } from "./study.js";
import { studyOf } from "./study.testing.js";

const searches: readonly SearchOptions[] = [
  { type: "grid", points: 4 },
  { type: "random" },
  { type: "sobol" },
  { type: "sobol", scramble: false },
  { type: "tpe", startupTrials: 3 },
];

/** Parameters with few values, so that spaces can be exhausted. */
const small = fc.oneof(
  fc.record({
    type: fc.constant("integer" as const),
    low: fc.constant(1),
    high: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({
    type: fc.constant("integer" as const),
    low: fc.constant(1),
    high: fc.integer({ min: 1, max: 4 }),
    log: fc.constant(true),
  }),
  fc.record({
    type: fc.constant("float" as const),
    low: fc.constant(1),
    high: fc.constantFrom(1, 1.5, 2),
    step: fc.constant(0.5),
  }),
  fc.record({
    type: fc.constant("category" as const),
    choices: fc.constantFrom<readonly (string | number | boolean)[]>([1], [1, true, "b"], ["a", 1]),
  }),
);

/** A space of one to four parameters, some of which exist only when the first is 1. */
const spaces = fc.array(fc.tuple(small, fc.boolean()), { minLength: 1, maxLength: 4 }).map((list) => {
  const parameters = Object.fromEntries(
    list.map(([parameter, conditional], index): [string, Parameter] => [
      `p${index}`,
      index > 0 && conditional ? { ...parameter, when: { p0: 1 } } : parameter,
    ]),
  );
  const holds = (values: Values) => values["p1"] === undefined || values["p0"] !== 2 || values["p1"] === 1;
  return new SearchSpace({ parameters, constraints: [{ description: "p1 is 1 where p0 is 2", holds }] });
});

/** A study that grows by the trials that a search proposes. */
function growing(): Study & { readonly trials: Trial[] } {
  return studyOf([]) as Study & { readonly trials: Trial[] };
}

function add(study: { readonly trials: Trial[] }, values: Values): void {
  const number = study.trials.length;
  const objective = new Random(1, "sweep", number).uniform();
  const [trial] = studyOf([{ values, objectives: [objective] }]).trials;
  study.trials.push({ ...trial!, id: number, number });
}

/** All that a space allows, counted without the searches. */
function allOf(space: SearchSpace): Set<string> {
  const lists = space.parameters.map(({ parameter }) =>
    parameter.type === "category" ? parameter.choices : [1, 1.5, 2, 3, 4],
  );
  let rows: Values[] = [{}];
  space.parameters.forEach(({ name }, index) => {
    rows = rows.flatMap((row) => [row, ...lists[index]!.map((value) => ({ ...row, [name]: value }))]);
  });
  return new Set(rows.filter((row) => space.has(row)).map((row) => space.keyOf(row)));
}

describe.each(searches)("a search %j", (options) => {
  it("proposes every combination of a small space once, conditions and constraints kept, and then nothing", () => {
    fc.assert(
      fc.property(spaces, fc.nat(), (space, seed) => {
        const search = new Search(options, { space, goal: "minimize", seed });
        const study = growing();
        const all = allOf(space);
        for (let values = search.next(study); values; values = search.next(study)) {
          expect(space.has(values)).toBe(true);
          add(study, values);
          expect(study.trials.length).toBeLessThanOrEqual(all.size);
        }
        expect(new Set(study.trials.map(({ values }) => space.keyOf(values)))).toEqual(all);
      }),
      { numRuns: 6 },
    );
  });

  it("depends on nothing but the journal and the seed", () => {
    const space = new SearchSpace({
      parameters: {
        rate: { type: "float", low: 1e-4, high: 1, log: true },
        kind: { type: "category", choices: ["a", "b"] },
        size: { type: "integer", low: 1, high: 64, log: true, when: { kind: "b" } },
      },
    });
    const problem = { space, goal: "maximize", seed: 5 } as const;
    const search = new Search(options, problem);
    const study = growing();
    for (let count = 0; count < 16; count++) {
      const values = search.next(study);
      // Asked again, and asked by a process that has just read the journal.
      expect(search.next(study)).toEqual(values);
      expect(new Search(options, problem).next({ ...study, trials: [...study.trials] })).toEqual(values);
      if (!values) break;
      expect(space.has(values)).toBe(true);
      add(study, values);
    }
    const differs = options.type === "grid" || (options.type === "sobol" && options.scramble === false);
    const other = new Search(options, { ...problem, seed: 6 }).next(growing());
    expect(space.keyOf(other!) === space.keyOf(study.trials[0]!.values)).toBe(differs);
  });
});

describe("Search", () => {
  it("lists floats and long scales of a grid by their number of points", () => {
    const space = new SearchSpace({
      parameters: {
        rate: { type: "float", low: 0.01, high: 1, log: true },
        width: { type: "integer", low: 1, high: 100, log: true },
      },
    });
    const study = growing();
    const search = new Search({ type: "grid", points: 3 }, { space, goal: "minimize", seed: 1 });
    for (let values = search.next(study); values; values = search.next(study)) add(study, values);
    const rows = study.trials.map(({ values }) => [
      Number((values["rate"] as number).toFixed(12)),
      values["width"],
    ]);
    expect(rows).toEqual([0.01, 0.1, 1].flatMap((rate) => [1, 10, 100].map((width) => [rate, width])));
  });

  it("says so when no values satisfy the constraints", () => {
    const space = new SearchSpace({
      parameters: { a: { type: "float", low: 0, high: 1 } },
      constraints: [{ sum: { a: 1 }, atLeast: 2 }],
    });
    for (const type of ["random", "sobol"] as const) {
      const search = new Search({ type }, { space, goal: "minimize", seed: 1 });
      expect(() => search.next(growing())).toThrow(
        "Search: expected constraints that some values satisfy, received none among 20000 at random. " +
          "Loosen the constraints, or narrow the ranges to where they hold.",
      );
    }
  });

  it("proposes better values with TPE than at random", () => {
    const space = new SearchSpace({
      parameters: { x: { type: "float", low: -5, high: 5 }, y: { type: "float", low: -5, high: 5 } },
    });
    const best = (options: SearchOptions) => {
      const losses = [1, 2, 3].map((seed) => {
        const search = new Search(options, { space, goal: "minimize", seed });
        const study = growing();
        for (let number = 0; number < 50; number++) {
          const values = search.next(study) as { x: number; y: number };
          const objectives = [(values.x - 1) ** 2 + (values.y + 2) ** 2];
          study.trials.push({ ...studyOf([{ values, objectives }]).trials[0]!, number });
        }
        return Math.min(...study.trials.map(({ objectives }) => objectives![0]!));
      });
      return losses.sort((a, b) => a - b)[1]!;
    };
    expect(best({ type: "tpe" })).toBeLessThan(best({ type: "random" }) / 3);
  });
});

describe("Sobol", () => {
  it("has one of 64 points in each 64th of every dimension, scrambled or not", () => {
    for (const seed of [undefined, 1, 2 ** 40]) {
      const sequence = new Sobol(64, seed);
      const points = Array.from({ length: 64 }, (_, index) => sequence.point(64 + index));
      for (let dimension = 0; dimension < 64; dimension++) {
        expect(new Set(points.map((point) => Math.floor(point[dimension]! * 64))).size).toBe(64);
      }
    }
    expect(new Sobol(2, 1).point(0)).not.toEqual(new Sobol(2, 2).point(0));
  });

  it("has 64 dimensions", () => {
    expect(() => new Sobol(65)).toThrow(
      "Sobol: expected at most 64 parameters, received 65. Search at random or with TPE.",
    );
  });
});
