/**
 * FTP over bad networks, both ends ours, and one end a peer's: whatever says that it is done has moved the file whole, by its
 * SHA-256; whatever fails says so by an error that may pass, and leaves what was there before.
 *
 * A relay of the tests' own is slow, sends in pieces, stands still and cuts; where the kernel has netem, that loses, doubles
 * and lets packets overtake each other besides. TWINPORT_NETEM_SEED: the relay's numbers; it is printed.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { octets, sha256 } from "../../packages/core/test/ftp-client/faults/faulty-line.ts";
import { seeded } from "../../packages/core/test/support/seeded.ts";
import {
  FtpClient,
  FtpError,
  FtpPool,
  isRetryable,
  type FtpClientOptions,
} from "../../packages/core/src/ftp-client/index.ts";
import { FtpServer } from "../../packages/core/src/ftp-server/index.ts";
import { LocalStorage } from "../../packages/core/src/storage/index.ts";
import { makeAuthority } from "../../packages/core/test/support/certificates.ts";
import { peerPassword, peerUser, removeUser, startPeer } from "../interop/peer-servers.ts";
import { makeFolder, run } from "../interop/processes.ts";
import { startServerProgram, twinport } from "../programs.ts";
import { makeNetem } from "../support/lossy-network.ts";
import { RoughLine, type Roughness } from "../support/rough-line.ts";

const seed = Number(process.env["TWINPORT_NETEM_SEED"] ?? Date.now() % 1_000_000_007);
process.stderr.write(`netem: again with TWINPORT_NETEM_SEED=${seed}\n`);

/** Slow and in pieces, and nothing is lost. */
const slow: Omit<Roughness, "random"> = {
  ...{ delay: 10, rate: 2_000_000, piece: 16_000, stalls: 0.01, stall: 300 },
  ...{ dataBetweenCuts: Infinity, linesBetweenCuts: Infinity, cuts: [] },
};
/** The same, and cut at every second file or so. */
const cutting: Omit<Roughness, "random"> = {
  ...slow,
  ...{ dataBetweenCuts: 600_000, linesBetweenCuts: 60, cuts: ["reset", "reset", "all-reset", "silence"] },
};

/** Limits of clients and servers that do not wait long for what was cut. */
const impatient: FtpClientOptions = {
  ...{
    connectTimeout: 3_000,
    replyTimeout: 3_000,
    dataConnectionTimeout: 3_000,
    stallTimeout: 3_000,
    hashTimeout: 3_000,
  },
};
/** Attempts of a pool: the line is cut again and again. */
const patience = { retries: 30, delay: 10, longestDelay: 200 };

/** Files of many sizes, by name. */
const files: ReadonlyMap<string, Buffer> = new Map(
  [0, 1, 1_460, 65_536, 200_000, 700_001, 1_500_000].map((size, at) => [`file-${at}`, octets(size, size + 1)]),
);

interface Ours {
  readonly server: FtpServer;
  readonly root: string;
  readonly port: number;
  readonly authority: string;
}

/** Our server over a folder that holds the files. */
async function ours(): Promise<Ours> {
  const folder = await makeFolder();
  const root = join(folder.path, "root");
  await mkdir(root);
  for (const [name, bytes] of files) await writeFile(join(root, name), bytes);
  const storage = new LocalStorage({ root });
  const authority = await makeAuthority();
  const server = new FtpServer({
    accounts: { login: ({ user }) => ({ name: user, storage }) },
    listeners: [{ host: "127.0.0.1", port: 0 }],
    tls: { certificates: [await authority.issue(["127.0.0.1"])] },
    limits: { stallTimeout: 3_000, dataConnectionTimeout: 3_000, idleTimeout: 20_000 },
  });
  await server.start();
  onTestFinished(async () => {
    await server.stop();
    await storage.close();
    await folder.remove();
  });
  return { server, root, port: server.addresses[0]?.port ?? 0, authority: authority.cert };
}

async function lineTo(port: number, how: Omit<Roughness, "random">): Promise<RoughLine> {
  const line = await RoughLine.open(port, { ...how, random: seeded(seed) });
  onTestFinished(() => line.close());
  return line;
}

