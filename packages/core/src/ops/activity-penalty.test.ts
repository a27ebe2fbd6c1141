import { expect, it } from "vitest";
import type { Shape } from "../base/shape.js";
import { emitActivityPenalty } from "./activity-penalty.js";
import { activityPenaltyReference } from "./activity-penalty.reference.js";
import { finiteDifferences } from "./finite-differences.testing.js";
import { expectClose, floats, onEachVariant, runExperiment, sixteenths } from "./op-lab.testing.js";

const factors = [
  { l1: 0.5, l2: 0 },
  { l1: 0, l2: 0.25 },
  { l1: 0.125, l2: 2 },
];

it("the twin of the activity penalty has the gradients of finite differences", () => {
  const x = Float64Array.from(sixteenths(30, 4)).map((value) => value || 1);
  for (const penalty of factors) {
    const differences = finiteDifferences(x, () => activityPenaltyReference(x, 5, penalty).mean);
    expectClose(activityPenaltyReference(x, 5, penalty).gradient, differences, 1e-6);
  }
});

onEachVariant("activityPenalty has its twin's penalties and gradients", (engine) => {
  const shapes: Shape[] = [[1], [3], [4], [5, 7, 3]];
  it.each(shapes.flatMap((shape) => factors.map((penalty) => [shape, penalty] as const)))(
    "%j, %j",
    async (shape, penalty) => {
      const N = 5;
      const count = N * shape.reduce((product, size) => product * size, 1);
      const [x, dy] = [sixteenths(count, 1), sixteenths(count, 2)];
      // Zeros, whose sign is 0.
      for (let i = 0; i < count; i += 4) x[i] = 0;
      const scale = new Float32Array(N).fill(1 / N);
      const found = await runExperiment(engine(), {
        samples: N,
        columns: [x, dy, scale],
        emit(e, [input, upstream, shares]) {
          const penalties = e.program.buffer("penalties", "result", 4);
          const value = { shape, data: input! };
          const node = { op: "activityPenalty", owner: "layer", ...penalty } as const;
          const operands = { penalties, scale: shares! };
          const [y, backward] = emitActivityPenalty(e, node, { ...operands, first: true }, value);
          emitActivityPenalty(e, node, { ...operands, first: false }, value);
          const [dx, alone] = [e.value("dx", shape).data, e.value("alone", shape).data];
          backward(upstream, dx);
          backward(undefined, alone);
          return { y: y.data, penalties, dx, alone };
        },
      });
      const { mean, gradient } = activityPenaltyReference(x, N, penalty);
      expect(floats(found["y"]!)).toEqual(x);
      const sum = floats(found["penalties"]!).reduce((total, value) => total + value, 0);
      expectClose([sum / N], [2 * mean]);
      if (gradient.some((value) => value !== 0)) expectClose(floats(found["alone"]!), gradient);
      expectClose(
        floats(found["dx"]!),
        gradient.map((value, index) => value + dy[index]!),
      );
    },
  );
});
