import { describe, expect, it } from "vitest";
import { refuses } from "../base/refusals.testing.js";
import type { Parameter } from "./parameter.js";
import { checkRecipeSpace, settingsOf, variedSettings } from "./recipe-space.js";
import { SearchSpace } from "./space.js";
import { readSweep, Sweep } from "./sweep.js";

const unit: Parameter = { type: "float", low: 0, high: 1 };
const kind: Parameter = { type: "category", choices: ["sgd", "adam"] };

function space(parameters: object, constraints?: unknown): SearchSpace {
  return new SearchSpace(
    { parameters, ...(constraints !== undefined && { constraints }) } as never,
    "s.json",
  );
}

const nested = space(
  {
    momentum: { ...unit, when: { optimizer: "sgd" } },
    decay: { ...unit, when: { momentum: [0, 1], optimizer: ["sgd", "adam"] } },
    optimizer: kind,
  },
  [{ sum: { momentum: 1, decay: 2 }, atMost: 2.5 }, { not: { optimizer: "sgd", momentum: 0 } }],
);

describe("SearchSpace", () => {
  it("puts parameters after those that their conditions name", () => {
    expect(nested.parameters.map(({ name }) => name)).toEqual(["optimizer", "momentum", "decay"]);
  });

  it("knows which values are a trial's", () => {
    expect(nested.has({ optimizer: "adam" })).toBe(true);
    expect(nested.has({ optimizer: "sgd", momentum: 0.5 })).toBe(true);
    expect(nested.has({ optimizer: "sgd", momentum: 1, decay: 0.75 })).toBe(true);
    // Inactive, missing, unknown, out of range, against the first constraint, against the second.
    expect(nested.has({ optimizer: "adam", momentum: 0.5 })).toBe(false);
    expect(nested.has({ optimizer: "sgd" })).toBe(false);
    expect(nested.has({ optimizer: "adam", other: 1 })).toBe(false);
    expect(nested.has({ optimizer: "sgd", momentum: 2 })).toBe(false);
    expect(nested.has({ optimizer: "sgd", momentum: 1, decay: 0.8 })).toBe(false);
    expect(nested.has({ optimizer: "sgd", momentum: 0, decay: 0 })).toBe(false);
  });

  it("bounds products, and takes any function as a constraint", () => {
    const two = space({ a: { type: "integer", low: 1, high: 9 }, b: { type: "integer", low: 1, high: 9 } }, [
      { product: ["a", "b"], atLeast: 6, atMost: 12 },
      { description: "a below b", holds: ({ a, b }: { a: number; b: number }) => a < b },
    ]);
    expect(two.has({ a: 2, b: 3 })).toBe(true);
    expect(two.has({ a: 3, b: 2 })).toBe(false);
    expect(two.has({ a: 1, b: 5 })).toBe(false);
    expect(two.has({ a: 2, b: 7 })).toBe(false);
  });

  refuses("spaces that cannot be searched", [
    [() => space({}), "s.json: expected one or more parameters, received none. Add one."],
    [
      () => space({ "1": unit }),
      's.json: expected names of letters, digits, _, - and ., of which the first is a letter, received "1". Rename the parameter.',
    ],
    [
      () => space({ constructor: unit }),
      's.json: expected names of letters, digits, _, - and ., of which the first is a letter, received "constructor". Rename the parameter.',
    ],
    [
      () => space({ a: 3 }),
      's.json, a: expected a parameter, received 3. Write { "type": "float", "low": 0, "high": 1 }, say.',
    ],
    [
      () => space({ a: { ...unit, type: "flaot" } }),
      's.json, a: expected type to be "float", "integer" or "category", received "flaot". Did you mean "float"?',
    ],
    [
      () => space({ a: { ...unit, hihg: 1 } }),
      's.json, a: expected options that it has, received "hihg". Did you mean high?',
    ],
    [
      () => space({ a: { type: "float", low: 0 } }),
      "s.json, a: expected high to be a finite number, received nothing. Correct high.",
    ],
    [
      () => space({ a: { type: "integer", low: 0.5, high: 1 } }),
      "s.json, a: expected low to be a whole number, received 0.5. Correct low.",
    ],
    [
      () => space({ a: { ...unit, low: 2 } }),
      "s.json, a: expected high to be at least low, 2, received 1. Swap them, or correct one.",
    ],
    [
      () => space({ a: { ...unit, log: true } }),
      "s.json, a: expected low to be above 0, because log is true, received 0. Raise low, or remove log.",
    ],
    [
      () => space({ a: { type: "float", low: 1, high: 2, log: true, step: 1 } }),
      "s.json, a: expected log or a step, not both, received step 1. Remove one of the two.",
    ],
    [
      () => space({ a: { ...unit, step: 0 } }),
      "s.json, a: expected step to be above 0, received 0. Correct step.",
    ],
    [
      () => space({ a: { ...unit, step: 1e-12 } }),
      "s.json, a: expected at most 2147483648 values, received 0 to 1. Narrow the range, or widen the step.",
    ],
    [
      () => space({ a: { type: "category", choices: ["x", "y", "x"] } }),
      's.json, a: expected choices that differ, received "x" twice. Remove one of the two.',
    ],
    [
      () => space({ a: { type: "category", choices: [] } }),
      "s.json, a: expected choices to be a list of one or more texts, numbers, true or false, or settings by name, received []. Correct choices.",
    ],
    [
      () => space({ a: { ...unit, when: { b: 1 } } }),
      's.json, a: expected when to name parameters of this space, received "b". Choose one of a.',
    ],
    [
      () => space({ kind, a: { ...unit, when: { kind: "sdg" } } }),
      's.json, a: expected when to list values that kind can have, received "sdg". Correct it, or add it to kind.',
    ],
    [
      () => space({ a: { ...unit, when: { b: 1 } }, b: { ...unit, when: { a: 1 } } }),
      "s.json: expected conditions without a circle, received a, b. Remove one of their conditions.",
    ],
    [
      () => space({ a: unit }, [{ sum: { a: 1 } }]),
      "s.json, constraint 1: expected atLeast, atMost or both, received neither. Add a bound, or remove the constraint.",
    ],
    [
      () => space({ kind }, [{ product: ["kind"], atMost: 1 }]),
      's.json, constraint 1: expected parameters that are numbers, received the category kind. Use { "not": … } for categories.',
    ],
    [
      () => space({ a: unit }, [{ sum: { b: 1 }, atMost: 1 }]),
      's.json, constraint 1: expected the constraint to name parameters of this space, received "b". Choose one of a.',
    ],
    [
      () => space({ a: unit }, 3),
      "s.json: expected constraints to be a list, received 3. Correct constraints.",
    ],
    [
      () => space({ a: unit }, ["a < 1"]),
      's.json, constraint 1: expected a sum, a product, or values that do not go together, received "a < 1". Write { "sum": { "l1": 1, "l2": 1 }, "atMost": 0.01 }, { "product": ["epochs", "batchSize"], "atMost": 4096 } or { "not": { "optimizer": "sgd", "schedule": "cosine" } }, say.',
    ],
  ]);
});

