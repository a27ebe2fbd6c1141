// Pages as a reader sees them in a real browser: on a phone, and with a keyboard.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runInChromium } from "../tools/reproducibility/in-chromium.mjs";
import { hasChromium, NEEDS_CHROMIUM } from "./chromium.js";
import { TINY, Workspace } from "./cli.js";

/** The narrowest phones that many people have. */
const WIDTH = 390;

/** Runs in the browser: shows the page in a frame as wide as a phone, and measures it. */
const MEASURE = `
  const frame = document.createElement("iframe");
  Object.assign(frame, { width, height: 800, srcdoc: html });
  await new Promise((resolve) => { frame.onload = resolve; document.body.append(frame); });
  const page = frame.contentDocument;
  for (const folded of page.querySelectorAll("details")) folded.open = true;
  const shown = [...page.querySelectorAll(".drawing > svg")].filter((svg) => svg.getBoundingClientRect().width > 0);
  const texts = shown.flatMap((svg) => {
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    return [...svg.querySelectorAll("text")].map((text) => {
      const { fontSize, fontFamily } = getComputedStyle(text);
      return { size: scale * parseFloat(fontSize), font: fontFamily.replaceAll('"', "") };
    });
  });
  // The title is the boldest text that is highest.
  const titles = shown.map((svg) => {
    const bold = [...svg.querySelectorAll("text")].filter((text) => parseFloat(getComputedStyle(text).fontSize) === 16);
    return (bold[0].getBoundingClientRect().left - svg.getBoundingClientRect().left) * svg.viewBox.baseVal.width / svg.getBoundingClientRect().width;
  });
  const scrolling = [...page.querySelectorAll("*")].filter((part) =>
    part.scrollWidth > part.clientWidth + 1 && ["auto", "scroll"].includes(getComputedStyle(part).overflowX));
  return {
    pageWidth: page.documentElement.scrollWidth,
    figures: shown.length,
    smallest: Math.min(...texts.map(({ size }) => size)),
    fonts: [...new Set(texts.map(({ font }) => font))],
    titles,
    scrolling: scrolling.map((part) => ({
      label: part.getAttribute("aria-label"),
      role: part.getAttribute("role"),
      tabIndex: part.tabIndex,
      shadows: getComputedStyle(part).backgroundAttachment,
      scrolls: (part.focus(), page.activeElement === part),
    })),
    missing: [...page.querySelectorAll("nav a")].map((a) => a.getAttribute("href")).filter((href) => !page.querySelector(href)),
    links: page.querySelectorAll("nav a").length,
  };`;

describe.skipIf(!hasChromium)(`a run's report on a phone ${NEEDS_CHROMIUM}`, () => {
  const work = new Workspace();

  it("has text of 9 pixels or more, parts that scroll by keyboard, and one font and left edge in its figures", async () => {
    expect((await work.heddle([...TINY, "--quiet"])).code).toBe(0);
    const html = readFileSync(join(work.runs()[0]!, "report.html"), "utf8");
    const literal = JSON.stringify(html).replaceAll("<", "\\u003c");
    const found = await runInChromium(`const html = ${literal}; const width = ${WIDTH}; ${MEASURE}`, {
      isolated: false,
    });
    expect(found.pageWidth).toBeLessThanOrEqual(WIDTH);
    expect(found.figures).toBeGreaterThan(5);
    expect(found.smallest).toBeGreaterThanOrEqual(9);
    expect(found.fonts).toEqual([expect.stringMatching(/^Public Sans, /)]);
    for (const left of found.titles) expect(left).toBeCloseTo(20, -0.5);
    expect(found.scrolling.length).toBeGreaterThan(2);
    for (const part of found.scrolling) {
      expect(part).toEqual({
        label: expect.stringMatching(/./),
        role: "region",
        tabIndex: 0,
        shadows: "local, local, scroll, scroll",
        scrolls: true,
      });
    }
    expect([found.missing, found.links > 5]).toEqual([[], true]);
  });
});
