/** `heddle`: the core, for Node and browsers. What needs Node is in `heddle/node`. */
export * from "@heddle/core";