describe("readSweep", () => {
  const json = {
    heddleSweep: 1,
    name: "s",
    goal: "maximize",
    trials: 3,
    parameters: { a: { ...unit } },
  } as const;

  it("reads what the definition of a sweep writes", () => {
    const stopping = { type: "asynchronousHalving", minimum: 1, maximum: 9, factor: 2 } as const;
    const whole = {
      ...json,
      seed: 1,
      search: { type: "grid", points: 3 },
      stopping,
      constraints: [{ sum: { a: 1 }, atMost: 1 }],
    };
    const sweep = readSweep("s.json", { ...whole, title: "A sweep" } as never);
    const { heddleSweep: _, ...definition } = whole;
    expect(sweep.definition).toEqual(definition);
    expect(new Sweep(sweep.definition as never).definition).toEqual(definition);
  });

  const read = (changes: object) => () => readSweep("s.json", { ...json, ...changes } as never);
  refuses("sweeps that do not fit", [
    [
      read({ heddleSweep: 2 }),
      's.json: expected "heddleSweep" to be 1, received 2. Use a version of Heddle that knows this format, or rewrite the sweep.',
    ],
    [read({ sead: 1 }), 's.json: expected the keys of a sweep, received "sead". Did you mean seed?'],
    [
      read({ goal: "max" }),
      's.json: expected goal to be "minimize" or "maximize", received "max". Correct goal.',
    ],
    [
      read({ trials: 0 }),
      "s.json: expected trials to be a whole number from 1 to 10000000, received 0. Correct trials.",
    ],
    [read({ title: 3 }), "s.json: expected title to be a string, received 3. Correct title."],
    [
      read({ search: { type: "tpe", startup: 3 } }),
      's.json, search: expected options that it has, received "startup". Choose one of type, startupTrials, candidates.',
    ],
    [
      read({ search: { type: "bayes" } }),
      's.json, search: expected type to be "grid", "random", "sobol" or "tpe", received "bayes". Correct type.',
    ],
    [
      read({ stopping: { type: "halving", minimum: 3, maximum: 1 } }),
      "s.json, stopping: expected maximum to be at least minimum, 3, received 1. Swap them, or correct one.",
    ],
    [
      read({ stopping: { type: "halving", minimum: 3 } }),
      "s.json, stopping: expected maximum to be a whole number of at least 1, received nothing. Correct maximum.",
    ],
    [
      read({ stopping: "median" }),
      's.json, stopping: expected a stopping rule, received "median". Write { "type": "median" }, say.',
    ],
  ]);
});

