import { expect, test } from "vitest";
import { camelCased, checkKnownOptions, checkOptionsOf, optionsObject } from "./known-options.js";
import { whole } from "./rules.js";

test("known options are accepted, and so is an unknown one that is undefined", () => {
  checkKnownOptions("Dense", { units: 3, useBiass: undefined }, ["units", "useBias"]);
});

test("an unknown option is refused, with the one that was probably meant", () => {
  const check = (given: object) => () => checkKnownOptions("Dense", given, ["units", "useBias"]);
  expect(check({ use_bias: false })).toThrow(
    'Dense: expected options that it has, received "use_bias". Did you mean useBias?',
  );
  expect(check({ colour: 1 })).toThrow(
    'Dense: expected options that it has, received "colour". Choose one of units, useBias.',
  );
});

test("a derived class may have options of its own", () => {
  class Stopping {
    constructor(options: { readonly patience?: number }) {
      checkOptionsOf(new.target, [Stopping], options, { patience: whole(0) });
    }
  }
  class MyStopping extends Stopping {}
  const options = { patience: 3, bell: true };
  expect(() => new Stopping(options)).toThrow('Stopping: expected options that it has, received "bell".');
  expect(new MyStopping(options)).toBeInstanceOf(Stopping);
  expect(() => new MyStopping({ patience: "3" as never })).toThrow(
    'MyStopping: expected patience to be a whole number of at least 0, received "3". Correct patience.',
  );
  expect(() => new MyStopping(3 as never)).toThrow(
    "MyStopping: expected options in an object, received 3. Pass { patience: … }.",
  );
});

test.each([
  [0.1, "0.1"],
  [["relu"], '["relu"]'],
  [null, "null"],
  [undefined, "nothing"],
])("options must be an object, not %j", (given, shown) => {
  expect(() => optionsObject("Adam", given as never, ["beta1", "beta2"])).toThrow(
    `Adam: expected options in an object, received ${shown}. Pass { beta1: …, beta2: … }.`,
  );
});

test("Keras's names of options are camel-cased", () => {
  expect(camelCased("adam_beta_1")).toBe("adamBeta1");
});
