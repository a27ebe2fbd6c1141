import type { EpochLogs } from "@heddle/core/internal/callbacks/history.js";
import { describe, expect, it } from "vitest";
import type { ReportData, ReportFigure } from "./page-data.js";
import { renderReport } from "./render-report.js";
import { withTestLooks } from "./sections.js";

const sha256 = "0123456789abcdef".repeat(4);

function figureOf(title: string): ReportFigure {
  const draw = (theme: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg"><text>${title} ${theme}</text></svg>`;
  return { title, alt: `About ${title}`, svg: draw("light"), darkSvg: draw("dark") };
}

const epochs = [1, 2].map(
  (epoch): EpochLogs => ({
    epoch,
    loss: 0.5 / epoch,
    accuracy: 0.8 + 0.05 * epoch,
    valLoss: 0.4 / epoch,
    valAccuracy: 0.82 + 0.05 * epoch,
    learningRate: 0.0012345,
    seconds: 12.34,
    imagesPerSecond: 4862.4,
  }),
);

const full: ReportData = {
  title: "Fashion-MNIST",
  subtitle: "A small network",
  id: "2026-03-04-153012-fashion-mnist",
  finishedAt: "2026-03-04T15:33:40.000Z",
  notice: { title: "This is not a Fashion-MNIST result.", text: "The data was generated." },
  headline: [
    { label: "Test accuracy", value: "92.73%", note: "10,000 images" },
    { label: "Time", value: "3m28s" },
  ],
  dataset: {
    text: "Articles of clothing.",
    facts: [{ label: "Size", value: "28 × 28" }],
    figures: [figureOf("first 25"), figureOf("one of each")],
    tables: [
      { title: "Images of each class", head: ["Class", "Training"], rows: [["Bag", "6,000"]], numeric: [1] },
    ],
  },
  model: {
    layers: [
      { layer: "conv2d (Conv2D)", outputShape: "[batch, 26, 26, 16]", parameters: 160, macs: 97344 },
      { layer: "dense (Dense)", outputShape: "[batch, 10]", parameters: 46090, macs: 46080 },
    ],
  },
  training: { figures: [figureOf("accuracy")], epochs },
  result: {
    test: { accuracy: 0.9273, loss: 0.21041 },
    train: { accuracy: 0.9627, loss: 0.1, runningAccuracy: 0.947 },
    published: { source: "Published study", testAccuracy: 0.927, trainAccuracy: 0.942 },
  },
  evaluation: {
    testLooks: "The test images were looked at twice.",
    facts: [{ label: "Loss", value: "0.2104" }],
    figureGroups: [[figureOf("reliability")]],
    tables: [{ title: "Scores of each class", head: ["Class"], rows: [["Bag"]] }],
    aside: "Fitted in two folds.",
  },
  configuration: [{ title: "Engine", facts: [{ label: "Weights", value: sha256, code: true }] }],
  command: "heddle study fashion-mnist --seed 42",
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

/** The words of a part of the page, without its tags. */
function wordsOf(html: string, id: string): string {
  const part = html.match(new RegExp(`<section id="${id}".*?</section>`, "s"))?.[0] ?? "";
  return part.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
}

describe("renderReport", () => {
  const html = renderReport(full);

  it("opens with the result", () => {
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

  it("shows the dataset, the model and the training", () => {
    expect(wordsOf(html, "dataset")).toMatch(
      /Articles of clothing.*28 × 28.*first 25 light.*Images of each class.*6,000/,
    );
    expect(wordsOf(html, "model")).toMatch(
      /conv2d \(Conv2D\) \[batch, 26, 26, 16\] 160 97,344 .* Total 46,250 143,424/,
    );
    expect(wordsOf(html, "training")).toMatch(
      /accuracy light.*All 2 epochs in numbers.*2 0.2500 90.00% 0.2000 92.00% 0.00123 12.3 4,862/,
    );
    expect(html).toContain('role="img" aria-label="About first 25"');
  });

  it("sets the result beside the published one, and the gaps", () => {
    const words = wordsOf(html, "result");
    expect(words).toContain("Published study");
    expect(words).toMatch(/Test set 92\.73% – 0\.2104 92\.7%/);
    expect(words).toMatch(/evaluated 96\.27% 3\.54 points 0\.1000 –/);
    expect(words).toMatch(/while training 94\.70% 1\.97 points – 94\.2%/);
  });

  it("shows the evaluation, whose count of looks can be brought up to date", () => {
    expect(wordsOf(html, "evaluation")).toMatch(
      /The test images were looked at twice\. .*Loss 0\.2104 .*reliability light.*Scores of each class.*Fitted in two folds/,
    );
    const later = withTestLooks(html, "Looked at <3> times: $& more.");
    expect(wordsOf(later, "evaluation")).toContain("Looked at &lt;3&gt; times: $&amp; more.");
    expect(later).not.toContain("looked at twice");
    expect(withTestLooks("<p>none</p>", "x")).toBe("<p>none</p>");
  });

  it("names nobody's result when none is given", () => {
    const { published: _, ...result } = full.result!;
    const words = wordsOf(renderReport({ ...full, result }), "result");
    expect(words).not.toContain("94.2%");
    expect(words).toMatch(/Test set 92\.73% – 0\.2104 Training/);
  });

  it("ends with the configuration and the command", () => {
    expect(wordsOf(html, "configuration")).toContain(`Engine Weights ${sha256}`);
    expect(wordsOf(html, "reproduction")).toContain("heddle study fashion-mnist --seed 42");
  });

  it("leaves out what is not given", () => {
    const small = renderReport({ title: "Digits", id: "x" });
    expect(small).not.toMatch(/<section|role="note"|class="headline"|undefined|false/);
    expect(small).toContain("<h1>Digits</h1>");
    expect(firstUnbalanced(small)).toBeUndefined();
  });

  it("is well formed", () => {
    expect(html.startsWith("<!doctype html>")).toBe(true);
    expect(firstUnbalanced(html)).toBeUndefined();
    expect(firstUnbalanced("<p><b>x</p></b>")).toBe("</p>");
  });

  it("needs nothing from outside: no script, no address but the names of XML", () => {
    expect(html).not.toMatch(/<script|<link|<iframe|@import|javascript:/i);
    const addresses = [...html.matchAll(/(?:https?:)?\/\/[\w.-]+\.[a-z]{2,}[^"'\s)<]*/gi)].map(
      ([address]) => address,
    );
    expect(new Set(addresses)).toEqual(new Set(["http://www.w3.org/2000/svg"]));
    for (const [, source] of html.matchAll(/url\(([^)]{0,20})/g)) expect(source).toMatch(/^(data:|#)/);
    for (const [, target] of html.matchAll(/(?:href|src)="([^"]{0,20})/g))
      expect(target).toMatch(/^(data:|#)/);
  });

  it("escapes every text it is given", () => {
    const evil = `<script>alert('x')</script>"&`;
    const hostile = JSON.parse(
      JSON.stringify(full, (key, value) => (typeof value === "string" && !/svg/i.test(key) ? evil : value)),
    ) as ReportData;
    const page = renderReport(hostile);
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
