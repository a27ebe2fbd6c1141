/** The version of Heddle, which files that it writes name. */
export const VERSION = "0.1.0";
