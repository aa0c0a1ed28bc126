// What the client library does under the runtime that runs this: `node scripts/client-check.js ftp://user:password@host:port/`
// (or bun, or deno run -A). For docs/runtimes.md. A second argument is a file with the authority of the server's
// certificate: then everything goes under TLS. It writes into the login's folder, and removes what it wrote.
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { FtpClient, FtpPool } from "../packages/core/dist/ftp-client/index.js";

const [url, authority] = process.argv.slice(2);
const options = {
  connectTimeout: 5_000,
  replyTimeout: 10_000,
  stallTimeout: 10_000,
  ...(authority === undefined ? {} : { tls: { mode: "explicit", authorities: [{ file: authority }] } }),
};
const content = randomBytes(24 * 1024 * 1024);
const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");
const demand = (condition, what) => {
  if (!condition) throw new Error(what);
};
const demandWhole = async (bytes) => demand(digest(bytes) === digest(content), "other octets came");

/** Seconds that one step may take: a runtime that hangs must not hang this. */
const stepLimit = 60;
const folder = await mkdtemp(join(tmpdir(), "twinport-check-"));
const local = join(folder, "file");
await writeFile(local, content);
const collect = async (chunks) => {
  const parts = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
};

const steps = {
  connect: async () => void (await connected()).noop(),
  "put a file": async () => void (await (await connected()).upload(local, "check-file")),
  "put bytes": async () => void (await (await connected()).upload(content, "check-bytes")),
  "put a stream": async () => void (await (await connected()).upload(Readable.from([content]), "check-stream")),
  list: async () => {
    const names = (await (await connected()).list()).map(({ name }) => name);
    demand(names.includes("check-file") && names.includes("check-bytes"), `listed: ${names.join(", ")}`);
  },
  "get a file": async () => {
    await (await connected()).download("check-file", join(folder, "back"));
    await demandWhole(await readFile(join(folder, "back")));
  },
  "get bytes": async () => demandWhole(await (await connected()).downloadBytes("check-bytes")),
  "get chunks": async () => demandWhole(await collect(await (await connected()).openRead("check-stream"))),
  "verify by hash": async () => {
    await (await connected()).download("check-file", join(folder, "verified"), { verify: true });
  },
  "active mode": async () => {
    const client = await FtpClient.connect(url, { ...options, dataMode: "active" });
    await demandWhole(await client.downloadBytes("check-file"));
    await client.close();
  },
  "abort, and go on": async () => {
    const controller = new AbortController();
    const aborting = (await connected()).downloadBytes("check-file", {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    demand(
      await aborting.then(
        () => false,
        ({ kind }) => kind === "aborted",
      ),
      "it was not aborted",
    );
    demand((await (await connected()).size("check-file")) === content.length, "out of step");
  },
  "limited bandwidth": async () => {
    const begun = performance.now();
    await demandWhole(await (await connected()).downloadBytes("check-file", { bandwidth: 48 * 1024 * 1024 }));
    demand(performance.now() - begun > 200, "it was not slowed");
  },
  "get in segments": async () => {
    const pool = new FtpPool(url, options);
    await pool.downloadSegmented("check-file", join(folder, "segments"), { minSegment: 1024 * 1024 });
    await pool.close();
    await demandWhole(await readFile(join(folder, "segments")));
  },
  remove: async () => {
    for (const name of ["check-file", "check-bytes", "check-stream"]) await (await connected()).remove(name);
  },
};

let client;
const connected = async () => {
  if (client === undefined || client.closed) client = await FtpClient.connect(url, options);
  return client;
};

let failed = 0;
for (const [name, step] of Object.entries(steps)) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not settle in ${stepLimit} s`)), stepLimit * 1000);
  });
  try {
    await Promise.race([step(), late]);
    console.log(`ok      ${name}`);
  } catch (error) {
    failed++;
    console.log(`failed  ${name}: ${error.message}`);
    client?.destroy();
    client = undefined;
  }
  clearTimeout(timer);
}
await client?.close();
await rm(folder, { recursive: true, force: true });
process.exit(failed === 0 ? 0 : 1);
