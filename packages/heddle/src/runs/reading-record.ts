export * from "@heddle/core/internal/records/reading-record.js";
