import { cloth } from "@heddle/core/internal/figures/cloth.js";
import {
  command,
  contents,
  escapeHtml,
  factGroups,
  facts,
  figures,
  paragraph,
  section,
  table,
} from "./html.js";
import type { HeadlineNumber, Page, PageHeader, PageSection } from "./page.js";
import { fontFaces, style } from "./style.js";

/** What tells a page of Heddle's from others. */
export const GENERATOR = '<meta name="generator" content="Heddle">';

/**
 * Renders a page as one HTML file that needs no network and no script. Light or dark by the reader's preference,
 * readable on a phone and on paper.
 *
 * @example
 * renderPage({ kind: "Heddle data report", title: "Fashion-MNIST", id: "fashion-mnist", sections });
 */
export function renderPage(page: Page): string {
  const sections = page.sections
    .map((part) => ({ ...part, html: pageSection(part) }))
    .filter(({ html }) => html !== "");
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    GENERATOR,
    `<title>${escapeHtml(page.title)} · ${escapeHtml(page.kind)} ${escapeHtml(page.id)}</title>`,
    `<style>${fontFaces()}${style}</style>`,
    "</head>",
    "<body>",
    cloth(page.weightsSha256),
    '<div class="sheet">',
    pageHeader(page),
    contents(sections),
    "<main>",
    ...sections.map(({ html }) => html),
    "</main>",
    "</div>",
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function pageSection({ id, title, tables = [], ...content }: PageSection): string {
  const amongFigures = tables.filter((one) => one.amongFigures);
  const others = tables.filter((one) => !one.amongFigures);
  return section(id, title, [
    paragraph(content.text),
    facts(content.facts),
    factGroups(content.factGroups),
    command(content.command),
    figures(content.figures, amongFigures.map(table)),
    ...others.map(table),
    paragraph(content.aside, "aside"),
  ]);
}

function pageHeader({ kind, title, subtitle, id, finishedAt, notice, headline = [] }: PageHeader): string {
  const time = finishedAt === undefined ? "" : timeElement(finishedAt);
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

function timeElement(iso: string): string {
  const [date, clock = ""] = iso.split("T");
  return `<time datetime="${escapeHtml(iso)}">${escapeHtml(`${date} ${clock.slice(0, 5)} UTC`)}</time>`;
}

function headlineItem({ label, value, note }: HeadlineNumber): string {
  const below = note === undefined ? "" : `<span class="note">${escapeHtml(note)}</span>`;
  return `<li><b>${escapeHtml(value)}</b><span class="label">${escapeHtml(label)}</span>${below}</li>`;
}
