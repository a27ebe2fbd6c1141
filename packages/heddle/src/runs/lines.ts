export * from "@heddle/core/internal/records/lines.js";
