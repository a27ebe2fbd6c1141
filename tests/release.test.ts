import { describe, expect, it } from "vitest";
import { releaseComplaints } from "../tools/package/release-checks.mjs";

const repository = "git+https://example.org/weaving/heddle.git";
const ready = {
  packages: [
    { name: "@heddle/core", version: "1.2.3", repository, dependencies: {} },
    {
      name: "heddle",
      version: "1.2.3",
      repository,
      dependencies: { "@heddle/core": "1.2.3", sharp: "0.35.5" },
    },
  ],
  confirmed: "1.2.3",
  branch: "main",
  changedFiles: [],
  tags: ["v1.2.2"],
  remote: "git@example.org:weaving/heddle.git",
  pendingChangesets: [],
  changelog: "# Changelog\n\n## 1.2.3\n\n- Faster.\n",
};

describe("a release", () => {
  it("may go ahead when nothing is missing or contradictory", () => {
    expect(releaseComplaints(ready)).toEqual([]);
  });

  it.each([
    [{ confirmed: "" }, "The version to release is 1.2.3, but none was confirmed."],
    [{ confirmed: "1.2.4" }, "The version to release is 1.2.3, but 1.2.4 was confirmed."],
    [{ branch: "topic" }, "Releases are made from main, but topic is checked out."],
    [{ changedFiles: ["M README.md"] }, "Not committed: M README.md."],
    [{ tags: ["v1.2.3"] }, "The tag v1.2.3 exists already."],
    [
      { pendingChangesets: ["calm-fox.md"] },
      "Changesets wait for a version (run npx changeset version): calm-fox.md.",
    ],
    [{ changelog: "# Changelog\n\n## 1.2.2\n" }, 'The changelog has no section "## 1.2.3".'],
  ])("is refused for %o", (facts, complaint) => {
    expect(releaseComplaints({ ...ready, ...facts })).toEqual([complaint]);
  });

  it("is refused when the packages name a different repository from the one it is made from", () => {
    const complaints = releaseComplaints({ ...ready, remote: "https://example.org/another/heddle.git" });
    expect(complaints).toHaveLength(2);
    expect(complaints[0]).toBe(
      `@heddle/core names the repository ${repository}, but origin is https://example.org/another/heddle.git.`,
    );
  });

  it("is refused when the versions of the packages disagree", () => {
    const [core, heddle] = ready.packages;
    const packages = [core!, { ...heddle!, version: "1.2.2", dependencies: { "@heddle/core": "^1.2.3" } }];
    expect(releaseComplaints({ ...ready, packages })).toEqual([
      "heddle is 1.2.2, but @heddle/core is 1.2.3.",
      "heddle depends on @heddle/core ^1.2.3, not on exactly 1.2.3.",
    ]);
  });
});