describe("a space of a recipe's settings", () => {
  it("has values that are settings", () => {
    const good = space({
      learningRate: { type: "float", low: 1e-4, high: 1, log: true },
      epochs: { type: "integer", low: 1, high: 9 },
      optimizer: kind,
    });
    checkRecipeSpace("s.json", good);
    expect(settingsOf("s.json", good, { optimizer: "sgd", epochs: 3 })).toEqual({
      optimizer: "sgd",
      epochs: 3,
    });
  });

  /** Which of the choices has momentum is up to `when`. */
  const named = {
    kind: {
      type: "category",
      choices: { plain: { optimizer: "adam" }, fast: { optimizer: "sgd", epochs: 3 } },
    },
    momentum: { type: "float", low: 0, high: 0.9, when: { kind: "fast" } },
  } as const;

  it("has choices that set several settings by one name, which is their value", () => {
    const good = space(named);
    checkRecipeSpace("s.json", good);
    expect(good.parameters[0]!.parameter).toEqual({ type: "category", choices: ["plain", "fast"] });
    expect(good.has({ kind: "plain" })).toBe(true);
    expect(variedSettings(good)).toEqual(["optimizer", "momentum", "epochs"]);
    expect(settingsOf("s.json", good, { kind: "fast", momentum: 0.5 })).toEqual({
      ...{ optimizer: "sgd", epochs: 3, momentum: 0.5 },
    });
    const sweep = new Sweep({ name: "a", goal: "minimize", trials: 1, parameters: named });
    // As it was written, so that it can be read again.
    expect(sweep.definition).toMatchObject({ parameters: named });
  });

  it("may have parameters for code that builds models, unless they are almost settings", () => {
    const filters = space({ filters: { type: "integer", low: 8, high: 32 }, ...named });
    checkRecipeSpace("s.mjs", filters, true);
    expect(settingsOf("s.mjs", filters, { filters: 8, kind: "plain" })).toEqual({ optimizer: "adam" });
    expect(() => checkRecipeSpace("s.mjs", space({ learningrate: unit }), true)).toThrow(
      "Did you mean learningRate?",
    );
    expect(() => checkRecipeSpace("s.json", filters)).toThrow('received "filters"');
  });

  const check = (parameters: object) => () => checkRecipeSpace("s.json", space(parameters));
  refuses("parameters that are no settings", [
    [
      check({ kind: { type: "category", choices: {} } }),
      's.json, kind: expected one or more choices, received none. Write { "small": { "batchSize": 16 }, "large": { "batchSize": 128 } }, say.',
    ],
    [
      check({ kind: { type: "category", choices: { small: 3 } } }),
      's.json, kind: expected the choice "small" to be settings of a recipe, received 3. Write { "small": { "batchSize": 16 }, "large": { "batchSize": 128 } }, say.',
    ],
    [
      check({ kind: { type: "category", choices: { small: { epoch: 3 } } } }),
      's.json, kind "small": expected settings of a recipe, received "epoch". Did you mean epochs?',
    ],
    [
      check({ kind: { type: "category", choices: { small: { epochs: 0 } } } }),
      's.json, kind "small", epochs: expected a whole number of at least 1, received 0. Correct epochs.',
    ],
    [
      check({ ...named, epochs: { type: "integer", low: 1, high: 9 } }),
      's.json, kind "fast": expected epochs to be set by one parameter of a trial, received epochs, which sets it too. Remove it from one of the two, or limit epochs to other choices by `when`.',
    ],
    [
      check({ learningrate: unit }),
      's.json: expected settings of a recipe as parameters, received "learningrate". Did you mean learningRate?',
    ],
    [
      check({ optimizer: { type: "category", choices: ["sgd", "adma"] } }),
      's.json, optimizer: expected one of sgd, adam, adamw, rmsprop, muon, received "adma". Did you mean adam?',
    ],
    [
      check({ learningRate: unit }),
      "s.json, learningRate: expected a number above 0, received 0. Correct learningRate.",
    ],
    [
      check({ epochs: { type: "float", low: 1, high: 10 } }),
      "s.json, epochs: expected a whole number of at least 1, received 3.8647. Correct epochs.",
    ],
  ]);
});
