// One op as training runs it, its forward and its backward calls as programs of their own.
import { Random } from "../../packages/core/dist/base/random.js";
import { sizeOf } from "../../packages/core/dist/base/shape.js";
import { trainingShards } from "../../packages/core/dist/compiler/compile.js";
import { layOut } from "../../packages/core/dist/engine/lay-out.js";
import { ProgramBuilder } from "../../packages/core/dist/engine/program-builder.js";
import { Emitter } from "../../packages/core/dist/ops/emitter.js";
import { emitNode, nodeMacs } from "../../packages/core/dist/ops/node.js";

/**
 * Loads an op into an engine and runs it once on random data, so that both programs find what they read.
 *
 * @returns for each direction the program and its multiply-adds for one sample in dense count: every product of the
 *   layer's definition, whatever the kernel saves; and the share of outputs above zero, which the sparse backward
 *   pass gains from
 */
export async function loadOp(engine, { node, input, inputGradient = true }, batchSize) {
  const weights = [node.kernel, node.bias].filter((weight) => weight !== undefined);
  const gradientBytes = weights.reduce((sum, { values }) => sum + values.byteLength, 0);
  const builder = new ProgramBuilder({
    name: node.owner,
    batchSize,
    shards: trainingShards(batchSize, gradientBytes),
    maxSteps: 1,
    threads: engine.threads,
  });
  const e = new Emitter(builder, { training: true, seed: 42 });
  const gradients = [];
  const parameter = ({ name, shape, values }) => {
    const bytes = values.byteLength;
    const address = engine.allocate(bytes, name);
    engine.write(address, values);
    const gradient = builder.buffer(`${name} gradient`, "global", bytes);
    gradients.push(gradient);
    const data = { name, scope: "global", bytes, address };
    return { name, shape, data, gradient: { buffer: gradient, offsetBytes: 0 } };
  };

  // Phases in the order in which they run; calls in the order in which ops emit them.
  const rows = builder.buffer("rows", "result", 4);
  const toForward = builder.phase("forward preparation", "tasks");
  const toBackward = builder.phase("backward preparation", "tasks");
  builder.phase("samples", "perShard");
  const x = e.value("input", input);
  builder.column(0, x.data);
  const [y, backward] = emitNode(e, node, x, parameter);
  const forwardPreparations = e.prepared.length;
  const dy = e.value("output gradient", y.shape);
  builder.column(1, dy.data);
  backward(dy.data, inputGradient ? e.value("input gradient", input).data : undefined);
  builder.phase("gradients", "tasks");
  for (const emit of e.reductions) emit();
  toForward();
  for (const emit of e.prepared.slice(0, forwardPreparations)) emit();
  toBackward();
  for (const emit of e.prepared.slice(forwardPreparations)) emit();

  const { program, addressOf } = layOut(builder, { id: engine.newId(), allocator: engine, rows });
  engine.load(program);
  await runOnce(engine, program, [
    noise(batchSize * sizeOf(input), 1).map((value) => Math.max(0, value)),
    noise(batchSize * sizeOf(y.shape), 2),
  ]);
  for (const gradient of gradients) {
    const values = floats(await engine.read(addressOf(gradient), gradient.bytes));
    if (!values.every(Number.isFinite) || !values.some((value) => value !== 0)) {
      throw new Error(`bench: ${gradient.name} of ${node.owner} is not what a gradient looks like`);
    }
  }
  const output = floats(await engine.read(addressOf(y.data), y.data.bytes));

  const macs = nodeMacs(node);
  const part = (preparation, pass, others) => {
    const made = only(program, engine.newId(), [preparation, "samples", ...others], pass);
    engine.load(made);
    return made;
  };
  return {
    active: output.filter((value) => value > 0).length / output.length,
    forward: { program: part("forward preparation", "forward", []), macs },
    backward: {
      program: part("backward preparation", "backward", ["gradients"]),
      macs: (inputGradient ? 2 : 1) * macs,
    },
  };
}

/** Some phases of a program, and of the samples' phase the calls of one pass; it gathers no data. */
function only(program, id, names, pass) {
  const phases = program.phases
    .filter(({ name }) => names.includes(name))
    .map((phase) =>
      "perShard" in phase
        ? { ...phase, gather: false, perShard: phase.perShard.filter((call) => call.pass === pass) }
        : phase,
    );
  return { ...program, id, phases, columns: [] };
}

async function runOnce(engine, program, columns) {
  const samples = program.batchSize;
  const data = engine.bind(columns.map((array) => new Uint8Array(array.buffer)));
  engine.write(
    program.rows,
    Int32Array.from({ length: samples }, (_, index) => index),
  );
  await engine.run({ program: program.id, data, samples, steps: 1, stepBase: 0 });
  engine.unbind(data);
}

/** Numbers within ±1. */
function noise(count, seed) {
  const random = new Random(seed, "split");
  return Float32Array.from({ length: count }, () => (random.below(65_537) - 32_768) / 32_768);
}

function floats(bytes) {
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}
