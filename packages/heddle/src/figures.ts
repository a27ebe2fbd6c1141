/** `heddle/figures`: the charts of the reports as data, to draw in a page. For Node and browsers. */
export * from "@heddle/core/figures";
