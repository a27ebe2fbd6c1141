import "@heddle/core/worker";
