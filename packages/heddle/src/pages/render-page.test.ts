import { describe, expect, it } from "vitest";
import { figures } from "./html.js";
import type { Page, PageFigure } from "./page.js";
import { renderPage } from "./render-page.js";

const sha256 = "0123456789abcdef".repeat(4);

function figureOf(title: string): PageFigure {
  const draw = (theme: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg"><text>${title} ${theme}</text></svg>`;
  return { title, alt: `About ${title}`, svg: draw("light"), darkSvg: draw("dark") };
}

/** A page with everything that a page may have. */
const full: Page = {
  kind: "Heddle run report",
  title: "Fashion-MNIST",
  subtitle: "A small network",
  id: "2026-03-04-153012-fashion-mnist",
  finishedAt: "2026-03-04T15:33:40.000Z",
  notice: { title: "This is not a Fashion-MNIST result.", text: "The data was generated." },
  headline: [
    { label: "Test accuracy", value: "92.73%", note: "10,000 images" },
    { label: "Time", value: "3m28s" },
  ],
  sections: [
    {
      id: "dataset",
      title: "Dataset",
      text: "Articles of clothing.",
      facts: [{ label: "Size", value: "28 × 28" }],
      figures: [figureOf("first 25"), figureOf("one of each")],
      tables: [
        { title: "Splits", head: ["Split"], rows: [["Test"]] },
        {
          title: "Images of each class",
          head: ["Class", "Training"],
          rows: [
            ["Bag", "6,000"],
            ["Total", "6,000"],
          ],
          numeric: [1],
          total: true,
          amongFigures: true,
        },
      ],
      aside: "Counted byte for byte.",
    },
    {
      id: "training",
      title: "Training",
      tables: [
        {
          title: "Epochs",
          head: ["Epoch"],
          rows: [["1"]],
          numeric: [0],
          foldedUnder: "All epochs in numbers",
        },
      ],
    },
    {
      id: "configuration",
      title: "Configuration",
      factGroups: [
        { title: "Engine", facts: [{ label: "Weights", value: sha256, code: true }] },
        { title: "Nothing", facts: [] },
      ],
      command: "heddle study fashion-mnist --seed 42",
    },
    { id: "empty", title: "Empty" },
  ],
  weightsSha256: sha256,
};

/** Every tag that opens must close, in order: names the first that does not. */
function firstUnbalanced(html: string): string | undefined {
  const open: string[] = [];
  const tags = html
    .replace(/<style>.*?<\/style>/s, "")
    .matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*?)(\/?)>/gi);
  for (const [tag, closing, name, , selfClosing] of tags) {
    if (selfClosing || ["meta", "br"].includes(name!)) continue;
    if (!closing) open.push(name!);
    else if (open.pop() !== name) return tag;
  }
  return open.at(-1);
}

/** The words of a section, without its tags. */
function wordsOf(html: string, id: string): string {
  const part = html.match(new RegExp(`<section id="${id}".*?</section>`, "s"))?.[0] ?? "";
  return part.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
}