/** Each file up under another name and down again, by a pool that tries again. @param home - The server's folder. */
async function moveAll(options: FtpClientOptions, home: string, line: RoughLine): Promise<void> {
  const pool = new FtpPool({ ...options, ...impatient }, { limit: 3, retry: patience });
  const local = await makeFolder();
  try {
    await Promise.all(
      [...files].map(async ([name, bytes]) => {
        await pool.upload(bytes, `up-${name}`);
        await pool.download(`up-${name}`, join(local.path, name));
      }),
    );
    for (const [name, bytes] of files) {
      expect(sha256(await readFile(join(home, `up-${name}`))), `${name} up`).toBe(sha256(bytes));
      expect(sha256(await readFile(join(local.path, name))), `${name} down`).toBe(sha256(bytes));
    }
    expect((await readdir(local.path)).sort()).toEqual([...files.keys()].sort());
    expect(line.counts.stalls).toBeGreaterThan(0);
  } finally {
    await pool.close();
    await local.remove();
  }
}

/** Our server holds nothing more for clients that have gone. */
async function expectNothingHeld({ server }: Ours): Promise<void> {
  await expect.poll(() => server.sessionCount, { timeout: 30_000 }).toBe(0);
  expect(server.passivePortsArmed).toBe(0);
}

const login = { host: "127.0.0.1", user: "me", password: "secret" };

describe.each([
  ["slow, and in pieces", slow],
  ["cut again and again", cutting],
] as const)("our client and our server, over a line that is %s", (_, how) => {
  it.each([
    ["passive", "epsv"],
    ["passive by PASV", "pasv"],
    ["active", "active"],
  ] as const)("move files whole, %s", async (_name, dataMode) => {
    const end = await ours();
    const line = await lineTo(end.port, how);
    await moveAll({ ...login, port: line.port, dataMode }, end.root, line);
    if (how === cutting) expect(line.counts.reset + line.counts["all-reset"] + line.counts.silence).toBeGreaterThan(0);
    line.close();
    await expectNothingHeld(end);
  });

  it("move files whole under TLS", async () => {
    const end = await ours();
    const line = await lineTo(end.port, how);
    const tls = { authorities: [end.authority] };
    await moveAll({ ...login, port: end.port, tls, dial: line.dial }, end.root, line);
    line.close();
    await expectNothingHeld(end);
  });
});

describe("a client that does not try again", () => {
  it(
    "either has moved the file, or fails with what may pass, and leaves what was there",
    { timeout: 900_000 },
    async () => {
      const end = await ours();
      const line = await lineTo(end.port, { ...cutting, dataBetweenCuts: 400_000, linesBetweenCuts: 100 });
      const [before, after] = [octets(150_000, 1), octets(200_000, 2)];
      let failed = 0;
      for (let round = 0; round < 60; round++) {
        await writeFile(join(end.root, "target"), before);
        const done = await attempt(line.port, async (client) => {
          if (round % 2 === 0) await client.upload(after, "target");
          else expect(sha256(await client.downloadBytes("target"))).toBe(sha256(before));
        });
        if (!done) failed++;
        const there = sha256(await readFile(join(end.root, "target")));
        const old = sha256(before);
        // Where the answer was lost, nobody knows whether it was done; half of it is never there.
        if (round % 2 === 1) expect(there).toBe(old);
        else if (done) expect(there).toBe(sha256(after));
        else expect([old, sha256(after)]).toContain(there);
      }
      expect(failed).toBeGreaterThan(0);
      expect(failed).toBeLessThan(60);
      line.close();
      await expectNothingHeld(end);
    },
  );

  /** Whether it was done. Every failure is one of the client's own that may pass. */
  async function attempt(port: number, work: (client: FtpClient) => Promise<void>): Promise<boolean> {
    let client: FtpClient | undefined;
    try {
      client = await FtpClient.connect({ ...login, port, ...impatient });
      await work(client);
      return true;
    } catch (error) {
      expect(error, String(error)).toBeInstanceOf(FtpError);
      expect(isRetryable(error), String(error)).toBe(true);
      return false;
    } finally {
      client?.destroy();
    }
  }
});

describe("our client at servers of others", () => {
  afterAll(removeUser);

  it.each(["vsftpd", "proftpd", "pure-ftpd"])(
    "moves files whole over a line that is cut again and again: %s",
    async (name) => {
      const peer = await startPeer(name);
      // Not in silence: a session of theirs that does not know of its end still writes into the file, or locks it.
      const line = await lineTo(peer.port, { ...cutting, cuts: ["reset", "reset", "all-reset"] });
      onTestFinished(() => peer.stop());
      await moveAll({ host: "127.0.0.1", port: line.port, user: peerUser, password: peerPassword }, peer.home, line);
    },
  );
});

