import type { FastifyInstance } from "fastify";
import type { Context } from "./context.js";
import { openApi } from "./openapi.js";
import { tryPage } from "./try-page.js";

/** What people and monitors ask: metrics, the description of the interface, a page that tries a picture. */
export function operationRoutes(app: FastifyInstance, { metrics, catalogue }: Context): void {
  app.get("/metrics", (_, reply) =>
    reply.type("text/plain; version=0.0.4; charset=utf-8").send(metrics.text()),
  );
  app.get("/openapi.json", () => openApi());
  app.get("/", (_, reply) => {
    const { html, policy } = tryPage([...catalogue.groups.keys()]);
    return reply.type("text/html; charset=utf-8").header("content-security-policy", policy).send(html);
  });
}
