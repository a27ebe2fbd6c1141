export * from "@heddle/core/internal/records/json-fields.js";
