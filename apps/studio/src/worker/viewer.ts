import { classProbabilities, type Model, modelFromJson } from "@heddle/core";
import { classNamesOf } from "@heddle/core/internal/network/class-probabilities.js";
import { inRange } from "@heddle/core/internal/pictures/in-range.js";
import { pictureInput } from "@heddle/core/internal/pictures/picture-input.js";
import { readPictureSource } from "@heddle/core/internal/pictures/picture-source.js";
import type { Classified, Explained } from "./protocol";

/** A copy of the model that is trained, on one thread of its own, so that pictures are classified while it trains. */
export class Viewer {
  private readonly copy: Model;

  constructor(model: Model) {
    this.copy = modelFromJson("Studio", model.toJson(), { seed: model.seed });
    this.copy.compile({ threads: 1 });
    this.update(model.weights.map((weight) => weight.read()));
  }

  /** Takes the weights of a step. */
  update(values: readonly Float32Array[]): void {
    this.copy.setWeights(this.copy.weights.map(({ shape }, index) => ({ shape, values: values[index]! })));
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

  /** A picture's way through the model. */
  async explain(picture: Pick<Classified, "input" | "classes">): Promise<Explained> {
    // Loaded when it is needed: most visits look at no layers.
    const { explain } = await import("./explain");
    return explain(this.copy, picture);
  }

  dispose(): void {
    this.copy.dispose();
  }
}
