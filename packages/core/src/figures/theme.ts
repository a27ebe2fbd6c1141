/** The colours of figures: one set for light paper, one for dark screens. */
export interface Theme {
  readonly name: "light" | "dark";
  /** Behind the figure; opaque, so that a figure can be pasted anywhere. */
  readonly background: string;
  /** Titles and values. */
  readonly ink: string;
  /** Axis names and labels. */
  readonly muted: string;
  /** Grid lines and frames. */
  readonly line: string;
  /** What the model has learnt from. */
  readonly training: string;
  /** What it is judged by. */
  readonly test: string;
  /** Smallest to largest value of a heat map: even steps in lightness, one hue. */
  readonly heat: readonly string[];
}

// Weld yellow-orange and indigo, after the dyes: they differ in lightness and on the blue-yellow axis, so
// that the common colour blindnesses (red-green) keep them apart. Both reach 4.5:1 on their background, because figures
// write values in them.

/** For light paper. */
export const light: Theme = {
  name: "light",
  background: "#ffffff",
  ink: "#1a2136",
  muted: "#596178",
  line: "#e3e6ee",
  training: "#ad6200",
  test: "#2f4aa8",
  heat: ["#f5f7fc", "#d3dcf4", "#a3b5e6", "#6d86d0", "#4059b4", "#26398c"],
};

/** For dark screens. */
export const dark: Theme = {
  name: "dark",
  background: "#12161f",
  ink: "#eceff6",
  muted: "#9aa3b8",
  line: "#2a3040",
  training: "#f2a541",
  test: "#8fabff",
  heat: ["#181d2a", "#232e55", "#32468a", "#4a66c0", "#7391e8", "#b3c6ff"],
};

/** The typeface of figures and reports: Public Sans (SIL Open Font License). */
export const fontFamily = "Public Sans";

/** Where Public Sans is not installed, the system's own sans serif. */
export const fontStack = `${fontFamily}, system-ui, -apple-system, Segoe UI, Roboto, sans-serif`;

/** Sizes of text in pixels at the figure's own size. */
export const textSizes = { title: 16, label: 12.5, small: 11.5 } as const;
