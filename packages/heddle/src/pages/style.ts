import { readFileSync } from "node:fs";
import { customProperties, pagePalette } from "@heddle/core/internal/figures/page-palette.js";
import { fontFamily } from "@heddle/core/internal/figures/theme.js";
import { fontFiles } from "../rendering/fonts.js";

/** The bundled font, embedded in the page, so that a report looks the same without the font and without a network. */
export function fontFaces(): string {
  return fontFiles()
    .map(({ weight, path }) => {
      const source = `url(data:font/ttf;base64,${readFileSync(path, "base64")}) format("truetype")`;
      return `@font-face{font-family:"${fontFamily}";font-weight:${weight};font-display:block;src:${source}}`;
    })
    .join("\n");
}

/** The look of a page: light or dark by the reader's preference, always light on paper. */
export const style = `
:root {
  color-scheme: light dark; ${customProperties(pagePalette.light)}
}
@media screen and (prefers-color-scheme: dark) {
  :root { ${customProperties(pagePalette.dark)} }
  .drawing.light { display: none; }
}
@media print, (prefers-color-scheme: light) { .drawing.dark { display: none; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 400 1rem/1.6 "Public Sans", system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
.cloth { display: block; }
.cloth .warp { fill: var(--warp); } .cloth .weft { fill: var(--weft); }
.sheet { max-width: 80rem; margin: 0 auto; padding: 0 2rem 5rem; }
header { padding: 3.5rem 0 3rem; }
.origin { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin: 0 0 1.75rem; color: var(--muted); font-size: .875rem; }
.origin strong { color: var(--accent); font-weight: 600; }
h1 { margin: 0; font-size: clamp(2rem, 5vw, 3rem); line-height: 1.1; font-weight: 600; letter-spacing: -.022em; text-wrap: balance; }
.subtitle { margin: .75rem 0 0; color: var(--muted); font-size: 1.125rem; max-width: 46rem; }
.notice {
  margin: 2.25rem 0 0; padding: 1.25rem 1.5rem; background: var(--warn); color: var(--warn-ink);
  border: 1px solid var(--warn-line); border-left-width: .5rem; border-radius: .375rem;
}
.notice strong { display: block; font-size: 1.25rem; font-weight: 600; line-height: 1.35; }
.notice p { margin: .375rem 0 0; }
.headline { display: flex; flex-wrap: wrap; gap: 2rem 3rem; margin: 2.75rem 0 0; padding: 0; list-style: none; }
.headline b { display: block; font-weight: 600; font-size: 1.75rem; line-height: 1.2; letter-spacing: -.015em; }
.headline li:first-child { flex-basis: 100%; }
.headline li:first-child b { font-size: clamp(3rem, 13vw, 7rem); line-height: .95; letter-spacing: -.03em; color: var(--accent); }
.headline .label { display: block; font-size: .9375rem; }
.headline li:first-child .label { margin-top: .75rem; font-size: 1.125rem; }
.headline .note { display: block; color: var(--muted); font-size: .875rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: 0; padding: 0 0 1.5rem; list-style: none; font-size: .9375rem; }
a { color: var(--accent); }
section { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: 0 2.5rem; padding: 2.5rem 0; border-top: 1px solid var(--line); }
h2 { margin: 0; font-size: 1.125rem; line-height: 1.4; font-weight: 600; align-self: start; position: sticky; top: 1.5rem; }
h3 { margin: 0 0 .5rem; font-size: .9375rem; font-weight: 600; }
.content > * + * { margin-top: 1.75rem; }
p { margin: 0; max-width: 42rem; text-wrap: pretty; }
.aside { color: var(--muted); font-size: .875rem; }
dl { margin: 0; font-size: .9375rem; }
dl div { display: grid; grid-template-columns: minmax(8rem, 11rem) minmax(0, 1fr); gap: 0 1.5rem; padding: .3125rem 0; }
dt { color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .8125rem; }
.hash { overflow-wrap: anywhere; }
.groups { display: grid; gap: 2rem 3rem; }
/* Shadows at the edges where more can be scrolled to: covers that move with the content hide them at its ends. */
.scroll {
  --ground: var(--page); --cover: color-mix(in srgb, var(--ground) 0%, transparent); overflow-x: auto;
  background:
    linear-gradient(to right, var(--ground) 30%, var(--cover)) left / 2.5rem 101% no-repeat local,
    linear-gradient(to left, var(--ground) 30%, var(--cover)) right / 2.5rem 101% no-repeat local,
    linear-gradient(to right, var(--shadow), transparent) left / 1rem 100% no-repeat scroll,
    linear-gradient(to left, var(--shadow), transparent) right / 1rem 100% no-repeat scroll;
}
figure > .scroll { --ground: var(--card); }
table { width: 100%; max-width: 48rem; border-collapse: collapse; font-size: .9375rem; }
caption { text-align: left; font-weight: 600; padding: 0 0 .5rem; }
th, td { padding: .4375rem 1.25rem .4375rem 0; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--line); }
th { color: var(--muted); font-weight: 400; font-size: .875rem; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; letter-spacing: -.025em; }
.number:first-child { text-align: left; }
.total td { border-bottom: 0; font-weight: 600; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 23rem), 1fr)); gap: 1.25rem; align-items: start; }
.figures > :first-child:nth-last-child(3) { grid-row: span 2; }
.figures > .scroll { padding: .5rem .5rem 0; }
figure { margin: 0; padding: .5rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
.drawing > svg { display: block; max-width: 100%; height: auto; }
/* The card has the same colour, and shows the shadows of what scrolls. */
.drawing > svg > rect:first-of-type { fill: none; }
details { border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
details > .scroll { padding-bottom: 1rem; }
details caption { display: none; }
summary { padding: .625rem 0; cursor: pointer; font-size: .9375rem; font-weight: 600; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
pre { margin: 0; padding: 1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; font-size: .875rem; line-height: 1.6; }
@media (max-width: 56rem) {
  .sheet { padding: 0 1.125rem 3rem; }
  header { padding: 2.25rem 0 2rem; }
  section { grid-template-columns: minmax(0, 1fr); gap: 1rem; padding: 1.75rem 0; }
  h2 { position: static; font-size: 1.375rem; letter-spacing: -.01em; }
  .headline { gap: 1.5rem 2rem; }
}
@media (max-width: 36rem) {
  dl div { grid-template-columns: minmax(0, 1fr); padding: .375rem 0; }
  dt { font-size: .8125rem; }
  .headline li:not(:first-child) { flex-basis: calc(50% - 1rem); }
  table { font-size: .875rem; }
  th, td { padding-right: .875rem; }
  td:not(:first-child) { white-space: nowrap; }
  figure { padding: .25rem; }
  caption { max-width: calc(100vw - 2.25rem); }
}
@media print {
  @page { margin: 16mm 15mm; }
  body { background: none; font-size: 10pt; }
  .sheet { max-width: none; padding: 0; }
  nav { display: none; }
  .scroll { overflow: visible; background: none; }
  .drawing { min-width: 0 !important; }
  header { padding: 8mm 0 6mm; }
  .headline li:first-child b { font-size: 54pt; }
  /* Blocks break between pages where they may; the rows of a grid would overlap and be split. */
  section, .figures, .groups { display: block; }
  .groups > div + div { margin-top: 6mm; }
  section { padding: 6mm 0; }
  h2 { position: static; margin-bottom: 3mm; font-size: 14pt; break-after: avoid; }
  figure, p, tr, dl div, .notice, pre, .groups > div { break-inside: avoid; }
  .content > .scroll:not(:has(tr:nth-child(25))) { break-inside: avoid; }
  #model, #result, #reproduction { break-inside: avoid; }
  th, td { padding-top: .25rem; padding-bottom: .25rem; }
  table, dl { font-size: 9pt; }
  thead, caption, h3, .content > p:first-child, summary { break-after: avoid; }
  .figures > * { display: inline-block; width: calc(50% - 2mm); margin: 0 2mm 4mm 0; vertical-align: top; }
  .figures > :only-child { width: 100%; }
  /* A page has room for any figure, with the heading and the text above it. */
  .drawing > svg { max-height: 195mm; }
  .cloth, .notice, figure { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  details::details-content { content-visibility: visible; height: auto; }
  summary { list-style: none; }
}
`;
