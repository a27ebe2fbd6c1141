const READ = /\.(png|jpe?g|jpe|jfif|webp|gif|tiff?|avif|bmp|dib|pbm|pgm|ppm|pnm)$/i;

/** Whether a file of this name is read as a picture. */
export function isPictureName(name: string): boolean {
  return READ.test(name);
}

/** What people keep next to pictures or take for pictures: why it is not read, and what helps. */
const others: readonly (readonly [ending: RegExp, what: string, reason: string])[] = [
  [/^hei[cf]s?$/, "HEIC photo", "convert them to JPEG, because their format is patented"],
  [/^(svgz?|ai|eps|emf|wmf)$/, "drawing", "export them as PNG, because they hold shapes and not pixels"],
  [/^(psd|psb|xcf|kra|clip)$/, "graphics document", "export them as PNG"],
  [/^(pdf|ps|docx?|pptx?)$/, "document", "export their pages as PNG"],
  [/^(cr[23w]|nef|nrw|arw|sr2|dng|orf|rw2|raf|pef|raw)$/, "raw photo", "export them as JPEG"],
  [/^(mp4|m4v|mov|avi|mkv|webm|mpe?g|wmv)$/, "video", "export their frames as PNG"],
  [
    /^(jxl|jp2|j2k|jpx|ico|icns|cur|tga|dds|exr|hdr|pcx|dcm|dicom|nii|fits?)$/,
    "picture",
    "convert them to PNG",
  ],
];

/** What a file is that is not read as a picture, and why not. */
export function describeOther(name: string): { readonly what: string; readonly reason: string } {
  const ending = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase();
  if (ending === undefined) return { what: "file", reason: "their names have no ending" };
  const known = others.find(([pattern]) => pattern.test(ending));
  const unread = `Heddle does not read .${ending}`;
  return known ? { what: known[1], reason: `${unread}: ${known[2]}` } : { what: "file", reason: unread };
}
