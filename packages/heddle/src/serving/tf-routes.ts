import type { FastifyInstance } from "fastify";
import { begin, bodyOf, type Context, outputsFor } from "./context.js";
import { Refusal } from "./refusal.js";
import { predictAnswer, readPredictRequest, signatureOf, statusOf } from "./tf-serving.js";

/** `MODEL[/versions/V | /labels/L]`, then what is asked of it. */
const PATH = /^([^/:]+)(?:\/versions\/([^/:]+)|\/labels\/([^/:]+))?(\/metadata|:[a-z]+)?$/;

interface Asked {
  readonly model: string;
  readonly version: string | undefined;
  readonly label: string | undefined;
  readonly what: string | undefined;
}

/** TensorFlow Serving's REST protocol. */
export function tfServingRoutes(app: FastifyInstance, context: Context): void {
  const { catalogue, state, answers } = context;
  app.get("/v1/models", () => ({
    models: [...catalogue.groups.values()].map(({ name, versions, labels }) => ({
      ...{ name, versions: [...versions.keys()] },
      labels: labels.map(({ label, version, weight }) => ({ label, version, weight })),
    })),
  }));
  app.get<{ Params: { "*": string } }>("/v1/models/*", ({ params }) => {
    const { model, version, label, what } = parse(params["*"]);
    const group = catalogue.group(model);
    if (what === "/metadata") {
      const found = group.find(version, label);
      return signatureOf(model, found.version, found.model);
    }
    if (what !== undefined) throw unknown(params["*"]);
    const isOne = version !== undefined || label !== undefined;
    const versions = isOne ? [group.find(version, label)] : [...group.versions.values()].reverse();
    return statusOf(versions.map((one) => ({ version: one.version, isReady: state() === "ready" })));
  });
  app.post<{ Params: { "*": string } }>("/v1/models/*", async (request, reply) => {
    const { model, version: wanted, label, what } = parse(request.params["*"]);
    if (what !== ":predict") throw unknown(request.params["*"]);
    const version = catalogue.find(model, wanted, label);
    begin(request, "v1", version);
    const asked = readPredictRequest(bodyOf(request), version.model);
    return version.use(async () => {
      const { values: images, count } = asked;
      const outputs = await outputsFor(request, reply.raw, { version, images, count, answers });
      return predictAnswer(version.model, asked, outputs);
    });
  });
}

function parse(path: string): Asked {
  const [, model, version, label, what] = PATH.exec(path) ?? [];
  if (model === undefined) throw unknown(path);
  return { model, version, label, what };
}

function unknown(path: string): Refusal {
  return new Refusal(404, {
    who: "Address",
    expected: "MODEL, MODEL/metadata or MODEL:predict, with /versions/V or /labels/L after MODEL",
    received: path.slice(0, 200),
    next: "See docs/serving.md.",
  });
}
