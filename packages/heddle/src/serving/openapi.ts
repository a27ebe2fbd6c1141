import { heddleVersion } from "../system/version.js";

/** A path's description, briefly. */
interface Operation {
  readonly method: "get" | "post";
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** The media types of the body. */
  readonly body?: readonly string[];
  /** Statuses besides 200, 400, 401 and 404. */
  readonly also?: readonly number[];
  readonly query?: readonly string[];
  readonly answer?: string;
}

const JSON_TYPE = "application/json";
const PROBE = { tag: "Open Inference Protocol", also: [503] } as const;
const INFER = {
  method: "post",
  tag: "Open Inference Protocol",
  body: [JSON_TYPE, "application/octet-stream"],
  also: [413, 415, 422, 429, 503, 504],
} as const;
const PREDICT = {
  method: "post",
  tag: "TensorFlow Serving",
  body: [JSON_TYPE],
  also: [413, 415, 422, 429, 503, 504],
} as const;

const operations: readonly Operation[] = [
  {
    ...{ method: "post", path: "/predict", tag: "Pictures", summary: "Classes of pictures" },
    body: ["multipart/form-data", "image/jpeg", "image/png", "image/webp", "application/octet-stream"],
    also: [413, 415, 422, 429, 503, 504],
    query: ["model", "version", "label"],
  },
  {
    ...{ method: "get", path: "/v2", tag: "Open Inference Protocol" },
    summary: "Name, version, extensions of the server",
  },
  { method: "get", path: "/v2/health/live", summary: "Whether the server lives", ...PROBE },
  { method: "get", path: "/v2/health/ready", summary: "Whether it answers requests", ...PROBE },
  ...["/v2/models/{model}", "/v2/models/{model}/versions/{version}"].flatMap((path): Operation[] => [
    { method: "get", path, tag: "Open Inference Protocol", summary: "A model's tensors" },
    { method: "get", path: `${path}/ready`, summary: "Whether a model answers requests", ...PROBE },
    { path: `${path}/infer`, summary: "Outputs for images, as JSON or bytes", ...INFER },
  ]),
  { method: "get", path: "/v1/models", tag: "TensorFlow Serving", summary: "All models" },
  ...["", "/versions/{version}", "/labels/{label}"].flatMap((part): Operation[] => {
    const path = `/v1/models/{model}${part}`;
    return [
      { method: "get", path, tag: "TensorFlow Serving", summary: "The status of versions" },
      { method: "get", path: `${path}/metadata`, tag: "TensorFlow Serving", summary: "A model's tensors" },
      { path: `${path}:predict`, summary: "Outputs for images", ...PREDICT },
    ];
  }),
  {
    ...{ method: "get", path: "/metrics", tag: "Operation", summary: "Counts and times for Prometheus" },
    answer: "text/plain",
  },
  { method: "get", path: "/openapi.json", tag: "Operation", summary: "This description" },
  {
    ...{ method: "get", path: "/", tag: "Operation", summary: "A page that tries a picture" },
    answer: "text/html",
  },
];

const ERROR = {
  description: "What was expected, what was received, and what to do next",
  content: {
    [JSON_TYPE]: {
      schema: { type: "object", required: ["error"], properties: { error: { type: "string" } } },
    },
  },
};

/** The interface in OpenAPI 3.1. */
export function openApi() {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    paths[operation.path] ??= {};
    paths[operation.path]![operation.method] = described(operation);
  }
  return {
    openapi: "3.1.0",
    info: { title: "Heddle", version: heddleVersion, description: "Models that Heddle trained or read." },
    components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
    security: [{}, { bearer: [] }],
    paths,
  };
}

function described({ path, tag, summary, body, also = [], query = [], answer = JSON_TYPE }: Operation) {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const parameter = (place: string) => (name: string) => {
    return { name, in: place, required: place === "path", schema: { type: "string" } };
  };
  const statuses = [400, 401, 404, ...also];
  return {
    ...{ summary, tags: [tag] },
    parameters: [...inPath.map(parameter("path")), ...query.map(parameter("query"))],
    ...(body && {
      requestBody: { required: true, content: Object.fromEntries(body.map((type) => [type, {}])) },
    }),
    responses: {
      200: { description: "OK", content: { [answer]: {} } },
      ...Object.fromEntries(statuses.map((status) => [status, ERROR])),
    },
  };
}
