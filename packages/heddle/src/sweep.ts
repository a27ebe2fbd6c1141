/** `heddle/sweep`: search spaces, searches, stopping rules and journals of sweeps. For Node and browsers. */
export * from "@heddle/core/sweep";
