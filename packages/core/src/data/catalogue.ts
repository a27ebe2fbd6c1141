/** One file of a known dataset, as its publisher serves it. Checksums are in hexadecimal. */
export interface CatalogueFile {
  readonly name: string;
  readonly bytes: number;
  readonly md5: string;
  readonly sha256: string;
  /** SHA-256 of the decompressed contents, which identifies an unpacked copy. */
  readonly contentSha256: string;
}

/** A dataset that Heddle recognises by its checksums and can download. */
export interface CatalogueEntry {
  /** A short name, such as `fashion-mnist`. */
  readonly name: string;
  /** The name in titles, such as `Fashion-MNIST`. */
  readonly title: string;
  /** The name of each class, in the order of the labels. */
  readonly classNames: readonly string[];
  readonly licence: string;
  readonly homepage: string;
  /** URLs of folders that hold all the files, each ending in a slash, in the order in which they are tried. */
  readonly mirrors: readonly string[];
  /** Training images, training labels, test images, test labels. */
  readonly files: readonly CatalogueFile[];
}

/** Xiao, Rasul and Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking" (arXiv:1708.07747). */
export const fashionMnist: CatalogueEntry = {
  name: "fashion-mnist",
  title: "Fashion-MNIST",
  classNames: [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
  ],
  licence: "MIT, © 2017 Zalando SE",
  homepage: "https://github.com/zalandoresearch/fashion-mnist",
  mirrors: [
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
  ],
  files: [
    {
      name: "train-images-idx3-ubyte.gz",
      bytes: 26421880,
      md5: "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
      sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
      contentSha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    },
    {
      name: "train-labels-idx1-ubyte.gz",
      bytes: 29515,
      md5: "25c81989df183df01b3e8a0aad5dffbe",
      sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
      contentSha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    },
    {
      name: "t10k-images-idx3-ubyte.gz",
      bytes: 4422102,
      md5: "bef4ecab320f06d8554ea6380940ec79",
      sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
      contentSha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    },
    {
      name: "t10k-labels-idx1-ubyte.gz",
      bytes: 5148,
      md5: "bb300cfdad3c16e7a12a480ee83cd310",
      sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
      contentSha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
  ],
};

/** The datasets that can be loaded by name. */
export const catalogue: readonly CatalogueEntry[] = [fashionMnist];

/**
 * Recognises a known dataset by the SHA-256 of its files, packed or unpacked, and never by their names.
 *
 * @param sha256s the files' checksums, in the order of the catalogue: training images and labels, test images and labels
 * @returns `undefined` if any of the files is not the published one
 */
export function identify(
  sha256s: readonly string[],
  entries: readonly CatalogueEntry[] = catalogue,
): CatalogueEntry | undefined {
  return entries.find(
    ({ files }) =>
      files.length === sha256s.length &&
      files.every((file, index) => [file.sha256, file.contentSha256].includes(sha256s[index]!)),
  );
}
