// Losses against real Keras: tools/golden/losses-metrics.py wrote Keras's results for the same inputs.
import { describe, expect, it } from "vitest";
import { againstKeras, readGolden } from "../base/golden.testing.js";
import { emitNode, type OpNode } from "../ops/node.js";
import { expectClose, floats, onEachVariant, runExperiment } from "../ops/op-lab.testing.js";
import { losses } from "./index.js";

interface Golden {
  readonly keras: string;
  readonly losses: readonly {
    readonly loss: { readonly class_name: string; readonly config: unknown };
    /** The activation that Keras applied to x before the loss. */
    readonly activation: "softmax" | "sigmoid" | null;
    /** Batch included. */
    readonly shape: readonly number[];
    readonly x: readonly number[];
    readonly target: readonly number[];
    readonly value: number;
    readonly dx: readonly number[];
  }[];
}

const golden = readGolden<Golden>("losses-metrics");

describe(`Keras ${golden.keras}`, () => {
  onEachVariant("losses give its values and gradients", (engine) => {
    const cases = golden.losses.map(
      (example, number) => [`${number} ${example.loss.class_name}`, example] as const,
    );
    it.each(cases)("%s", async (id, example) => {
      const [samples, ...shape] = example.shape;
      const loss = losses.deserialize("golden", example.loss);
      // If Keras applied the loss's own activation, ours takes logits.
      if (example.activation)
        expect(loss).toMatchObject({ activation: example.activation, fromLogits: false });
      const form = example.activation || loss.fromLogits ? "logits" : "outputs";
      const target = loss.targets === "classes" ? Int32Array : Float32Array;
      const scale = engine().allocate(4, "scale");
      engine().write(scale, new Float32Array([1 / samples!]));
      const results = await runExperiment(engine(), {
        samples: samples!,
        columns: [Float32Array.from(example.x), target.from(example.target)],
        emit(e, [x, wanted]) {
          const lost = e.program.buffer("loss", "result", 4);
          const scaleBuffer = { name: "scale", scope: "global", bytes: 4, address: scale } as const;
          const operands = { target: wanted!, scale: scaleBuffer, loss: lost, correct: undefined };
          return { lost, dx: loss.emit(e, operands, { shape, data: x! }, form)! };
        },
      });
      const lost = floats(results["lost"]!);
      const row = example.loss.class_name;
      const compare = againstKeras({ part: "losses", row, id, kernels: engine().variant });
      compare("values", [lost.reduce((sum, value) => sum + value, 0) / samples!], [example.value]);
      compare("gradients", floats(results["dx"]!), example.dx);
    });
  });

  onEachVariant("a sigmoid and its binary cross-entropy, not fused,", (engine) => {
    it("agree with the fused losses unless the sigmoid saturates", async () => {
      const loss = losses.create("test", "binaryCrossentropy");
      const x = Float32Array.from({ length: 15 }, (_, index) => (index - 7) / 3);
      const target = Float32Array.from({ length: 15 }, (_, index) => (index % 4) / 3);
      const run = async (fused: boolean) => {
        const results = await runExperiment(engine(), {
          samples: 3,
          columns: [x, target],
          emit(e, [input, wanted]) {
            const lost = e.program.buffer("loss", "result", 4);
            const sigmoid: OpNode = { op: "activation", activation: "sigmoid", owner: "sigmoid" };
            const value = { shape: [5], data: input! };
            const scale = e.program.buffer("scale", "global", 64);
            const operands = { target: wanted!, scale, loss: lost, correct: undefined };
            const none = () => expect.unreachable("a sigmoid has no weights");
            if (fused) loss.emit(e, operands, value, "logits");
            else loss.emit(e, operands, emitNode(e, sigmoid, value, none)[0], "outputs");
            return { lost };
          },
        });
        return floats(results["lost"]!);
      };
      expectClose(await run(true), await run(false));
    });
  });
});
