// The studio in a real browser, as `heddle studio` serves it and as static files.
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { type Browser, chromium as driver, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeZip } from "../packages/interchange/dist/containers/zip.js";
import { chromium } from "../tools/reproducibility/in-chromium.mjs";
import { hasChromium, NEEDS_CHROMIUM } from "./chromium.js";
import { type Running, Workspace } from "./cli.js";
import { looks, newPage, PATIENCE, weights } from "./studio-page.js";

/** What everyone may wait for until the page can be used, without data. */
const FIRST_LOAD_BYTES = 250_000;

const PHOTOS = fileURLToPath(new URL("../examples/photos", import.meta.url));

const work = new Workspace();
let server: Running;
let url: string;

beforeAll(async () => {
  server = work.start(["studio", "clothes", "--no-open", "--port", "0"]);
  await server.printed("http://");
  url = /http:\S+/.exec(server.stdout)![0];
});

/** The status and the text of an answer. */
function ask(path: string, { method = "GET", ...headers }: Record<string, string> = {}) {
  const { hostname, port } = new URL(url);
  return new Promise<{ status: number; headers: Record<string, unknown>; text: string }>(
    (resolve, reject) => {
      request({ hostname, port, path, method, headers }, async (answer) => {
        let text = "";
        for await (const chunk of answer) text += chunk;
        resolve({ status: answer.statusCode!, headers: answer.headers, text });
      })
        .on("error", reject)
        .end();
    },
  );
}

