// What must be true before a version is published. Facts in, complaints out: tools/release.mjs gathers the facts.

/**
 * @typedef {object} Facts
 * @property {{ name: string, version: string, repository: string, dependencies: Record<string, string> }[]} packages
 * @property {string} confirmed the version that the person who releases has typed
 * @property {string} branch the branch that is checked out
 * @property {string[]} changedFiles files that are not committed
 * @property {string[]} tags tags of the repository
 * @property {string} remote the address that `origin` fetches from
 * @property {string[]} pendingChangesets changesets that are not in a version yet
 * @property {string} changelog the text of the changelog
 */

/**
 * Lists what stands in the way of a release; nothing if it may go ahead.
 *
 * @param {Facts} facts
 * @returns {string[]} one sentence each
 */
export function releaseComplaints(facts) {
  const { packages, confirmed, branch, changedFiles, tags, remote, pendingChangesets, changelog } = facts;
  const version = packages[0].version;
  const complaints = [];
  const must = (holds, complaint) => {
    if (!holds) complaints.push(complaint);
  };
  for (const one of packages) {
    must(one.version === version, `${one.name} is ${one.version}, but ${packages[0].name} is ${version}.`);
    must(
      address(one.repository) === address(remote),
      `${one.name} names the repository ${one.repository}, but origin is ${remote || "not set"}.`,
    );
    for (const { name } of packages) {
      const wanted = one.dependencies[name];
      must(
        wanted === undefined || wanted === version,
        `${one.name} depends on ${name} ${wanted}, not on exactly ${version}.`,
      );
    }
  }
  must(
    confirmed === version,
    `The version to release is ${version}, but ${confirmed || "none"} was confirmed.`,
  );
  must(branch === "main", `Releases are made from main, but ${branch} is checked out.`);
  must(changedFiles.length === 0, `Not committed: ${changedFiles.join(", ")}.`);
  must(!tags.includes(`v${version}`), `The tag v${version} exists already.`);
  must(
    pendingChangesets.length === 0,
    `Changesets wait for a version (run npx changeset version): ${pendingChangesets.join(", ")}.`,
  );
  must(
    changelog.split("\n").some((line) => line.startsWith(`## ${version}`)),
    `The changelog has no section "## ${version}".`,
  );
  return complaints;
}

/** A repository's host and path, however its address is written. */
function address(url) {
  return url
    .replace(/^git\+/, "")
    .replace(/^git@([^:]+):/, "https://$1/")
    .replace(/^\w+:\/\/([^@/]*@)?/, "")
    .replace(/\.git$/, "");
}
