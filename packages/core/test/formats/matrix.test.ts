/**
 * Our client and our server through the combinations of type, structure and mode, active and passive, plain and under TLS,
 * IPv4 and IPv6, on random files: what was uploaded is downloaded, and both are what the store has.
 */
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FtpClient, type FormatOptions } from "../../src/ftp-client/index.ts";
import { FtpServer } from "../../src/ftp-server/index.ts";
import { LocalStorage } from "../../src/storage/index.ts";
import { makeAuthority } from "../support/certificates.ts";

/** Files for each combination: a few here, many with TWINPORT_RUNS=100. */
const runs = Number(process.env["TWINPORT_RUNS"] ?? 2);

const records = { layout: "fixed", length: 100 } as const;
const representation = { records, pageLength: 200, longestRecord: 16 * 1024 * 1024, markerInterval: 100_000 } as const;

const types = [
  "binary",
  "ascii",
  "ebcdic",
  { type: "A", format: "T" },
  { type: "E", format: "C" },
  { type: "L", byteSize: 8 },
  { type: "L", byteSize: 12 },
  { type: "L", byteSize: 32 },
  { type: "L", byteSize: 36 },
] as const;
const structures = ["file", "record", "page"] as const;
const modes = ["stream", "block", "compressed", "deflate"] as const;

type TypeChoice = (typeof types)[number];

const isText = (type: TypeChoice): boolean =>
  type === "ascii" || type === "ebcdic" || (typeof type === "object" && type.type !== "L");
const bitsOf = (type: TypeChoice): number => (typeof type === "object" && type.type === "L" ? type.byteSize : 8);

/** Sizes from nothing to 10 MiB, the small ones more often. */
const sizes = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 2_000 }) },
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 200_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1024 * 1024, max: 10 * 1024 * 1024 }) },
);

/** A random file that the type can tell: text has no CR of its own, a logical byte fits into its bits. */
function contentFor(type: TypeChoice, structure: string, size: number, repeats: boolean): Buffer {
  const content = repeats
    ? Buffer.alloc(size, Buffer.concat([randomBytes(7), Buffer.alloc(90), randomBytes(3)]))
    : randomBytes(size);
  if (isText(type)) {
    for (let at = 0; at < content.length; at++) if (content[at] === 13) content[at] = 10;
    return content;
  }
  const bits = bitsOf(type);
  const unit = Math.ceil(bits / 8);
  const whole = content.subarray(0, content.length - (content.length % unit));
  if (bits % 8 === 0 && structure !== "page") return content;
  // Eight-bit pages can number 256 pages and no more.
  const most = structure === "page" ? Math.min(whole.length, 200 * 2 ** Math.min(bits, 20) * unit) : whole.length;
  const cut = whole.subarray(0, most - (most % unit));
  const mask = 0xff >> (unit * 8 - bits);
  for (let at = 0; at < cut.length; at += unit) cut[at] = (cut[at] ?? 0) & mask;
  return cut;
}

let folder: string;
let server: FtpServer;
const clients = new Map<string, FtpClient>();
let authority: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "twinport-formats-"));
  const root = await makeAuthority();
  authority = root.cert;
  const storage = new LocalStorage({ root: folder });
  server = new FtpServer({
    accounts: { login: ({ user }) => ({ name: user, storage }) },
    listeners: [
      { host: "127.0.0.1", port: 0 },
      { host: "::1", port: 0, optional: true },
    ],
    tls: { certificates: [await root.issue(["127.0.0.1", "::1"])] },
    representation,
    deflate: true,
    // Random numbers may not look like a bomb; runs of zeros in tests may.
    limits: { inflateRatio: 2_000, stallTimeout: 30_000 },
  });
  await server.start();
});

afterAll(async () => {
  for (const client of clients.values()) client.destroy();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function clientFor(active: boolean, secure: boolean, family: 4 | 6): Promise<FtpClient> {
  const key = `${active} ${secure} ${family}`;
  const known = clients.get(key);
  if (known !== undefined && !known.closed) return known;
  const address = server.addresses.find(({ address }) => (address === "::1") === (family === 6));
  if (address === undefined) throw new Error("There is no such listener");
  const client = await FtpClient.connect({
    host: address.address,
    port: address.port,
    user: "me",
    password: "x",
    dataMode: active ? "active" : "auto",
    ...(secure ? { tls: { authorities: [authority] } } : {}),
  });
  clients.set(key, client);
  return client;
}

const combinations = types.flatMap((type) =>
  structures
    .filter((structure) => !(structure === "page" && isText(type)))
    .flatMap((structure) => modes.map((mode) => ({ type, structure, mode }))),
);

describe("a file goes up and comes down as it was", () => {
  const name = ({ type, structure, mode }: (typeof combinations)[number]): string =>
    `${typeof type === "string" ? type : JSON.stringify(type)}, ${structure}, ${mode}`;

  it.each(combinations.map((combination) => [name(combination), combination] as const))(
    "%s",
    async (_, { type, structure, mode }) => {
      const how: FormatOptions = { type, structure, mode, representation };
      await fc.assert(
        fc.asyncProperty(
          sizes,
          fc.boolean(),
          fc.boolean(),
          fc.boolean(),
          fc.constantFrom(...server.addresses.map(({ address }) => (address === "::1" ? (6 as const) : (4 as const)))),
          async (size, repeats, active, secure, family) => {
            const content = contentFor(type, structure, size, repeats);
            const client = await clientFor(active, secure, family);
            await client.upload(content, "/f", how);
            const stored = await client.downloadBytes("/f");
            expect(Buffer.compare(stored, content), "what is stored").toBe(0);
            const back = await client.downloadBytes("/f", how);
            expect(Buffer.compare(back, content), "what came back").toBe(0);
          },
        ),
        { numRuns: runs },
      );
    },
    60_000,
  );
});
