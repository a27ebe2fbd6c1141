import type { FigureAbout } from "./chart.js";

/** A figure that has been drawn, for light paper and for dark screens. */
export interface Figure extends FigureAbout {
  /** A whole SVG document with an opaque background. */
  readonly svg: string;
  /** The same for a dark screen. */
  readonly darkSvg: string;
}
