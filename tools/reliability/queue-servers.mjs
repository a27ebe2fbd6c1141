// Real servers for sweeps of several machines, each on a free port and in a folder of its own: Redis with its append-only
// file, and PostgreSQL. They can be killed and started again with what was on the disk.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The folder of PostgreSQL's programs: Debian has a folder for each version. */
const postgresPrograms = (() => {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(debian, version, "bin")), "/usr/bin", "/usr/local/bin"];
  return folders.find((folder) => existsSync(join(folder, "initdb")));
})();

/** PostgreSQL refuses to run as root: the user whom its package has made. */
const postgresUser = (() => {
  if (process.getuid?.() !== 0) return {};
  const id = (word) => Number(spawnSync("id", [word, "postgres"], { encoding: "utf8" }).stdout);
  return { uid: id("-u"), gid: id("-g") };
})();

export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;
export const hasPostgres = postgresPrograms !== undefined && !Number.isNaN(postgresUser.uid ?? 0);

/** @returns {Promise<number>} a port that nobody uses */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilListening(port, child, host) {
  for (let tries = 0; tries < 400; tries++) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}.`);
    const open = await new Promise((resolve) => {
      const socket = connect(port, host, () => resolve(true)).on("error", () => resolve(false));
      socket.on("close", () => {}).on("connect", () => socket.end());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("The server does not listen.");
}

/** A server of one kind: started, killed, started again. */
class Server {
  /** @type {import("node:child_process").ChildProcess} */
  child;
  /** @type {string} */
  url;

  /** @param {{ kind: string, port: number, folder: string, host: string, url: string, command: () => [string, string[], object] }} parts */
  constructor(parts) {
    Object.assign(this, parts);
  }

  async start() {
    const [program, words, options] = this.command();
    for (let tries = 1; ; tries++) {
      this.child = spawn(program, words, { stdio: "ignore", ...options });
      try {
        await untilListening(this.port, this.child, this.host);
        break;
      } catch (thrown) {
        // Processes of a PostgreSQL that was killed notice it after a moment.
        if (tries === 20) throw thrown;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
    if (this.kind === "postgres") await this.untilReady();
  }

  async untilReady() {
    for (let tries = 0; tries < 400; tries++) {
      const words = ["-h", this.host, "-p", String(this.port), "-U", "heddle", "-d", "postgres"];
      if (spawnSync(join(postgresPrograms, "pg_isready"), words).status === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error("PostgreSQL does not answer.");
  }

  /** As a power cut would. */
  async kill() {
    const { child } = this;
    const ended = new Promise((resolve) => child.on("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  async remove() {
    if (this.child?.exitCode === null && this.child.signalCode === null) await this.kill();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

/**
 * A certificate authority of our own, and a certificate for `localhost` that it signs.
 *
 * @param {string} folder
 * @returns {{ ca: string, certificate: string, key: string }} paths of files
 */
export function makeCertificates(folder) {
  const path = (name) => join(folder, name);
  const openssl = (...words) => execFileSync("openssl", words, { stdio: ["ignore", "ignore", "pipe"] });
  const newKey = ["-newkey", "rsa:2048", "-nodes", "-keyout"];
  openssl(
    "req",
    "-x509",
    ...newKey,
    path("ca.key"),
    "-subj",
    "/CN=Heddle test CA",
    "-days",
    "2",
    "-out",
    path("ca.pem"),
  );
  openssl("req", ...newKey, path("server.key"), "-subj", "/CN=localhost", "-out", path("server.csr"));
  writeFileSync(path("names"), "subjectAltName=DNS:localhost\n");
  const signer = ["-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial"];
  openssl(
    ...["x509", "-req", "-in", path("server.csr"), ...signer, "-days", "2"],
    ...["-extfile", path("names"), "-out", path("server.pem")],
  );
  return { ca: path("ca.pem"), certificate: path("server.pem"), key: path("server.key") };
}

/**
 * Redis with an append-only file: unless `appendfsync` says so, every write is on the disk before it answers.
 *
 * @param {{ host?: string, password?: string, tls?: { certificate: string, key: string }, appendfsync?: string }} [options]
 */
export async function startRedis({ host = "127.0.0.1", password, tls, appendfsync = "always" } = {}) {
  const [port, folder] = [await freePort(), mkdtempSync(join(tmpdir(), "heddle-redis-"))];
  const words = ["--port", tls ? "0" : String(port), "--bind", host, "--dir", folder, "--appendonly", "yes"];
  if (tls) {
    words.push("--tls-port", String(port), "--tls-auth-clients", "no");
    words.push(
      "--tls-cert-file",
      tls.certificate,
      "--tls-key-file",
      tls.key,
      "--tls-ca-cert-file",
      tls.certificate,
    );
  }
  words.push("--appendfsync", appendfsync, "--save", "", "--protected-mode", "no");
  if (password) words.push("--requirepass", password);
  const command = () => ["redis-server", words, {}];
  const url = tls ? `rediss://localhost:${port}` : `redis://${host}:${port}`;
  const server = new Server({ kind: "redis", port, folder, host, url, command });
  await server.start();
  return server;
}

/**
 * PostgreSQL with a user `heddle`.
 *
 * @param {{ host?: string, password?: string, tls?: { certificate: string, key: string } }} [options]
 */
export async function startPostgres({ host = "127.0.0.1", password, tls } = {}) {
  const [port, folder] = [await freePort(), mkdtempSync(join(tmpdir(), "heddle-postgres-"))];
  const { uid, gid } = postgresUser;
  if (uid !== undefined) chownSync(folder, uid, gid);
  const as = { ...postgresUser, cwd: folder };
  const passwordFile = join(folder, "password");
  if (password) writeFileSync(passwordFile, password);
  const init = [join(postgresPrograms, "initdb"), "-D", join(folder, "data"), "-U", "heddle", "-A"];
  const auth = password ? ["scram-sha-256", "--pwfile", passwordFile] : ["trust"];
  execFileSync(init[0], [...init.slice(1), ...auth, "--no-sync", "-E", "UTF8", "--locale", "C"], {
    ...as,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const words = ["-D", join(folder, "data"), "-p", String(port), "-h", host, "-k", folder];
  words.push("-c", "max_connections=200", "-c", "shared_buffers=16MB");
  if (tls) {
    const [certificate, key] = [join(folder, "server.pem"), join(folder, "server.key")];
    copyFileSync(tls.certificate, certificate);
    copyFileSync(tls.key, key);
    chmodSync(key, 0o600);
    if (uid !== undefined) for (const path of [certificate, key]) chownSync(path, uid, gid);
    words.push("-c", "ssl=on", "-c", `ssl_cert_file=${certificate}`, "-c", `ssl_key_file=${key}`);
  }
  if (host !== "127.0.0.1")
    execFileSync("sh", [
      "-c",
      `echo "host all all 0.0.0.0/0 trust" >> "${join(folder, "data", "pg_hba.conf")}"`,
    ]);
  const command = () => [join(postgresPrograms, "postgres"), words, as];
  const url = tls
    ? `postgres://heddle@localhost:${port}/postgres?sslmode=verify-full`
    : `postgres://heddle@${host}:${port}/postgres`;
  const server = new Server({ kind: "postgres", port, folder, host, url, command });
  await server.start();
  return server;
}
