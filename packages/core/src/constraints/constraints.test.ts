import { describe, expect, it } from "vitest";
import { Conv2D, Dense, layers } from "../layers/index.js";
import { constraints, MaxNorm, NonNeg, UnitNorm } from "./index.js";

// The values that they compute are compared with Keras's in optimizers/keras-golden.test.ts.

it.each([new MaxNorm(), new MaxNorm(3, { axis: [0, 1, 2] }), new UnitNorm({ axis: -1 }), new NonNeg()])(
  "%o is read back from its configuration",
  (constraint) => {
    const saved = { class_name: constraint.className, config: constraint.getConfig() };
    expect(constraints.deserialize("test", saved)).toEqual(constraint);
  },
);

describe("layers", () => {
  it("keep constraints, and a bias's regularizer, in their configuration", () => {
    const layer = new Conv2D(4, 3, {
      kernelConstraint: new MaxNorm(3, { axis: [0, 1, 2] }),
      biasConstraint: "nonNeg",
      biasRegularizer: "l2",
    });
    const config = layer.getConfig();
    expect(config["kernel_constraint"]).toEqual({
      class_name: "MaxNorm",
      config: { max_value: 3, axis: [0, 1, 2] },
    });
    expect(config["bias_regularizer"]).toEqual({ class_name: "L2", config: { l2: 0.01 } });
    const again = layers.deserialize("test", { class_name: "Conv2D", config });
    expect(again.getConfig()).toEqual(config);
    again.build([[8, 8, 2]], { name: "c", seed: 1, position: 0, weightsBefore: 0 });
    const [kernel, bias] = again.weights;
    expect([kernel!.penalty, kernel!.constraint]).toEqual([undefined, new MaxNorm(3, { axis: [0, 1, 2] })]);
    expect([bias!.penalty, bias!.constraint]).toEqual([{ l1: 0, l2: 0.01 }, new NonNeg()]);
  });

  it("refuse constraints on axes that a weight does not have", () => {
    const place = { name: "d", seed: 1, position: 0, weightsBefore: 0 };
    expect(() => new Dense(3, { kernelConstraint: new MaxNorm(2, { axis: 2 }) }).build([[4]], place)).toThrow(
      'Dense "d", MaxNorm: expected axis to be adjacent axes of the weight, received 2 for a weight [4, 3]. Correct axis: 0 for a dense kernel, [0, 1, 2] for a convolution\'s.',
    );
    expect(() =>
      new Conv2D(3, 3, { kernelConstraint: new UnitNorm({ axis: [0, 2] }) }).build([[4, 4, 1]], place),
    ).toThrow('Conv2D "d", UnitNorm: expected axis to be adjacent axes of the weight, received [0,2]');
  });

  it("refuse a constraint to a norm below 0", () => {
    expect(() => new MaxNorm(-1)).toThrow(
      "MaxNorm: expected maxValue to be a number of at least 0, received -1. Correct maxValue.",
    );
  });
});
