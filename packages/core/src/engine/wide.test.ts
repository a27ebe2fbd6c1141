import { beforeAll, describe, expect, it } from "vitest";
import { Engine } from "./engine.js";
import { fillOperands, hotKernels, type Kernels, resultOf, TRY_PAGES } from "./hot-kernels.js";
import { kernelTable } from "./kernel-table.js";
import { compileKernels } from "./kernels.js";
import { firstFault, resultsOf } from "./wide.js";

async function kernelsIn(memory: WebAssembly.Memory): Promise<Kernels> {
  const { module } = await compileKernels("strict", false);
  return (await WebAssembly.instantiate(module, { env: { memory } })).exports as unknown as Kernels;
}

describe("the try of hot kernels", () => {
  const memory = new WebAssembly.Memory({ initial: TRY_PAGES, maximum: 32768 });
  beforeAll(() => fillOperands(memory));

  it("passes kernels that give the same bits at every call", async () => {
    const kernels = await kernelsIn(memory);
    expect(firstFault(kernels, memory, resultsOf(kernels, memory))).toBeUndefined();
  });

  it.each(hotKernels.map(({ name }) => name))(
    "names %s when its optimised code gives another bit",
    async (name) => {
      const kernels = await kernelsIn(memory);
      let calls = 0;
      const planted: Kernels = {
        ...kernels,
        [name]: (...values) => {
          kernels[name]!(...values);
          calls++;
          // The last bit of one result.
          const first = new Int32Array(memory.buffer, values[0]!, 1);
          if (calls === 2) first[0]! ^= 1;
        },
      };
      expect(firstFault(planted, memory, resultsOf(kernels, memory))).toBe(`${name} gives other bits`);
    },
  );

  it("names a kernel that traps", async () => {
    const kernels = await kernelsIn(memory);
    const trapping: Kernels = {
      ...kernels,
      tanhForward: () => {
        throw new WebAssembly.RuntimeError("memory access out of bounds");
      },
    };
    expect(firstFault(trapping, memory, resultsOf(kernels, memory))).toBe(
      "tanhForward fails: memory access out of bounds",
    );
  });

  it("gives every kernel all of its operands, and results that depend on them", async () => {
    const kernels = await kernelsIn(memory);
    for (const kernel of hotKernels) {
      expect(kernel.values, kernel.name).toHaveLength(kernelTable[kernel.name].length);
      expect(kernel.values.every(Number.isFinite), kernel.name).toBe(true);
    }
    const results = resultsOf(kernels, memory);
    const untouched = resultOf(
      { tanhForward: () => {} },
      memory,
      hotKernels.find(({ name }) => name === "tanhForward")!,
    );
    expect(results).not.toContain(untouched);
  });
});

describe("an engine", () => {
  it("computes at 128 or 256 bits", async () => {
    const engine = await Engine.create({ threads: 1 });
    expect([128, 256]).toContain(engine.width);
    engine.close();
  });
});