describe("clients of others at our server", () => {
  it.each([[[]], [["--ftp-port", "127.0.0.1"]]])("curl goes on where it was cut, both ways (%j)", async (active) => {
    const end = await ours();
    const line = await lineTo(end.port, cutting);
    const local = await makeFolder();
    onTestFinished(() => local.remove());
    const again = ["--retry", "60", "--retry-all-errors", "--retry-delay", "1", "-m", "60", "-y", "3", "-Y", "1"];
    const curl = async (...args: readonly string[]): Promise<number | null> =>
      (await run("curl", ["-sS", ...again, "--connect-timeout", "3", ...active, ...args], { mayFail: true })).code;
    for (const [name, bytes] of files) {
      const url = `ftp://me:secret@127.0.0.1:${line.port}`;
      const target = join(local.path, name);
      expect(await curl("-o", target, `${url}/${name}`), `${name} down`).toBe(0);
      expect(sha256(await readFile(target)), `${name} down`).toBe(sha256(bytes));
      const sent = await curl("-T", target, `${url}/up-${name}`);
      const there = await readFile(join(end.root, `up-${name}`)).catch(() => undefined);
      // An upload whose answer was lost is there all the same; half of one never is.
      if (sent === 0) expect(there, `${name} up`).toBeDefined();
      if (there !== undefined) expect(sha256(there), `${name} up`).toBe(sha256(bytes));
    }
    line.close();
    await expectNothingHeld(end);
  });

  it("lftp mirrors there and back over a slow line", async () => {
    const end = await ours();
    const line = await lineTo(end.port, slow);
    const local = await makeFolder();
    onTestFinished(() => local.remove());
    const settings =
      "set net:timeout 4; set net:max-retries 60; set net:reconnect-interval-base 1; set net:reconnect-interval-max 1";
    const work = `mirror / ${join(local.path, "back")}; mirror -R ${join(local.path, "back")} /again; bye`;
    await run("lftp", [
      "-u",
      "me,secret",
      "-e",
      `set ftp:ssl-allow no; ${settings}; ${work}`,
      `ftp://127.0.0.1:${line.port}`,
    ]);
    for (const [name, bytes] of files) {
      expect((await readFile(join(local.path, "back", name))).length, `${name} down`).toBe(bytes.length);
      expect(sha256(await readFile(join(local.path, "back", name))), `${name} down`).toBe(sha256(bytes));
      expect(sha256(await readFile(join(end.root, "again", name))), `${name} up`).toBe(sha256(bytes));
    }
    line.close();
    await expectNothingHeld(end);
  });
});

const netem = await makeNetem().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
if (netem instanceof Error) {
  const why = netem.message.split("\n").find((line) => /error|denied/i.test(line)) ?? netem.message;
  process.stderr.write(`FTP over netem is left out, since this machine has none: ${why.trim()}\n`);
}

describe.skipIf(netem instanceof Error)("packets that are lost, doubled and overtaken", () => {
  const through = netem instanceof Error ? [] : netem.through;
  let served: Awaited<ReturnType<typeof makeFolder>>;
  let server: Awaited<ReturnType<typeof startServerProgram>>;

  beforeAll(async () => {
    served = await makeFolder();
    for (const [name, bytes] of files) await writeFile(join(served.path, name), bytes);
    const env = { TWINPORT_USERS: "me:secret" };
    server = await startServerProgram([served.path, "--log-level", "error"], { env, showLog: true, through });
  });

  afterAll(async () => {
    await server.stop("SIGTERM");
    await served.remove();
    if (!(netem instanceof Error)) await netem.close();
  });

  const url = (path: string): string => `ftp://me:secret@127.0.0.1:${server.port}/${path}`;
  const clients: Readonly<Record<string, (name: string, to: string) => readonly (readonly string[])[]>> = {
    "our client": (name, to) => [
      [process.execPath, twinport, "get", url(name), to],
      [process.execPath, twinport, "put", to, url(`up-${name}`)],
    ],
    curl: (name, to) => [
      ["curl", "-sS", "-o", to, url(name)],
      ["curl", "-sS", "-T", to, url(`up-${name}`)],
    ],
    lftp: (name, to) => [
      ["lftp", "-c", `get ${url(name)} -o ${to}`],
      ["lftp", "-c", `put ${to} -o ${url(`up-${name}`)}`],
    ],
  };

  it.each(Object.entries(clients))("are made good for %s and our server", async (_, commands) => {
    const local = await makeFolder();
    onTestFinished(() => local.remove());
    for (const [name, bytes] of files) {
      const to = join(local.path, name);
      for (const [command = "", ...args] of commands(name, to).map((line) => [...through, ...line]))
        await run(command, args);
      expect(sha256(await readFile(to)), `${name} down`).toBe(sha256(bytes));
      expect(sha256(await readFile(join(served.path, `up-${name}`))), `${name} up`).toBe(sha256(bytes));
    }
  });
});