describe("renderPage", () => {
  const html = renderPage(full);

  it("opens with title, notice and headline", () => {
    const header = html.match(/<header>.*<\/header>/s)![0];
    for (const text of [
      "Fashion-MNIST",
      "A small network",
      full.id,
      "2026-03-04 15:33 UTC",
      "92.73%",
      "10,000 images",
    ]) {
      expect(header).toContain(text);
    }
    expect(header).toMatch(/role="note".*This is not a Fashion-MNIST result\..*The data was generated\./s);
  });

  it("shows the parts of a section in order, and a table among the figures on request", () => {
    expect(wordsOf(html, "dataset")).toMatch(
      /Articles of clothing.*28 × 28.*first 25 light.*one of each light.*Images of each class.*Bag 6,000 Total 6,000 Splits.*Test.*Counted byte for byte/,
    );
    expect(html).toContain('role="img" aria-label="About first 25"');
    expect(html).toMatch(/<tr class="total"><td>Total/);
  });

  it("folds a table under its summary", () => {
    expect(html).toMatch(/<details><summary>All epochs in numbers<\/summary>.*<caption>Epochs<\/caption>/s);
  });

  it("shows groups of facts and a command to copy, and no group without facts", () => {
    expect(wordsOf(html, "configuration")).toContain(
      `Engine Weights ${sha256} heddle study fashion-mnist --seed 42`,
    );
    expect(html).not.toContain("Nothing");
  });

  it("shows neither parts that are not set nor sections without content", () => {
    expect(html).not.toContain('id="empty"');
    const small = renderPage({ kind: "Heddle data report", title: "Digits", id: "x", sections: [] });
    expect(small).not.toMatch(/<section|role="note"|class="headline"|undefined|false/);
    expect(small).toContain("<h1>Digits</h1>");
    expect(firstUnbalanced(small)).toBeUndefined();
  });

  it("lists the sections that it shows at the top, where there are four or more", () => {
    expect(html).not.toContain("<nav");
    const another = { id: "result", title: "Result & more", text: "Good." };
    const long = renderPage({ ...full, sections: [...full.sections, another] });
    expect(long).toMatch(/<\/header>\n<nav aria-label="Contents">.*<\/nav>\n<main>/s);
    expect([...long.matchAll(/<a href="#([^"]*)">([^<]*)</g)].map(([, id, title]) => [id, title])).toEqual([
      ["dataset", "Dataset"],
      ["training", "Training"],
      ["configuration", "Configuration"],
      ["result", "Result &amp; more"],
    ]);
  });

  it("lets tables and figures be scrolled by keyboard, under their titles", () => {
    for (const title of ["Splits", "first 25"]) {
      expect(html).toContain(`<div class="scroll" tabindex="0" role="region" aria-label="${title}">`);
    }
  });

  it.each([
    ['<text font-size="10px">a</text><text style="font-size: 16px">b</text>', 720],
    ["<text>a</text>", 627],
  ])("leaves no text of a figure below 9 pixels: %s", (texts, width) => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="9">${texts}</svg>`;
    expect(figures([{ title: "map", alt: "A map", svg, darkSvg: svg }])).toContain(`min-width:${width}px`);
  });

  it("writes well-formed HTML", () => {
    expect(html.startsWith("<!doctype html>")).toBe(true);
    expect(firstUnbalanced(html)).toBeUndefined();
    expect(firstUnbalanced("<p><b>x</p></b>")).toBe("</p>");
  });

  it("loads nothing: it has no script, and no address except XML's namespaces", () => {
    expect(html).not.toMatch(/<script|<link|<iframe|@import|javascript:/i);
    const addresses = [...html.matchAll(/(?:https?:)?\/\/[\w.-]+\.[a-z]{2,}[^"'\s)<]*/gi)].map(
      ([address]) => address,
    );
    expect(new Set(addresses)).toEqual(new Set(["http://www.w3.org/2000/svg"]));
    for (const [, source] of html.matchAll(/url\(([^)]{0,20})/g)) expect(source).toMatch(/^(data:|#)/);
    for (const [, target] of html.matchAll(/(?:href|src)="([^"]{0,20})/g))
      expect(target).toMatch(/^(data:|#)/);
  });

  it("escapes every text", () => {
    const evil = `<script>alert('x')</script>"&`;
    const hostile = JSON.parse(
      JSON.stringify(full, (key, value) => (typeof value === "string" && !/svg/i.test(key) ? evil : value)),
    ) as Page;
    const page = renderPage(hostile);
    expect(page).not.toContain("<script>");
    expect(page).toContain("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;");
    expect(firstUnbalanced(page)).toBeUndefined();
  });

  it("follows the reader's preference for dark, and is light on paper", () => {
    expect(html).toContain("@media screen and (prefers-color-scheme: dark)");
    expect(html).toContain("@media print");
    expect(html).toMatch(/class="drawing light".*first 25 light.*class="drawing dark".*first 25 dark/s);
  });
});
