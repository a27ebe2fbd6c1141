import { groupDigits } from "@heddle/core/internal/base/format.js";
import { classesOf } from "@heddle/core/internal/data/classes.js";
import type { HoldOut } from "@heddle/core/internal/data/dataset.js";
import { defaultHoldOut, heldOutPositions } from "@heddle/core/internal/data/hold-out.js";
import type { ImageFolderListing } from "./image-folder-list.js";

/** A listing of the pictures that are to be read, and how its test split was held out, if it was. */
export interface LimitedListing {
  readonly listing: ImageFolderListing;
  readonly split?: HoldOut;
}

/**
 * Keeps the first `limit` training pictures of a listing and every test picture. If there is no test split, one is held out
 * first, the same as of all pictures, so that what is held out does not depend on the limit.
 *
 * @param path the folder's path, for errors
 * @throws HeddleError if no class has two pictures to hold one out
 */
export function limitPictures(
  path: string,
  listing: ImageFolderListing,
  limit: number,
  holdOut: Partial<HoldOut> | "none" | undefined,
): LimitedListing {
  const { train, test } = listing;
  if (limit >= train.length) return { listing };
  if (test || holdOut === "none")
    return { listing: limited(listing, train.slice(0, limit), test, train.length) };
  const classes = classesOf(new Set(train.map(({ label }) => label)), path);
  const positions = new Map(classes.map((name, position) => [name, position]));
  const labels = train.map(({ label }) => positions.get(label)!);
  const split = { ...defaultHoldOut, ...holdOut };
  const parts = heldOutPositions(path, labels, classes.length, split);
  const kept = parts.train.slice(0, limit).map((at) => train[at]!);
  const held = parts.test.map((at) => train[at]!);
  return { listing: limited(listing, kept, held, parts.train.length), split };
}

function limited(
  listing: ImageFolderListing,
  train: ImageFolderListing["train"],
  test: ImageFolderListing["test"],
  all: number,
): ImageFolderListing {
  const choice = `the first ${groupDigits(train.length)} of ${groupDigits(all)} training pictures`;
  return {
    ...listing,
    train,
    ...(test && { test }),
    choices: [...(listing.choices ?? []), { about: "limit", choice, option: "limit" }],
  };
}
