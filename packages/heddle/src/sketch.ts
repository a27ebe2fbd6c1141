/** `heddle/sketch`: the drawn images alone, without the readers of `heddle/data`. For Node and browsers. */
export * from "@heddle/core/sketch";
