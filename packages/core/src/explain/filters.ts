import type { Network } from "../network/network.js";
import type { Tiles } from "./tiles.js";

/** The kernels of a convolution as small pictures. */
export interface Filters {
  /** Name of the layer. */
  readonly layer: string;
  /** Its class, such as `Conv2D`. */
  readonly className: string;
  /** Name of the weight: `conv2d/kernel`. */
  readonly weight: string;
  /** Input channels of each filter. */
  readonly inputs: number;
  /** Number of filters. */
  readonly filters: number;
  /** One picture for each input channel and filter: `[inputs, filters]`, each R × S. */
  readonly tiles: Tiles;
}

/**
 * The kernels of every convolution of a model, in the layers' order: weights `[R, S, C, K]` as C × K pictures of R × S.
 * A separable convolution has two.
 *
 * @example
 * filtersOf(model)[0]!.tiles.count; // 16, for Conv2D(16, 3) on grey images
 */
export function filtersOf(model: Network): Filters[] {
  return model.layers.flatMap((layer) =>
    layer.weights
      .filter(({ shape }) => shape.length === 4)
      .map((weight): Filters => {
        const [height, width, inputs, filters] = weight.shape as readonly [number, number, number, number];
        const kernel = weight.read();
        const values = new Float32Array(kernel.length);
        const count = inputs * filters;
        for (let pixel = 0; pixel < height * width; pixel++) {
          for (let one = 0; one < count; one++) {
            values[one * height * width + pixel] = kernel[pixel * count + one]!;
          }
        }
        const { name, className } = layer;
        const tiles = { height, width, count, values };
        return { layer: name, className, weight: weight.name, inputs, filters, tiles };
      }),
  );
}
