import type { Fact, ReportFigure, ReportTable } from "./page-data.js";

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

/** A description list: labels beside values. */
export function facts(list: readonly Fact[] | undefined): string {
  if (list === undefined || list.length === 0) return "";
  const rows = list.map(({ label, value, code }) => {
    const shown = code ? `<code>${escapeHtml(value)}</code>` : escapeHtml(value);
    return `<div><dt>${escapeHtml(label)}</dt><dd>${shown}</dd></div>`;
  });
  return `<dl>${rows.join("")}</dl>`;
}

/** A table that scrolls sideways where the page is narrow. Its last row is a total when `total` says so. */
export function table(
  { title, head, rows, numeric = [] }: ReportTable,
  options: { total?: boolean } = {},
): string {
  const cells = (tag: "th" | "td", row: readonly string[]) =>
    row
      .map((cell, column) => {
        const scope = tag === "th" ? ' scope="col"' : "";
        return `<${tag}${scope}${numeric.includes(column) ? ' class="number"' : ""}>${escapeHtml(cell)}</${tag}>`;
      })
      .join("");
  const body = rows.map((row, index) => {
    const last = options.total && index === rows.length - 1;
    return `<tr${last ? ' class="total"' : ""}>${cells("td", row)}</tr>`;
  });
  return [
    '<div class="scroll"><table>',
    `<caption>${escapeHtml(title)}</caption>`,
    `<thead><tr>${cells("th", head)}</tr></thead>`,
    `<tbody>${body.join("")}</tbody>`,
    "</table></div>",
  ].join("");
}

/**
 * Figures side by side where there is room, then a table in the same raster. The browser shows the drawing of
 * its own theme.
 */
export function figures(list: readonly ReportFigure[] | undefined, beside = ""): string {
  if (list === undefined || list.length === 0) return beside;
  const drawn = list.map(({ alt, svg, darkSvg }) => {
    const drawing = (theme: string, content: string) =>
      `<div class="drawing ${theme}" role="img" aria-label="${escapeHtml(alt)}">${content}</div>`;
    return `<figure>${drawing("light", svg)}${drawing("dark", darkSvg)}</figure>`;
  });
  return `<div class="figures">${drawn.join("")}${beside}</div>`;
}

/** A section with its heading beside it; nothing when it has no content. */
export function section(id: string, title: string, content: readonly string[]): string {
  const shown = content.filter((part) => part !== "");
  if (shown.length === 0) return "";
  return `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${escapeHtml(title)}</h2><div class="content">${shown.join("\n")}</div></section>`;
}
