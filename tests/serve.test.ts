// Models over HTTP, from the command line.
import { cpSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { beforeAll, describe, expect, it } from "vitest";
import { hasChromium, NEEDS_CHROMIUM } from "./chromium.js";
import { TINY, Workspace } from "./cli.js";
import { DrivenPage } from "./driven-page.js";

const BOOT = fileURLToPath(new URL("../examples/boot.png", import.meta.url));

describe("the container of examples/serve", () => {
  it("has a Node that Heddle runs on, this version of it, no root, and words that the command takes", () => {
    const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
    const text = readFileSync(at("examples/serve/Dockerfile"), "utf8");
    const of = (instruction: string) =>
      [...text.matchAll(new RegExp(`^${instruction} (.*)$`, "gm"))].map(([, words]) => words!);
    const [major] = /(?<=^node:)\d+/.exec(of("FROM")[0]!) ?? [];
    expect(Number(major)).toBeGreaterThanOrEqual(20);
    const { version } = JSON.parse(readFileSync(at("packages/heddle/package.json"), "utf8"));
    expect(of("ARG")).toEqual([`HEDDLE_VERSION=${version}`]);
    expect(of("USER")).toEqual(["node"]);
    // Nothing from the folder that it is built in, so that it can be built in any.
    expect([...of("COPY"), ...of("ADD")]).toEqual([]);
    const [program, ...words] = [...JSON.parse(of("ENTRYPOINT")[0]!), ...JSON.parse(of("CMD")[0]!)];
    expect([program, words]).toEqual([
      "heddle",
      ["serve", "--host", "0.0.0.0", "--run-dir", "/runs", "latest"],
    ]);
    expect(text).toContain('-v "$PWD/runs:/runs:ro"');
    const [, check] = /CMD node -e "(.*)"$/.exec(of("HEALTHCHECK")[0]!)!;
    expect(() => new Script(check!)).not.toThrow();
    expect(check).toContain("http://127.0.0.1:8000/v2/health/ready");
  });
});

describe.skipIf(process.platform === "win32")("heddle serve", () => {
  const work = new Workspace();
  beforeAll(async () => {
    const { code, stderr } = await work.heddle([...TINY]);
    expect(code, stderr).toBe(0);
    // A model without a run has no checksum of its weights: they may be changed.
    cpSync(join(work.runs()[0]!, "model"), work.file("model"), { recursive: true });
  });

  async function serve(...words: readonly string[]) {
    const running = work.start(["serve", ...words, "--port", "0"]);
    await running.printed("Ready at ");
    const url = /Ready at (\S+)/.exec(running.stdout)![1]!;
    const stop = async () => {
      running.child.kill("SIGTERM");
      return running.finished;
    };
    return { running, url, stop };
  }

  const classes = async (url: string, query = "") => {
    const response = await fetch(`${url}/predict${query}`, { method: "POST", body: readFileSync(BOOT) });
    return { status: response.status, body: await response.json() };
  };

  it("answers as heddle predict does, replaces a changed model without losing a request, and drains on SIGTERM", async () => {
    const { running, url, stop } = await serve("boots=model", "--record", "answers.jsonl");
    const predicted = await work.heddle(["predict", "model", BOOT, "--json"]);
    const [{ top }] = JSON.parse(predicted.stdout).predictions;
    const answer = await classes(url);
    expect(answer).toMatchObject({ status: 200, body: { model: "boots", version: "1", unread: [] } });
    expect(answer.body.predictions).toEqual([
      { id: 1, image: "picture", inverted: expect.any(Boolean), empty: false, top },
    ]);

    // The last weight is one of the last layer's.
    const weights = readFileSync(work.file("model/weights.safetensors"));
    weights.writeFloatLE(weights.readFloatLE(weights.length - 4) + 1, weights.length - 4);
    writeFileSync(work.file("new"), weights);
    renameSync(work.file("new"), work.file("model/weights.safetensors"));
    const isNew = async () =>
      JSON.stringify((await classes(url)).body.predictions[0].top) !== JSON.stringify(top);
    const statuses: number[] = [];
    while (!(await isNew())) {
      const some = await Promise.all(Array.from({ length: 8 }, () => classes(url)));
      statuses.push(...some.map(({ status }) => status));
    }
    expect(new Set([200, ...statuses])).toEqual(new Set([200]));
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('heddle_reloads_total{model="boots",version="1",result="replaced"} 1');

    const asked = Array.from({ length: 16 }, () =>
      classes(url).then(
        ({ status }) => status,
        () => 0,
      ),
    );
    const first = await Promise.race(asked);
    const { code } = await stop();
    expect([first, code]).toEqual([200, 0]);
    // Those that were received are answered; the rest find no server, or one that says that it stops.
    for (const status of await Promise.all(asked)) expect([200, 503, 0]).toContain(status);
    expect(running.stderr).toContain('"msg":"answered"');
    const record = readFileSync(work.file("answers.jsonl"), "utf8").trim().split("\n");
    expect(JSON.parse(record[0]!)).toMatchObject({
      image: 0,
      model: "boots",
      version: "1",
      outputs: expect.any(Array),
    });
    expect(JSON.parse(record[0]!).outputs).toHaveLength(10);

    // The first answers were those of the model before it changed; the run still has it.
    const truths = record.map((line, at) =>
      JSON.stringify({ ...JSON.parse(line), ...(at > 0 && { truth: top[0].name }) }),
    );
    writeFileSync(work.file("answers.jsonl"), `${truths.join("\n")}\n{"weights":`);
    const evaluated = await work.heddle(["evaluate", "latest", "--answers", "answers.jsonl", "--json"]);
    expect(evaluated.stderr).toContain("1 damaged line is skipped in answers.jsonl");
    const { evaluation, skipped } = JSON.parse(evaluated.stdout);
    expect(skipped).toEqual({ withoutTruth: 1, ofOtherWeights: record.length - 1 - evaluation.images });
    expect(evaluation.accuracy).toMatchObject({ value: 1, correct: evaluation.images });
  });

  it("asks for its token, and takes none from the command line", async () => {
    const token = "0123456789abcdef";
    writeFileSync(work.file("token"), `${token}\n`);
    const { url, stop } = await serve("latest", "--token-file", "token", "--log-level", "silent");
    expect((await classes(url)).status).toBe(401);
    expect((await fetch(`${url}/v2/health/ready`)).status).toBe(200);
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${url}/v1/models`, { headers })).status).toBe(200);
    await stop();
    writeFileSync(work.file("token"), "short");
    const { code, stderr } = await work.heddle(["serve", "latest", "--token-file", "token"]);
    expect(code).toBe(2);
    expect(stderr).toContain("token: expected a token of at least 16 characters");
  });

  it.skipIf(!hasChromium)(
    `has a page that classifies a picture, on a phone too, and loads nothing from elsewhere ${NEEDS_CHROMIUM}`,
    async () => {
      const { url, stop } = await serve("boots=model", "hats=model", "--log-level", "silent");
      const page = await DrivenPage.open(url, { width: 390, height: 800 });
      try {
        const bytes = readFileSync(BOOT).toString("base64");
        const seen = await page.run<Record<string, unknown>>(`(async () => {
          const bytes = Uint8Array.from(atob("${bytes}"), (character) => character.charCodeAt(0));
          const files = new DataTransfer();
          files.items.add(new File([bytes], "boot.png", { type: "image/png" }));
          document.getElementById("model").value = "hats";
          const input = document.getElementById("file");
          input.files = files.files;
          input.dispatchEvent(new Event("change"));
          while (!document.querySelector("#answer li")) await new Promise((r) => setTimeout(r, 20));
          const { scrollWidth, clientWidth } = document.documentElement;
          return {
            said: document.getElementById("spoken").textContent,
            classes: document.querySelectorAll("#answer li i").length,
            fits: scrollWidth <= clientWidth,
            isShown: document.getElementById("picture").naturalWidth > 0,
          };
        })()`);
        const [{ top }] = (await classes(`${url}`, "?model=hats")).body.predictions;
        expect(seen).toEqual({
          said: `${top[0].name}, ${(100 * top[0].probability).toFixed(1)}% (hats, version 1)`,
          ...{ classes: 3, fits: true, isShown: true },
        });
        expect(page.complaints).toEqual([]);
      } finally {
        await page.close();
        await stop();
      }
    },
  );

  it("ends with one line where it cannot serve", async () => {
    for (const words of [["nowhere"], ["latest", "--host", "203.0.113.1"], ["latest", "--label", "x=2"]]) {
      const { code, stderr } = await work.heddle(["serve", ...words, "--log-level", "silent"]);
      expect([code, stderr.trim().split("\n").length], stderr).toEqual([2, 1]);
    }
  });
});
