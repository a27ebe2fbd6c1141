import { type Model, modelFromJson, type Samples, Trace } from "@heddle/core";
import type { ImageSet } from "@heddle/core/data";
import type { Json, JsonObject } from "@heddle/core/internal/base/json.js";
import { lastHiddenLayer } from "@heddle/core/internal/explain/embedding.js";
import { copyBody, jsonWithNewHead } from "@heddle/core/internal/model/new-head.js";

/**
 * How many numbers are kept of each image: those of the last hidden layer, which may be thousands, times a random matrix.
 * Distances stay about the same (Johnson and Lindenstrauss), and the nearest of them are then measured exactly.
 */
const KEPT = 64;
const SHORTLIST = 100;
/** Images that are predicted at a time: in between the work can be given up. */
const AT_ONCE = 4096;

/** The training images that a model sees as most like a picture: by the values of its last hidden layer. */
export class Nearest {
  private constructor(
    private readonly model: Model,
    private readonly projection: Model,
    private readonly images: ImageSet,
    private readonly rows: Float32Array,
  ) {}

  /**
   * Reads all images through the model.
   *
   * @param isWanted asked from time to time: newer weights make the work worthless
   * @returns undefined for a model that does not end in a dense layer, and when nobody wants it any more
   */
  static async of(model: Model, images: ImageSet, isWanted: () => boolean): Promise<Nearest | undefined> {
    const projection = projectionOf(model);
    if (!projection) return undefined;
    const rows = new Float32Array(images.count * KEPT);
    const size = images.images.length / images.count;
    for (let first = 0; first < images.count; first += AT_ONCE) {
      const count = Math.min(AT_ONCE, images.count - first);
      const part = images.images.subarray(first * size, (first + count) * size);
      rows.set(await projection.predict({ images: part, count, shape: images.shape }), first * KEPT);
      if (isWanted()) continue;
      projection.dispose();
      return undefined;
    }
    return new Nearest(model, projection, images, rows);
  }

  /** The numbers of the nearest images, the nearest first. */
  async to(picture: Samples, count: number): Promise<readonly number[]> {
    const row = await this.projection.predict(picture);
    const likely = smallest(this.images.count, SHORTLIST, (image) => {
      let sum = 0;
      for (let at = 0; at < KEPT; at++) sum += (this.rows[image * KEPT + at]! - row[at]!) ** 2;
      return sum;
    });
    const hidden = lastHiddenLayer(this.model);
    if (hidden === undefined) return likely.slice(0, count);
    const own = await this.hiddenValues(hidden, picture, likely);
    const length = own.length / (likely.length + 1);
    const order = smallest(likely.length, count, (place) => {
      let sum = 0;
      for (let at = 0; at < length; at++) sum += (own[(place + 1) * length + at]! - own[at]!) ** 2;
      return sum;
    });
    return order.map((place) => likely[place]!);
  }

  dispose(): void {
    this.projection.dispose();
  }

  /** What the hidden layer makes of the picture, and then of some images. */
  private async hiddenValues(
    layer: string,
    picture: Samples,
    chosen: readonly number[],
  ): Promise<Float32Array> {
    const { images, shape, count } = this.images;
    const size = images.length / count;
    // The picture's numbers may be floats.
    const rows = new Float32Array((chosen.length + 1) * size);
    rows.set(picture.images);
    chosen.forEach((image, place) => {
      rows.set(images.subarray(image * size, (image + 1) * size), (place + 1) * size);
    });
    const trace = await Trace.open(this.model, { threads: 1 });
    try {
      const { values } = await trace.run(
        { images: rows, count: chosen.length + 1, shape },
        { layers: [layer] },
      );
      return values.get(layer)!;
    } finally {
      trace.close();
    }
  }
}

/** The model with random weights in the place of its last dense layer, and without what follows; undefined where it has none. */
function projectionOf(model: Model): Model | undefined {
  try {
    const json = jsonWithNewHead(model, KEPT);
    const projection = modelFromJson("Nearest", withoutActivation(json), { seed: 1 });
    copyBody(model, projection);
    projection.compile({});
    return projection;
  } catch {
    return undefined;
  }
}

/** The same with its last layer linear. */
function withoutActivation(json: JsonObject): JsonObject {
  const config = json["config"] as JsonObject;
  const layers = [...(config["layers"] as readonly Json[])] as JsonObject[];
  const last = layers.at(-1)!;
  layers[layers.length - 1] = {
    ...last,
    config: { ...(last["config"] as JsonObject), activation: "linear" },
  };
  return { ...json, config: { ...config, layers } };
}

/** The numbers from 0 with the smallest values, the smallest first. */
function smallest(count: number, most: number, sizeOf: (index: number) => number): number[] {
  const found: { readonly index: number; readonly value: number }[] = [];
  for (let index = 0; index < count; index++) {
    const value = sizeOf(index);
    if (found.length === most && value >= found.at(-1)!.value) continue;
    const at = found.findIndex((one) => value < one.value);
    found.splice(at < 0 ? found.length : at, 0, { index, value });
    if (found.length > most) found.pop();
  }
  return found.map(({ index }) => index);
}
