/** `heddle/data`: images and labels from bytes, for Node and browsers. */
export * from "@heddle/core/data";
