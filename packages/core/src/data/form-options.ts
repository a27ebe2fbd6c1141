import { HeddleError } from "../base/errors.js";
import type { DataForm, FormOptions } from "./dataset.js";

type Form = DataForm | "generated";

/** The forms of data that an option is about. */
const readers: Readonly<Record<keyof FormOptions, readonly Form[]>> = {
  missing: ["csv", "npz", "images"],
  size: ["images"],
  shape: ["csv", "npz"],
};

const words: Readonly<Record<Form, string>> = {
  idx: "IDX files",
  csv: "a CSV",
  npz: "an npz file",
  images: "a folder of pictures",
  generated: "images drawn by code",
};

/** @throws HeddleError for an option that data of this form has no use for, and that would be ignored in silence */
export function checkFormOptions(form: Form, options: FormOptions): void {
  for (const name of ["missing", "size", "shape"] as const) {
    if (options[name] === undefined || readers[name].includes(form)) continue;
    throw new HeddleError({
      who: `--${name}`,
      expected: readers[name].map((reader) => words[reader]).join(" or "),
      received: words[form],
      next: "Leave it out, or name other data.",
    });
  }
}

/** How data of a form is read: as `given` says, else as `before`, as far as that is about such data. */
export function formOptions(form: Form, given: FormOptions, before: FormOptions = {}): FormOptions {
  const { missing, size, shape } = before;
  const known = (name: keyof FormOptions) => readers[name].includes(form);
  return {
    missing: given.missing ?? (known("missing") ? missing : undefined),
    size: given.size ?? (known("size") ? size : undefined),
    shape: given.shape ?? (known("shape") ? shape : undefined),
  };
}
