import { badRequest } from "./refusal.js";

/** Pictures of a request at most: each is decoded before the first is computed. */
const MOST_PICTURES = 64;

/** A picture as it was sent. */
export interface PictureFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The pictures of a request: the files of a form, or the body as one picture.
 *
 * @param type the body's type
 * @throws Refusal 400
 */
export async function pictureFiles(bytes: Uint8Array, type = ""): Promise<readonly PictureFile[]> {
  if (!/^multipart\/form-data\b/i.test(type)) {
    if (bytes.length > 0) return [{ name: "picture", bytes }];
    throw badRequest("Request", "a picture", "an empty body", "Send the file's bytes, or a form with files.");
  }
  const form = await formOf(bytes, type);
  const blobs = form.filter((value) => typeof value !== "string");
  if (blobs.length > 0 && blobs.length <= MOST_PICTURES) {
    return Promise.all(
      blobs.map(async (blob) => ({ name: blob.name, bytes: new Uint8Array(await blob.arrayBuffer()) })),
    );
  }
  const expected = `a form with 1 to ${MOST_PICTURES} files`;
  throw badRequest("Request", expected, `${blobs.length} files`, "Send each picture as a file of the form.");
}

async function formOf(body: Uint8Array, type: string) {
  try {
    const bytes = body as Uint8Array<ArrayBuffer>;
    return [...(await new Response(bytes, { headers: { "content-type": type } }).formData()).values()];
  } catch {
    throw badRequest("Request", "a form (multipart/form-data)", "bytes that are none", "Correct the body.");
  }
}
