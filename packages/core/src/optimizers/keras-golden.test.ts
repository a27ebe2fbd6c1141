// Optimizers, schedules, constraints and initializers against real Keras: tools/golden/optimizers.py wrote the values.
import { describe, expect, it } from "vitest";
import { againstKeras, type Comparison, readGolden } from "../base/golden.testing.js";
import type { JsonObject } from "../base/json.js";
import { Random } from "../base/random.js";
import { serialize } from "../base/registry.js";
import { type Shape, sizeOf } from "../base/shape.js";
import { emitTask, emitUpdate } from "../compiler/update.js";
import { constraints } from "../constraints/index.js";
import type { Engine } from "../engine/engine.js";
import { layOut } from "../engine/lay-out.js";
import { type Buffer, ProgramBuilder } from "../engine/program-builder.js";
import { initializers } from "../initializers/index.js";
import { at } from "../ops/emitter.js";
import { onEachVariant } from "../ops/op-lab.testing.js";
import { Weight } from "../ops/weight.js";
import { schedules } from "../schedules/index.js";
import { MAX_SCALARS, type Optimizer, optimizers } from "./index.js";

interface Saved {
  readonly class_name: string;
  readonly config: JsonObject;
}

type Values = Readonly<Record<string, readonly number[]>>;

interface Golden {
  readonly keras: string;
  readonly shapes: Readonly<Record<string, Shape>>;
  readonly start: Values;
  readonly gradients: readonly Values[];
  readonly optimizers: readonly (Saved & { readonly steps: readonly Values[]; readonly final?: Values })[];
  readonly scheduleSteps: readonly number[];
  readonly schedules: readonly (Saved & { readonly rates: readonly number[] })[];
  readonly constraints: readonly (Saved & {
    readonly shape: Shape;
    readonly before: readonly number[];
    readonly after: readonly number[];
  })[];
  readonly initializers: readonly (Saved & {
    readonly shape: Shape;
    readonly mean: number;
    readonly deviation: number;
    readonly low: number;
    readonly high: number;
  })[];
}

const golden = readGolden<Golden>("optimizers");

/** Checks that our options have Keras's values, as far as Keras has them. */
function expectSameConfig(own: JsonObject, theirs: JsonObject, unlike: readonly string[] = ["seed"]): void {
  const compared = Object.keys(own).filter((name) => !unlike.includes(name));
  for (const name of compared) {
    // A learning rate is an f32 in Keras.
    if (typeof own[name] === "number") expect(own[name], name).toBeCloseTo(theirs[name] as number, 6);
    else if (name !== "learning_rate") expect(own[name], name).toEqual(theirs[name]);
  }
  expect(compared.length === 0 || compared.some((name) => name in theirs)).toBe(true);
}

/** Weights in one block of an engine's memory, further arrays of its size, and programs that work on them. */
class Block {
  readonly weights: readonly Weight[];
  readonly addresses = new Map<Weight, number>();
  readonly floats: number;
  readonly address: number;

  constructor(
    private readonly engine: Engine,
    values: Values,
    shapes: Readonly<Record<string, Shape>>,
  ) {
    this.weights = Object.entries(values).map(
      ([name, numbers]) =>
        new Weight({ name, shape: shapes[name]!, initial: () => Float32Array.from(numbers) }),
    );
    let floats = 0;
    const offsets = this.weights.map(({ shape }) => {
      const offset = floats;
      floats += 16 * Math.ceil(sizeOf(shape) / 16);
      return offset;
    });
    this.floats = floats;
    this.address = engine.allocate(4 * floats, "weights");
    this.weights.forEach((weight, index) => {
      this.addresses.set(weight, this.address + 4 * offsets[index]!);
    });
    this.write(this.address, values);
  }

  array(what: string): number {
    return this.engine.allocate(4 * this.floats, what);
  }

  write(address: number, values: Values): void {
    for (const weight of this.weights) {
      const place = address + this.addresses.get(weight)! - this.address;
      this.engine.write(place, Float32Array.from(values[weight.name]!));
    }
  }

  async read(address: number): Promise<Record<string, Float32Array>> {
    const read = this.weights.map(async (weight) => {
      const place = address + this.addresses.get(weight)! - this.address;
      const bytes = await this.engine.read(place, 4 * sizeOf(weight.shape));
      return [weight.name, new Float32Array(bytes.buffer)] as const;
    });
    return Object.fromEntries(await Promise.all(read));
  }

  /** Loads a program of one step; returns a function that runs it with a row of scalars. */
  async program(emit: (builder: ProgramBuilder, scalars: Buffer) => void) {
    const { engine } = this;
    const options = { name: "updates", batchSize: 1, shards: 1, maxSteps: 1, threads: engine.threads };
    const builder = new ProgramBuilder(options);
    const rows = builder.buffer("rows", "result", 4);
    const scalars = builder.buffer("scalars", "step", 4 * MAX_SCALARS);
    emit(builder, scalars);
    const { program, addressOf } = layOut(builder, { id: engine.newId(), allocator: engine, rows });
    engine.load(program);
    const data = engine.bind([new Uint8Array(4)]);
    return async (row: readonly number[]) => {
      engine.write(program.rows, new Int32Array(1));
      if (row.length > 0) engine.write(addressOf(scalars), Float32Array.from(row));
      await engine.run({ program: program.id, data, samples: 1, steps: 1, stepBase: 0 });
    };
  }
}

