// What needs the optional peer umap-js.
import { Conv2D, Dense, embed, Flatten, Input, Sequential, Trace } from "@heddle/core";
import { generateFashionSketch } from "@heddle/core/data";

export async function map() {
  const { train } = generateFashionSketch({ train: 40, test: 10, seed: 7 });
  const layers = [new Input([28, 28, 1]), new Conv2D(4, 3), new Flatten(), new Dense(10)];
  const trace = await Trace.open(new Sequential(layers, { seed: 1 }), { threads: 1 });
  try {
    const { points } = await embed(trace, train);
    return { points: points.length };
  } finally {
    trace.close();
  }
}
