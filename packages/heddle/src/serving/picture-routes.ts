import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { FastifyInstance } from "fastify";
import { pictureFileSize } from "../datasets/picture-decoder.js";
import type { Version } from "./catalogue.js";
import { begin, bodyOf, type Context, outputsFor } from "./context.js";
import { type PictureFile, pictureFiles } from "./picture-files.js";
import { badRequest, Refusal } from "./refusal.js";
import type { ServedPicture } from "./served-model.js";

/** Pictures that are decoded or wait for it, in all requests together. */
const MOST_DECODING = 256;

interface Query {
  Querystring: { readonly model?: string; readonly version?: string; readonly label?: string };
}

/** `POST /predict`: pictures, as a form's files or one as the body, answered as `heddle predict --json` answers. */
export function pictureRoutes(app: FastifyInstance, { catalogue, answers, maxPixels }: Context): void {
  let decoding = 0;
  const decode = async (version: Version, files: readonly PictureFile[]) => {
    if (decoding > 0 && decoding + files.length > MOST_DECODING) throw busy();
    decoding += files.length;
    return readAll(version, files, maxPixels).finally(() => {
      decoding -= files.length;
    });
  };
  app.post<Query>("/predict", async (request, reply) => {
    const { model, version: wanted, label } = request.query;
    const version = catalogue.find(one(model), one(wanted), one(label));
    begin(request, "predict", version);
    const files = await pictureFiles(bodyOf(request), request.headers["content-type"]);
    return version.use(async () => {
      const { read, unread } = await decode(version, files);
      const images = joined(read.map(({ picture }) => picture.values));
      const outputs = await outputsFor(request, reply.raw, { version, images, count: read.length, answers });
      const tops = version.model.top(outputs);
      return {
        ...{ model: version.name, version: version.version },
        predictions: read.map(({ id, name: image, picture: { inverted, empty } }, at) => {
          return { id, image, inverted, empty, top: tops[at]! };
        }),
        unread,
      };
    });
  });
}

/** A parameter that is repeated means nothing. */
function one(value: unknown): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  throw badRequest("Address", "each parameter once", "one several times", "Remove the others.");
}

/** Decodes pictures; those that cannot be read are listed, unless there is no other. */
async function readAll({ model }: Version, files: readonly PictureFile[], maxPixels: number) {
  const faults: HeddleError[] = [];
  const unread: { readonly path: string; readonly reason: string }[] = [];
  const read: { readonly id: number; readonly name: string; readonly picture: ServedPicture }[] = [];
  for (const [at, { name, bytes }] of files.entries()) {
    try {
      const { width, height } = await pictureFileSize(name, bytes);
      if (width * height > maxPixels) throw tooLarge(name, width, height, maxPixels);
      read.push({ id: at + 1, name, picture: await model.read(name, bytes) });
    } catch (thrown) {
      if (!(thrown instanceof HeddleError)) throw thrown;
      faults.push(thrown);
      unread.push({ path: name, reason: thrown.message });
    }
  }
  if (read.length > 0) return { read, unread };
  if (faults.length === 1) throw faults[0];
  const received = `${faults.length} that cannot, such as ${faults[0]!.message}`;
  throw badRequest("Request", "at least one picture that can be read", received, "Correct the files.");
}

function busy(): Refusal {
  const parts = { who: "Server", expected: `at most ${MOST_DECODING} pictures that are decoded` };
  return new Refusal(503, { ...parts, received: "more", next: "Ask again in 1 s." }, 1);
}

function tooLarge(who: string, width: number, height: number, maxPixels: number): Refusal {
  const expected = `a picture of at most ${maxPixels} pixels`;
  return new Refusal(413, { who, expected, received: `${width}×${height}`, next: "Send it smaller." });
}

function joined(parts: readonly ServedPicture["values"][]): ServedPicture["values"] {
  const [first] = parts;
  if (parts.length === 1) return first!;
  const size = first!.length;
  const all =
    first instanceof Uint8Array ? new Uint8Array(parts.length * size) : new Float32Array(parts.length * size);
  for (const [at, part] of parts.entries()) all.set(part, at * size);
  return all;
}
