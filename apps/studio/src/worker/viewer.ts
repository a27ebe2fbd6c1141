import { classProbabilities, type Model, modelFromJson } from "@heddle/core";
import type { ImageSet } from "@heddle/core/data";
import { classNamesOf } from "@heddle/core/internal/network/class-probabilities.js";
import { inRange } from "@heddle/core/internal/pictures/in-range.js";
import { pictureInput } from "@heddle/core/internal/pictures/picture-input.js";
import { readPictureSource } from "@heddle/core/internal/pictures/picture-source.js";
import { firstLayer } from "./first-layer";
import type { Nearest } from "./nearest";
import type { PastWeights } from "./past-weights";
import type { FirstLayer } from "./protocol";
import type { Classified, Explained, Hidden, UnitAsk } from "./protocol-explain";

/** A copy of the model that is trained, on one thread of its own, so that pictures are classified while it trains. */
export class Viewer {
  private readonly copy: Model;
  /** Counts the weights that it was given. */
  private version = 0;
  /** The index of the training images, and the weights that it was made with. */
  private nearest: { readonly version: number; readonly index: Promise<Nearest | undefined> } | undefined;

  /** @param past the weights after each epoch, of a model that is trained here */
  constructor(
    model: Model,
    private readonly past?: PastWeights,
  ) {
    this.copy = modelFromJson("Studio", model.toJson(), { seed: model.seed });
    this.copy.compile({ threads: 1 });
    this.update(model.weights.map((weight) => weight.read()));
  }

  /** Takes the weights of a step. */
  update(values: readonly Float32Array[]): void {
    this.version++;
    this.copy.setWeights(this.copy.weights.map(({ shape }, index) => ({ shape, values: values[index]! })));
  }

  /** The weights of its first layer as pictures. */
  firstLayer(): FirstLayer | undefined {
    return firstLayer(this.copy);
  }

  async classify(picture: ImageData | Blob): Promise<Classified> {
    const { copy } = this;
    const [height, width, channels] = copy.inputShape as [number, number, number];
    const invert = copy.pictures?.invertLight ?? false;
    const raw = await readPictureSource(picture);
    const { pixels, empty, inverted } = pictureInput(raw, { height, width, channels }, { invert });
    const input = {
      images: pixels,
      labels: new Uint8Array(1),
      count: 1,
      shape: [height, width, channels] as const,
    };
    const outputs = await copy.predict({ ...input, images: inRange(pixels, copy.pictures?.range) });
    const probabilities = classProbabilities(copy, outputs);
    const classes = classNamesOf(copy)
      .map((label, index) => ({ label, probability: probabilities[index]! }))
      .sort((a, b) => b.probability - a.probability);
    return { classes, input, empty, inverted };
  }

  /** A picture's way through the model. @param ask a unit to take apart */
  async explain(
    picture: Pick<Classified, "input" | "classes">,
    ask: UnitAsk | undefined,
  ): Promise<Explained> {
    // Loaded when it is needed: most visits look at no layers.
    const { explain } = await import("./explain");
    return explain(this.copy, picture, { ask, past: this.past });
  }

  /** How much the answer depends on each part of a picture. */
  async hide(picture: Pick<Classified, "input" | "classes">): Promise<Hidden> {
    const { hide } = await import("./explain");
    return hide(this.copy, picture);
  }

  /**
   * The images that the model sees as most like a picture, by their numbers.
   *
   * @returns undefined for a model that cannot say, and when the weights have changed meanwhile
   */
  async nearestTo(
    picture: Pick<Classified, "input">,
    { images, count }: { readonly images: ImageSet; readonly count: number },
  ): Promise<readonly number[] | undefined> {
    const [{ imageOf }, { Nearest }] = await Promise.all([import("./explain"), import("./nearest")]);
    const { version } = this;
    if (this.nearest?.version !== version) {
      this.forgetNearest();
      const index = Nearest.of(this.copy, images, () => this.version === version);
      this.nearest = { version, index };
    }
    return (await this.nearest.index)?.to(imageOf(this.copy, picture), count);
  }

  private forgetNearest(): void {
    void this.nearest?.index.then((index) => index?.dispose());
    this.nearest = undefined;
  }

  dispose(): void {
    this.version++;
    this.forgetNearest();
    this.copy.dispose();
  }
}