async function runUpdates(
  engine: Engine,
  optimizer: Optimizer,
  example: Golden["optimizers"][number],
  compare: Comparison,
) {
  const block = new Block(engine, golden.start, golden.shapes);
  const gradients = block.array("gradients");
  const slots = Array.from({ length: optimizer.slots + (optimizer.useEma ? 1 : 0) }, () =>
    block.array("slot"),
  );
  const step = await block.program((builder, scalars) => {
    const { address, floats, addresses, weights } = block;
    const gradientBlock: Buffer = {
      ...{ name: "gradients", scope: "global", bytes: 4 * floats, address: gradients },
    };
    emitUpdate(builder, {
      ...{ optimizer, weights, places: { addresses, trainable: { address, floats } } },
      ...{ gradients: gradientBlock, slots, scalars: at(scalars, 0) },
    });
  });
  for (const [index, expected] of example.steps.entries()) {
    block.write(gradients, golden.gradients[index]!);
    await step(optimizer.stepScalars(index + 1, optimizer.schedule.rate(index, example.steps.length)));
    compareValues(compare, `weights: step ${index + 1}`, await block.read(block.address), expected);
  }
  if (optimizer.useEma) compareValues(compare, "averages", await block.read(slots.at(-1)!), example.final!);
}

function compareValues(
  compare: Comparison,
  what: string,
  actual: Readonly<Record<string, Float32Array>>,
  expected: Values,
): void {
  for (const [name, values] of Object.entries(expected)) compare(what, actual[name], values);
}

/** An example without what Keras computed. */
const saved = ({ class_name, config }: { readonly class_name: string; readonly config: JsonObject }) => ({
  class_name,
  config,
});

describe(`Keras ${golden.keras}`, () => {
  onEachVariant("optimizers and constraints", (engine) => {
    it.each(
      golden.optimizers.map((example, number) => [`${number} ${example.class_name}`, example] as const),
    )("an optimizer steps as it does: %s", async (id, example) => {
      const optimizer = optimizers.deserialize("golden", saved(example));
      const place = { part: "optimizers", row: example.class_name, kernels: engine().variant };
      await runUpdates(engine(), optimizer, example, againstKeras({ ...place, id }));
    });

    it.each(
      golden.constraints.map((example, number) => [`${number} ${example.class_name}`, example] as const),
    )("a constraint projects as it does: %s", async (id, example) => {
      const constraint = constraints.deserialize("golden", saved(example));
      constraint.check("golden", example.shape);
      const block = new Block(engine(), { w: example.before }, { w: example.shape });
      const weight = { ...block.weights[0]!, constraint };
      const step = await block.program((builder) => {
        const w: Buffer = { name: "w", scope: "global", bytes: 4 * block.floats, address: block.address };
        builder.phase("constraints", "tasks");
        emitTask(builder, "golden", "update", [constraint.project(at(w, 0), weight.shape)]);
      });
      await step([]);
      const place = { part: "constraints", row: example.class_name, kernels: engine().variant };
      compareValues(againstKeras({ ...place, id }), "projections", await block.read(block.address), {
        w: example.after,
      });
      expect(example.after).not.toEqual(example.before);
    });
  });

  it.each(golden.optimizers)("an optimizer's options are Keras's: $class_name $config", (example) => {
    const optimizer = optimizers.deserialize("golden", saved(example));
    expect(optimizer.className).toBe(example.class_name);
    expectSameConfig(optimizer.getConfig(), example.config);
    const again = optimizers.deserialize("golden", serialize(optimizer));
    expect(again.getConfig()).toEqual(optimizer.getConfig());
  });

  it.each(golden.schedules)("a schedule has its rates: $class_name $config", (example) => {
    const schedule = schedules.deserialize("golden", saved(example));
    expectSameConfig(schedule.getConfig(), example.config);
    const rates = golden.scheduleSteps.map((step) => schedule.rate(step, 1));
    const id = JSON.stringify(example.config);
    againstKeras({ part: "schedules", row: example.class_name, id })("rates", rates, example.rates);
  });

  it.each(golden.constraints)("a constraint's options are Keras's: $class_name $config", (example) => {
    expectSameConfig(constraints.deserialize("golden", saved(example)).getConfig(), example.config);
  });

  it.each(golden.initializers)(
    "an initializer has its distribution: $class_name $config $shape",
    (example) => {
      const initializer = initializers.deserialize("golden", saved(example));
      expect(initializer.className).toBe(example.class_name);
      // Keras forgets the gain of an Identity.
      const unlike = example.class_name === "Identity" ? ["gain"] : ["seed"];
      expectSameConfig(initializer.getConfig(), example.config, unlike);
      const values = initializer.initialize(example.shape, new Random(1, "initializer", 3));
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      const { deviation } = example;
      // Both sides are samples: the mean of n draws is within a few deviations / √n.
      expect(Math.abs(mean - example.mean)).toBeLessThanOrEqual(
        (8 * deviation) / Math.sqrt(values.length) + 1e-7,
      );
      expect(Math.abs(Math.sqrt(square) - deviation)).toBeLessThanOrEqual(0.03 * deviation + 1e-7);
      const bounded = !/RandomNormal|Orthogonal/.test(example.class_name);
      const margin = (bounded ? 0.02 : 1.2) * deviation + 1e-7;
      const untruncated = example.config["distribution"] === "untruncated_normal";
      const [low, high] = values.reduce(
        ([l, h], value) => [Math.min(l!, value), Math.max(h!, value)],
        [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
      ) as [number, number];
      expect(Math.abs(low - example.low)).toBeLessThanOrEqual(untruncated ? 1.2 * deviation : margin);
      expect(Math.abs(high - example.high)).toBeLessThanOrEqual(untruncated ? 1.2 * deviation : margin);
    },
  );
});
