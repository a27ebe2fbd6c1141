import { HeddleError } from "../base/errors.js";
import type { DataForm, FormOptions } from "./dataset.js";

type Form = DataForm | "generated";

/** The forms of data that each option applies to. */
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

/** Refuses an option that does not apply to data of this form, instead of silently ignoring it. */
export function checkFormOptions(form: Form, options: FormOptions): void {
  for (const name of ["missing", "size", "shape"] as const) {
    if (options[name] === undefined || readers[name].includes(form)) continue;
    throw new HeddleError({
      who: `\`${name}\``,
      expected: readers[name].map((reader) => words[reader]).join(" or "),
      received: words[form],
      next: "Remove it, or choose other data.",
    });
  }
}

/** How to read data of a form: by `options`, and where these are silent, by those of `defaults` that apply to it. */
export function formOptions(form: Form, options: FormOptions, defaults: FormOptions = {}): FormOptions {
  const applies = (name: keyof FormOptions) => readers[name].includes(form);
  return {
    missing: options.missing ?? (applies("missing") ? defaults.missing : undefined),
    size: options.size ?? (applies("size") ? defaults.size : undefined),
    shape: options.shape ?? (applies("shape") ? defaults.shape : undefined),
  };
}
