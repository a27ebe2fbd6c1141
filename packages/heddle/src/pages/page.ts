import { cloth } from "./cloth.js";
import { escapeHtml, facts, figures, paragraph, section, table } from "./html.js";
import type { HeadlineNumber, PageHeader, PageSection } from "./page-data.js";
import { fontFaces, style } from "./style.js";

/**
 * One HTML page that needs nothing beside it: no network, no script. Light and dark by the reader's preference,
 * readable on a phone and on paper.
 *
 * @example
 * renderPage({ kind: "Heddle data report", title: "Fashion-MNIST", id: "fashion-mnist", sections });
 */
export function renderPage(page: PageHeader & { readonly sections: readonly PageSection[] }): string {
  return pageOf(page, page.sections.map(pageSection));
}

function pageSection({
  id,
  title,
  text,
  facts: list,
  figures: drawn,
  tables = [],
  aside,
}: PageSection): string {
  return section(id, title, [
    paragraph(text),
    facts(list),
    figures(drawn),
    ...tables.map((one) => table(one)),
    paragraph(aside, "aside"),
  ]);
}

/**
 * A page around sections that are HTML already.
 *
 * @param weightsSha256 the band of cloth at the head is woven from it, where there is one
 */
export function pageOf(header: PageHeader, sections: readonly string[], weightsSha256?: string): string {
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="generator" content="Heddle">',
    `<title>${escapeHtml(header.title)} · ${escapeHtml(header.kind)} ${escapeHtml(header.id)}</title>`,
    `<style>${fontFaces()}${style}</style>`,
    "</head>",
    "<body>",
    cloth(weightsSha256),
    '<div class="sheet">',
    headerOf(header),
    "<main>",
    ...sections.filter(Boolean),
    "</main>",
    "</div>",
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function headerOf({ kind, title, subtitle, id, finishedAt, notice, headline = [] }: PageHeader): string {
  const time = finishedAt === undefined ? "" : timeOf(finishedAt);
  return [
    "<header>",
    `<p class="origin"><strong>${escapeHtml(kind)}</strong><span>${escapeHtml(id)}</span>${time}</p>`,
    `<h1>${escapeHtml(title)}</h1>`,
    paragraph(subtitle, "subtitle"),
    notice &&
      `<div class="notice" role="note"><strong>${escapeHtml(notice.title)}</strong>${paragraph(notice.text)}</div>`,
    headline.length > 0 && `<ul class="headline">${headline.map(headlineItem).join("")}</ul>`,
    "</header>",
  ]
    .filter(Boolean)
    .join("\n");
}

function timeOf(iso: string): string {
  const [date, clock = ""] = iso.split("T");
  return `<time datetime="${escapeHtml(iso)}">${escapeHtml(`${date} ${clock.slice(0, 5)} UTC`)}</time>`;
}

function headlineItem({ label, value, note }: HeadlineNumber): string {
  const below = note === undefined ? "" : `<span class="note">${escapeHtml(note)}</span>`;
  return `<li><b>${escapeHtml(value)}</b><span class="label">${escapeHtml(label)}</span>${below}</li>`;
}
