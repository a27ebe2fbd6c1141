import type { ClassProbability } from "../runtime/classifier.js";
import { element } from "./element.js";

/** How many classes are shown. */
const SHOWN = 5;

/** The likeliest classes as bars, and the picture as the model sees it. */
export class Results {
  private readonly list = element("results");
  private readonly spoken = element("spoken");
  private readonly view = element("view");
  private readonly seen = element<HTMLCanvasElement>("seen");

  constructor(private readonly shape: readonly [number, number, number]) {
    [this.seen.height, this.seen.width] = shape;
    this.clear();
  }

  clear(): void {
    this.list.replaceChildren();
    this.spoken.textContent = "Draw, drop, paste or choose a picture.";
    this.view.hidden = true;
  }

  /**
   * @param classes likeliest first
   * @param pixels the model's input, `[H, W, C]`, 0..255
   */
  show(classes: readonly ClassProbability[], pixels: Uint8Array): void {
    const shown = classes.slice(0, SHOWN);
    this.list.replaceChildren(...shown.map((one) => this.row(one)));
    const [first] = shown;
    this.spoken.textContent = `${first!.label}, ${percent(first!.probability)}`;
    this.draw(pixels);
  }

  private row({ label, probability }: ClassProbability): HTMLElement {
    const row = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = label;
    const value = document.createElement("span");
    value.textContent = percent(probability);
    const bar = document.createElement("i");
    bar.style.inlineSize = `${100 * probability}%`;
    row.append(name, value, bar);
    return row;
  }

  private draw(pixels: Uint8Array): void {
    const [height, width, channels] = this.shape;
    const image = new ImageData(width, height);
    const colours = channels > 2 ? 3 : 1;
    for (let at = 0; at < width * height; at++) {
      for (let colour = 0; colour < 3; colour++) {
        image.data[4 * at + colour] = pixels[at * channels + (colours === 3 ? colour : 0)]!;
      }
      image.data[4 * at + 3] = channels > colours ? pixels[at * channels + colours]! : 255;
    }
    this.seen.getContext("2d")!.putImageData(image, 0, 0);
    this.view.hidden = false;
  }
}

function percent(probability: number): string {
  return `${(100 * probability).toFixed(1)}%`;
}
