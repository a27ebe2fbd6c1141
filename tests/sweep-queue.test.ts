// Sweeps of several machines, on real servers: workers, the coordinator and the server are killed, and the trials are those
// of a sweep that nobody disturbed. tools/reliability/sweep-queue.mjs does it for longer.
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { available } from "../packages/heddle/dist/system/required.testing.js";
import { trialsIn } from "../tools/reliability/journal-trials.mjs";
import { hasPostgres, hasRedis, startPostgres, startRedis } from "../tools/reliability/queue-servers.mjs";
import { type Running, Workspace } from "./cli.js";
import { writeClothes } from "./idx-folder.js";

const work = new Workspace();
const SECRET = "s3cret-of-the-queue";

/** Only the coordinator has it: workers get each trial's model as JSON. */
const module = `
  import { Conv2D, Dense, Dropout, Flatten, Input, MaxPooling2D, Rescaling, Sequential } from ${JSON.stringify(
    new URL("../packages/heddle/dist/index.js", import.meta.url).href,
  )};
  export default {
    name: "clothes",
    goal: "maximize",
    trials: 6,
    parameters: {
      learningRate: { type: "float", low: 0.001, high: 0.03, log: true },
      filters: { type: "integer", low: 16, high: 32 },
    },
    search: { type: "random" },
  };
  export function model({ filters }, { inputShape, classes }) {
    return new Sequential([
      new Input(inputShape),
      new Rescaling(1 / 255),
      new Conv2D(16, 3, { activation: "relu" }),
      new Conv2D(filters, 3, { activation: "relu" }),
      new MaxPooling2D(2),
      new Flatten(),
      new Dropout(0.4),
      new Dense(classes, { activation: "softmax" }),
    ]);
  }`;

const sweep = ["sweep", "sweep.mjs", "--data", "clothes", "--epochs", "2", "--no-winner"] as const;

beforeAll(async () => {
  writeClothes(work.file("others"), { train: 400, test: 100 });
  writeFileSync(work.file("sweep.mjs"), module);
  const { code } = await work.heddle([...sweep, "--workers", "1", "--threads", "1", "--out", "alone"]);
  expect(code).toBe(0);
});

const kinds = [
  { kind: "redis", found: available("redis", hasRedis), start: () => startRedis({ password: SECRET }) },
  {
    kind: "postgres",
    found: available("postgres", hasPostgres),
    start: () => startPostgres({ password: SECRET }),
  },
] as const;

describe.each(kinds)("heddle sweep with a queue on $kind", ({ kind, found, start }) => {
  if (!found) console.warn(`No ${kind} on this machine: sweeps of several machines are not tested on it.`);
  let server: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    if (found) server = await start();
  });
  afterAll(() => server?.remove());

  const env = { HEDDLE_QUEUE_PASSWORD: SECRET };
  const worker = (...words: string[]): Running =>
    work.start(
      ["sweep", "work", "--queue", server.url, "--workers", "1", "--threads", "1", "--lease", "2", ...words],
      { env },
    );

  it.skipIf(!found)(
    "comes to the same trials when workers, coordinator and server are killed",
    {
      timeout: 240_000,
    },
    async () => {
      const folder = `sweep-${kind}`;
      const first = work.start([...sweep, "--queue", server.url, "--out", folder], { env });
      // Its trial goes back into the queue.
      const stranger = worker("--data", "others");
      const refused = await stranger.finished;
      expect(refused.stderr).toContain("expected the data that the sweep began with, SHA-256");
      expect(refused.code).toBe(2);
      if (kind === "postgres") {
        writeFileSync(work.file("ahead.mjs"), "const { now } = Date; Date.now = () => now() + 7_200_000;");
        const words = ["sweep", "work", "--queue", server.url];
        const ahead = work.start(words, { env, node: ["--import", work.file("ahead.mjs")] });
        expect((await ahead.finished).stderr).toContain("received one that is 7200 s ahead");
      }
      const workers = [worker(), worker()];
      await first.printed("has refused a trial");
      await first.printed("epoch 2");
      for (const { child } of [...workers, first]) child.kill("SIGKILL");
      await first.finished;
      const second = work.start(["sweep", "--resume", folder, "--queue", server.url, "--no-winner"], { env });
      await second.printed("begun already");
      // A copy of the folder is not locked, but its coordinator is not alone in the queue. Without workers the other one waits.
      cpSync(work.file(folder), work.file(`${folder}-copy`), {
        recursive: true,
        filter: (path) => !/lock-/.test(path),
      });
      const words = ["sweep", "--resume", `${folder}-copy`, "--queue", server.url];
      const { stderr: refusal } = await work.start(words, { env }).finished;
      expect(refusal).toContain("expected no other coordinator at work on it, received process");
      const third = worker();
      await third.printed("epoch 1");
      await server.kill();
      await server.start();
      workers.push(third, worker());
      const { code, stderr, stdout } = await second.finished;
      expect([code, stderr]).toEqual([0, expect.not.stringMatching(/Trial \d+ failed/)]);
      expect(stdout).toContain("Checkpoints of");
      expect(trialsIn(work.file(folder))).toEqual(trialsIn(work.file("alone")));
      for (const { child } of workers) child.kill("SIGTERM");
      const ends = await Promise.all(workers.map(({ finished }) => finished));
      expect(ends.map(({ code }) => code)).toEqual([null, null, 0, 0]);
      const printed = [
        stdout,
        stderr,
        refusal,
        refused.stderr,
        ...ends.flatMap((end) => [end.stdout, end.stderr]),
      ];
      const files = readdirSync(work.file(folder), { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => readFileSync(join(work.file(folder), name), "utf8"));
      for (const text of [...printed, ...files]) expect(text).not.toContain(SECRET);
    },
  );
});