describe("heddle studio", () => {
  it("serves the page isolated, and tells it what it gives", async () => {
    const { pathname } = new URL(url);
    const page = await ask(pathname);
    expect(page.status).toBe(200);
    expect(page.headers).toMatchObject({
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "document-isolation-policy": "isolate-and-require-corp",
      "content-security-policy": expect.stringContaining("default-src 'none'"),
    });
    expect(page.text).toContain('<meta name="heddle-server"');
    const state = await ask(`${pathname}api/state.json`);
    expect(JSON.parse(state.text)).toEqual({ datasets: [{ id: "clothes", title: "clothes" }] });
  });

  it("refuses other hosts, other origins, other methods, a wrong secret, and everything that it was not given", async () => {
    const { pathname, host } = new URL(url);
    const status = async (path: string, headers: Record<string, string> = {}) =>
      (await ask(path, headers)).status;
    expect(await status(pathname, { host: "heddle.example" })).toBe(403);
    expect(await status(pathname, { host, origin: "http://heddle.example" })).toBe(403);
    expect(await status(pathname, { host, "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await status(pathname, { host, origin: `http://${host}` })).toBe(200);
    expect(await status(pathname, { method: "POST" })).toBe(405);
    // Only a page of its own writes, and only what a run has.
    const put = { method: "PUT", host, origin: `http://${host}` };
    expect(await status(`${pathname}api/runs/a/run.json`, { method: "PUT" })).toBe(405);
    expect(await status(`${pathname}api/runs/a/run.json`, { ...put, origin: "http://heddle.example" })).toBe(
      403,
    );
    expect(await status(`${pathname}api/state.json`, put)).toBe(405);
    for (const path of ["a/page.html", "a/../../run.json", "..%2Fa/run.json", ".a/run.json", "a/model/"])
      expect(await status(`${pathname}api/runs/${path}`, put), path).toBe(404);
    expect((await ask("/")).text).toContain("Open the address that heddle studio printed");
    // A secret may end in x.
    const other = pathname.at(-2) === "x" ? "y" : "x";
    expect(await status(`${pathname.slice(0, -2)}${other}/`)).toBe(403);
    for (const path of [
      "api/data/other",
      "api/data/../../package.json",
      "../cli/main.js",
      "%2e%2e/cli/main.js",
    ]) {
      expect(await status(`${pathname}${path}`), path).toBeGreaterThanOrEqual(403);
    }
  });
});

describe.skipIf(!hasChromium)(`the studio in Chromium ${NEEDS_CHROMIUM}`, () => {
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    browser = await driver.launch({ executablePath: chromium!, args: ["--no-sandbox", "--lang=en-US"] });
    page = await opened();
  });
  afterAll(() => browser?.close());

  async function opened(): Promise<Page> {
    const one = await newPage(browser, faults);
    one.on("console", (said) => {
      if (said.type() === "error") faults.push(said.text());
    });
    return one;
  }

  it("trains what it shows at the press of its only button, to the bits of the command that it names", async () => {
    const sizes: Promise<number>[] = [];
    page.on("response", (answer) => {
      // The code of the engine's threads is made on the page, and is not loaded.
      if (!/^blob:|\/api\//.test(answer.url()))
        sizes.push(answer.body().then((body) => gzipSync(body).length));
    });
    await page.goto(`${url}#/train?epochs=3`);
    await expect.poll(() => page.getByRole("listitem").count(), PATIENCE).toBe(25);
    const button = page.getByRole("button", {
      name: /^Train: about \d+ s on this machine \(\d+ threads?\)$/,
    });
    await button.waitFor({ timeout: 30_000 });
    expect((await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)).toBeLessThan(FIRST_LOAD_BYTES);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(await looks(page)).toEqual([]);
    await button.click();
    const hash = await weights(page);

    await page.getByRole("button", { name: "Take a test image" }).click();
    await expect
      .poll(() => page.getByRole("list", { name: "Answers" }).getByRole("listitem").count(), PATIENCE)
      .toBe(3);
    await page.getByText("Settings", { exact: true }).click();
    expect(await looks(page)).toEqual([]);
    // What it has learnt, and back to the weights after the first epoch.
    await page.getByRole("img", { name: "Conv2D: the weights of 16 filters, 3 × 3 each" }).waitFor(PATIENCE);
    const known = page.getByText(/^After epoch 3: \d+ of 200 test images named right\.$/);
    await known.waitFor();
    const matrix = page.getByRole("table", { name: "Which class was taken for which" });
    const last = await matrix.textContent();
    const slider = page.getByRole("slider", { name: "Weights after an epoch" });
    await slider.press("Home");
    await page.getByText("The weights after epoch 1", { exact: true }).waitFor();
    await page.getByText(/^After epoch 1: /).waitFor();
    expect(await matrix.textContent()).not.toBe(last);
    await slider.press("End");
    await known.waitFor();
    const mistakes = page.getByRole("region", { name: "Most confident mistakes" });
    expect(await mistakes.getByRole("listitem").first().textContent()).toMatch(/\d+%\s*labelled /);
    const command = (await page.locator("pre").textContent())!
      .replace("heddle ", "")
      .replaceAll("'", "")
      .split(" ");
    const { stdout } = await work.heddle([...command, "--quiet", "--json"]);
    expect(hash).toBe(JSON.parse(stdout.trim().split("\n").at(-1)!).metrics.weights.sha256);

    // The run that this made, in a studio of its own.
    const other = work.start(["studio", "latest", "--no-open", "--port", "0"]);
    await other.printed("http://");
    const run = await opened();
    await run.goto(/http:\S+/.exec(other.stdout)![0]);
    expect(await run.locator("[data-weights]").textContent({ timeout: 30_000 })).toBe(hash);
    await run.context().close();
    other.child.kill("SIGINT");
    expect((await other.finished).code).toBe(0);
  }, 120_000);

  it("leads from a mistake to its images, changes a label there, and trains again with it", async () => {
    const before = await weights(page);
    await page.getByRole("link", { name: /^Most confused: / }).click();
    const images = page.getByRole("checkbox");
    await images.first().waitFor(PATIENCE);
    const count = await images.count();
    expect(count).toBeGreaterThan(0);
    expect(await looks(page)).toEqual([]);
    await images.first().check();
    await page.getByRole("button", { name: "Set the label" }).click();
    await expect.poll(() => images.count(), PATIENCE).toBe(count - 1);
    await page.getByText("1 relabelled").waitFor();
    await page.goBack();
    await page.goForward();
    await page.getByRole("link", { name: "Training images" }).click();
    await page.getByRole("link", { name: "Back to the table" }).click();
    const wrong = page.getByRole("link", { name: /taken for/ }).first();
    await wrong.waitFor({ timeout: 30_000 });
    expect(await looks(page)).toEqual([]);
    await wrong.click();
    await images.first().check();
    await page.getByRole("button", { name: "Drop" }).click();
    await page.getByText("1 relabelled, 1 dropped").waitFor();
    // Step by step back, and forth again by keyboard.
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await page.getByText("1 relabelled", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await page.getByText("No changes", { exact: true }).waitFor();
    await page.keyboard.press("Control+Shift+Z");
    await page.keyboard.press("Control+Shift+Z");
    await page.getByText("1 relabelled, 1 dropped").waitFor();
    await page.getByRole("button", { name: "Train again with these changes" }).click();
    const difference = page.getByText(
      /than the model before \(95% interval .+ to .+\), .+McNemar’s test, p|The same images right/,
    );
    await difference.waitFor({ timeout: 60_000 });
    expect(await weights(page)).not.toBe(before);
    await page.getByRole("link", { name: "Evaluate" }).click();
    await difference.waitFor(PATIENCE);
    await page.getByRole("table", { name: "Calibration" }).waitFor();
    // Nobody had asked the model before about the training images.
    await page.getByRole("link", { name: "Training images" }).click();
    await page.getByText(/of 599 training images are named right/).waitFor(PATIENCE);
    await difference.waitFor();
  }, 120_000);

  it("shows a picture's way through the layers, and where the model looks", async () => {
    await page.getByRole("link", { name: "Explain" }).click();
    await page.getByRole("heading", { name: /^What speaks for / }).waitFor({ timeout: 30_000 });
    const names = await page.getByRole("heading", { level: 2 }).allTextContents();
    expect(names).toEqual(
      expect.arrayContaining([
        "The filters of the first Conv2D: 16",
        "Conv2D, 26 × 26 × 16",
        "MaxPooling2D, 12 × 12 × 32",
        "Dense, 10",
      ]),
    );
    await page.getByRole("img", { name: /^What .* depends on$/ }).waitFor(PATIENCE);
    const nearest = page.getByRole("region", { name: "The nearest training images" }).getByRole("figure");
    await expect.poll(() => nearest.count(), PATIENCE).toBe(8);

    await page.getByRole("button", { name: "MaxPooling2D: look into its strongest unit" }).press("Enter");
    await page.getByRole("row", { name: /^The largest of 4 inputs 0\.\d+$/ }).waitFor(PATIENCE);
    // The upper left value of the fourth channel, by a click.
    const first = page.getByRole("button", { name: "Conv2D: look into its strongest unit" }).first();
    const { width } = (await first.boundingBox())!;
    await first.click({ position: { x: (3 * 27 * width) / (8 * 27 - 1) + 1, y: 1 } });
    await page.getByRole("row", { name: /^9 inputs × weights, added / }).waitFor(PATIENCE);
    await page.getByRole("heading", { name: "A unit of Conv2D" }).waitFor();
    expect(await page.getByLabel("Channel", { exact: true }).inputValue()).toBe("4");
    const value = async (name: RegExp) =>
      Number((await page.getByRole("row", { name }).getByRole("cell").textContent())!.replace("−", "-"));
    const sum = await value(/^Sum /);
    expect(await value(/^9 inputs/)).toBeCloseTo(sum - (await value(/^Bias /)), 2);
    expect(await value(/^After relu /)).toBeCloseTo(Math.max(0, sum), 2);
    await page.getByRole("img", { name: "The weights after epoch 3" }).waitFor();
    expect(await looks(page)).toEqual([]);
    // Another unit by keys; Back goes to the one before.
    await page.getByLabel("Row", { exact: true }).press("ArrowUp");
    await expect.poll(() => page.url()).toContain("unit=conv2d%3A1%2C0%2C3");
    await page.goBack();
    await expect.poll(() => page.getByLabel("Row", { exact: true }).inputValue()).toBe("1");
    await page.getByRole("button", { name: "Close" }).click();
    await expect.poll(() => page.getByRole("heading", { name: "A unit of Conv2D" }).count()).toBe(0);
  }, 60_000);

  it("shows the data, class by class", async () => {
    await page.getByRole("link", { name: "Data" }).click();
    await page.getByText("599 images to train on, 200 to test on, 10 classes.").waitFor();
    await page.getByRole("button", { name: "Undo all" }).click();
    await page.getByText("600 images to train on, 200 to test on, 10 classes.").waitFor();
    await page.getByRole("link", { name: "5", exact: true }).click();
    await page.getByText("60 of 60 images").waitFor();
    await page.getByRole("checkbox").first().check();
    await page.getByRole("button", { name: "Drop" }).click();
    await page.getByText("59 of 59 images").waitFor();
    await page.getByRole("link", { name: "Changed" }).click();
    await page.getByText("was 5").waitFor();
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await page.getByText("600 images to train on").waitFor();
    await page.getByRole("link", { name: "Near duplicates" }).click();
    await page.getByRole("button", { name: "Find near duplicates" }).click();
    await page.getByText(/^A test image and a training image: \d+ pairs?/).waitFor(PATIENCE);
    expect(await looks(page)).toEqual([]);
  });

  it("reads a folder of pictures that somebody chooses, says what it left out, and keeps it when the next is no data", async () => {
    const folder = work.file("things");
    cpSync(PHOTOS, folder, { recursive: true });
    writeFileSync(join(folder, "boot", "torn.png"), "no picture");
    await page.locator("input[type=file]").first().setInputFiles(folder);
    await page.getByText("39 images to train on, 9 to test on, 3 classes.").waitFor({ timeout: 30_000 });
    await page.getByText("1 picture left out: the browser cannot decode it (torn.png)").waitFor();
    // Labels that somebody makes wrong are doubted by models that did not learn them.
    await page.getByRole("combobox", { name: "Class" }).selectOption("trousers");
    await page.getByRole("checkbox").nth(0).check();
    await page.getByRole("checkbox").nth(1).check();
    await page.getByRole("combobox", { name: "Label as" }).selectOption("bag");
    await page.getByRole("button", { name: "Set the label" }).click();
    await page.getByText("2 relabelled", { exact: true }).waitFor();
    await page.getByRole("link", { name: "Suspected labels" }).click();
    await page.getByRole("button", { name: "Find suspected labels" }).click();
    const suspects = page.getByRole("checkbox");
    await suspects.first().waitFor({ timeout: 60_000 });
    expect(await looks(page)).toEqual([]);
    await page.getByText("rather trousers").first().click();
    await page.getByRole("button", { name: "Set the suggested labels" }).click();
    await page.getByText("1 relabelled", { exact: true }).waitFor();
    await page
      .locator("input[type=file]")
      .last()
      .setInputFiles(join(folder, "boot", "torn.png"));
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("things");
    expect(await looks(page)).toEqual([]);
    expect(faults).toEqual([]);
  }, 120_000);

  it("takes a folder, a zip, pictures, a table, arrays and IDX files that are dropped on the page", async () => {
    await page.goto(`${url}#/data`);
    await page.getByText("Choose a folder").waitFor(PATIENCE);
    const boots = ["01", "02", "03", "04"].map((name) => join(PHOTOS, "boot", `${name}.png`));
    const zipped = Object.fromEntries(
      ["bag", "boot"].flatMap((kind) =>
        ["01", "02", "03"].map((name) => [
          `${kind}/${name}.png`,
          readFileSync(join(PHOTOS, kind, `${name}.png`)),
        ]),
      ),
    );
    writeFileSync(work.file("packed.zip"), writeZip("packed.zip", zipped));
    for (const [at, from] of boots.entries())
      cpSync(from, work.file(`${at < 2 ? "left" : "right"}-${at}.png`));
    for (const form of [["arrays.npz"], ["tables", "--to", "csv"]])
      expect((await work.heddle(["convert", "clothes", ...form])).code).toBe(0);
    const idx = readdirSync(work.file("clothes")).map((name) => work.file("clothes", name));
    const session = await page.context().newCDPSession(page);
    const drop = async (files: readonly string[], title: string, counts: string) => {
      const data = { items: [], files: [...files], dragOperationsMask: 1 };
      for (const type of ["dragEnter", "dragOver", "drop"] as const)
        await session.send("Input.dispatchDragEvent", { type, x: 400, y: 400, data });
      const said = page.getByRole("heading", { level: 1 }).or(page.getByRole("alert"));
      await expect.poll(() => said.allTextContents(), PATIENCE).toEqual([title]);
      await page.getByText(counts).waitFor(PATIENCE);
    };
    const all = "600 images to train on, 200 to test on, 10 classes.";
    await drop([PHOTOS], "photos", "39 images to train on, 9 to test on, 3 classes.");
    await drop([work.file("packed.zip")], "packed", "4 images to train on, 2 to test on, 2 classes.");
    await drop(
      [0, 1, 2, 3].map((at) => work.file(`${at < 2 ? "left" : "right"}-${at}.png`)),
      "left-0.png",
      "2 images to train on, 2 to test on, 2 classes.",
    );
    await page.getByText("The classes are what the names of the pictures begin with: left, right.").waitFor();
    await drop([work.file("arrays.npz")], "arrays", all);
    await drop([work.file("tables")], "tables", all);
    await drop(idx, "t10k-images-idx3-ubyte.gz", all);
    expect(faults).toEqual([]);
  }, 120_000);
});
