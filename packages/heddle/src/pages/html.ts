import { textSizes } from "@heddle/core/internal/figures/theme.js";
import type { Fact, FactGroup, PageFigure, PageTable } from "./page.js";

/** Below this number of sections, a page needs no list of them. */
const FEW_SECTIONS = 4;

/** Text for the inside of an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

export function paragraph(text: string | undefined, className = ""): string {
  if (text === undefined) return "";
  return `<p${className && ` class="${className}"`}>${escapeHtml(text)}</p>`;
}

/** A description list: labels next to values. */
export function facts(list: readonly Fact[] | undefined): string {
  if (list === undefined || list.length === 0) return "";
  const rows = list.map(({ label, value, code }) => {
    const shown = code ? `<code>${escapeHtml(value)}</code>` : escapeHtml(value);
    return `<div><dt>${escapeHtml(label)}</dt><dd>${shown}</dd></div>`;
  });
  return `<dl>${rows.join("")}</dl>`;
}

/** Description lists under headings of their own. */
export function factGroups(groups: readonly FactGroup[] = []): string {
  const shown = groups.filter((group) => group.facts.length > 0);
  if (shown.length === 0) return "";
  const parts = shown.map((group) => `<div><h3>${escapeHtml(group.title)}</h3>${facts(group.facts)}</div>`);
  return `<div class="groups">${parts.join("\n")}</div>`;
}

/** A command that one click selects whole. */
export function command(text: string | undefined): string {
  return text === undefined ? "" : `<pre><code>${escapeHtml(text)}</code></pre>`;
}

/** A part that scrolls sideways where the page is too narrow for it, by keyboard, too. */
function scrolling(label: string, content: string): string {
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(label)}">${content}</div>`;
}

/** A table that scrolls sideways where the page is narrow. */
export function table({ title, head, rows, numeric = [], total, foldedUnder }: PageTable): string {
  const cells = (tag: "th" | "td", row: readonly string[]) =>
    row
      .map((cell, column) => {
        const scope = tag === "th" ? ' scope="col"' : "";
        return `<${tag}${scope}${numeric.includes(column) ? ' class="number"' : ""}>${escapeHtml(cell)}</${tag}>`;
      })
      .join("");
  const body = rows.map((row, index) => {
    const isTotal = total && index === rows.length - 1;
    return `<tr${isTotal ? ' class="total"' : ""}>${cells("td", row)}</tr>`;
  });
  const whole = scrolling(
    title,
    [
      "<table>",
      `<caption>${escapeHtml(title)}</caption>`,
      `<thead><tr>${cells("th", head)}</tr></thead>`,
      `<tbody>${body.join("")}</tbody>`,
      "</table>",
    ].join(""),
  );
  return foldedUnder === undefined
    ? whole
    : `<details><summary>${escapeHtml(foldedUnder)}</summary>${whole}</details>`;
}

/** No text is drawn smaller, in pixels. */
const SMALLEST_TEXT = 9;

/** The smallest width that a drawing has: its smallest text is then still readable. On a narrower page it scrolls. */
function smallestWidth(svg: string): number {
  const width = Number(/<svg[^>]* width="([\d.]+)"/.exec(svg)?.[1] ?? 0);
  const sizes = [...svg.matchAll(/font-size(?:="|:\s*)([\d.]+)/g)].map(([, size]) => Number(size));
  return Math.ceil((SMALLEST_TEXT / Math.min(textSizes.small, ...sizes)) * width);
}

/** Figures side by side where there is room, then tables on the same grid. The browser shows the drawing of its theme. */
export function figures(list: readonly PageFigure[] = [], tables: readonly string[] = []): string {
  if (list.length === 0) return tables.join("\n");
  const drawn = list.map(({ title, alt, svg, darkSvg }) => {
    const smallest = smallestWidth(svg);
    const drawing = (theme: string, content: string) =>
      `<div class="drawing ${theme}" style="min-width:${smallest}px" role="img" aria-label="${escapeHtml(alt)}">${content}</div>`;
    return `<figure>${scrolling(title, `${drawing("light", svg)}${drawing("dark", darkSvg)}`)}</figure>`;
  });
  return `<div class="figures">${[...drawn, ...tables].join("")}</div>`;
}

/** A section with its heading at its side; nothing when it has no content. */
export function section(id: string, title: string, content: readonly string[]): string {
  const shown = content.filter((part) => part !== "");
  if (shown.length === 0) return "";
  const anchor = escapeHtml(id);
  return `<section id="${anchor}" aria-labelledby="${anchor}-title"><h2 id="${anchor}-title">${escapeHtml(title)}</h2><div class="content">${shown.join("\n")}</div></section>`;
}

/** Links to the sections of a page; nothing where there are few. */
export function contents(sections: readonly { readonly id: string; readonly title: string }[]): string {
  if (sections.length < FEW_SECTIONS) return "";
  const links = sections.map(
    ({ id, title }) => `<li><a href="#${escapeHtml(id)}">${escapeHtml(title)}</a></li>`,
  );
  return `<nav aria-label="Contents"><ul>${links.join("")}</ul></nav>`;
}
