import type { FastifyInstance, FastifyReply } from "fastify";
import { heddleVersion } from "../system/version.js";
import { begin, bodyOf, type Context, outputsFor } from "./context.js";
import { EXTENSIONS, inferAnswer, LENGTH_HEADER, metadataOf } from "./v2-answer.js";
import { readInferRequest } from "./v2-request.js";

interface Path {
  Params: { readonly model: string; readonly version?: string };
}

/** The Open Inference Protocol, version 2, over HTTP. */
export function v2Routes(app: FastifyInstance, context: Context): void {
  const { catalogue, state, answers } = context;
  app.get("/v2", () => ({ name: "heddle", version: heddleVersion, extensions: EXTENSIONS }));
  app.get("/v2/health/live", () => ({ live: true }));
  app.get("/v2/health/ready", (_, reply) => {
    // A load balancer looks at the status alone.
    const isReady = state() === "ready";
    return reply.code(isReady ? 200 : 503).send({ live: true, ready: isReady });
  });
  for (const path of ["/v2/models/:model", "/v2/models/:model/versions/:version"]) {
    app.get<Path>(path, ({ params: { model: name, version } }) => {
      const group = catalogue.group(name);
      return metadataOf(name, [...group.versions.keys()], group.find(version, undefined).model);
    });
    app.get<Path>(`${path}/ready`, ({ params: { model: name, version } }, reply) => {
      const group = catalogue.group(name);
      if (version !== undefined) group.find(version, undefined);
      const ready = state() === "ready";
      return reply.code(ready ? 200 : 503).send({ name, ready });
    });
    app.post<Path>(`${path}/infer`, async (request, reply) => {
      const { model: name, version: wanted } = request.params;
      const version = catalogue.find(name, wanted);
      begin(request, "v2", version);
      const length = request.headers[LENGTH_HEADER];
      const asked = readInferRequest(bodyOf(request), length?.toString(), version.model);
      return version.use(async () => {
        const { values: images, count } = asked;
        const outputs = await outputsFor(request, reply.raw, { version, images, count, answers });
        return send(reply, inferAnswer(version, asked, outputs));
      });
    });
  }
}

function send(reply: FastifyReply, { body, jsonBytes }: ReturnType<typeof inferAnswer>) {
  if (jsonBytes === undefined) return reply.type("application/json").send(body);
  return reply.type("application/octet-stream").header(LENGTH_HEADER, jsonBytes).send(body);
}
