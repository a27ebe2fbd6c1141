/** The colours of a page by their names in CSS, without the `--`. */
export type PageColours = Readonly<Record<string, string>>;

/** The colours of reports and of the studio: one set for light screens and paper, one for dark screens. */
export const pagePalette: { readonly light: PageColours; readonly dark: PageColours } = {
  light: {
    page: "#f4f5f9",
    card: "#ffffff",
    ink: "#1a2136",
    muted: "#596178",
    line: "#dfe3ec",
    soft: "#eceff6",
    shadow: "#1a213659",
    accent: "#2f4aa8",
    warp: "#2f4aa8",
    weft: "#cfd7ee",
    "warn-ink": "#5c2c00",
    warn: "#ffe9cc",
    "warn-line": "#cf7500",
  },
  dark: {
    page: "#0b0e15",
    card: "#12161f",
    ink: "#eceff6",
    muted: "#9aa3b8",
    line: "#262c3a",
    soft: "#1a1f2b",
    shadow: "#9aa3b880",
    accent: "#8fabff",
    warp: "#6d8cf0",
    weft: "#232b40",
    "warn-ink": "#ffd9a3",
    warn: "#33230d",
    "warn-line": "#f2a541",
  },
};

/** Colours as custom properties of CSS: `--page: #f4f5f9; …`. */
export function customProperties(colours: PageColours): string {
  return Object.entries(colours)
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(" ");
}
