import type { OptionRules } from "../../base/known-options.js";
import { whole, wholeFromTo } from "../../base/rules.js";

/** The options of {@link generateFashionSketch}. */
export interface FashionSketchOptions {
  /**
   * How many training images to draw.
   *
   * @defaultValue 12_000
   */
  readonly train?: number;
  /**
   * How many test images to draw.
   *
   * @defaultValue 2_000
   */
  readonly test?: number;
  /**
   * A whole number from 0. Different seeds draw different clothes.
   *
   * @defaultValue 7
   */
  readonly seed?: number;
}

/** More images than this are a typing error: 2^24 of them take 12 GiB. */
const MOST_IMAGES = 0x1000000;

/** What each option must be. */
export const SKETCH_RULES: OptionRules<FashionSketchOptions> = {
  train: wholeFromTo(1, MOST_IMAGES),
  test: wholeFromTo(1, MOST_IMAGES),
  seed: whole(0),
};
