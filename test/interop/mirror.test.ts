/**
 * Mirrors with real servers: a tree goes there and back, is changed, and goes again; then only what was changed moves. The
 * trees are compared by SHA-256, at the server by its own folder.
 *
 * Trees have 1,000 files in 100 folders in clear, and 250 in 25 under TLS, for each file costs a handshake of both ends;
 * test/long has 5,000 files in 500 folders for each server.
 */
import { afterAll, afterEach, beforeEach, describe, it } from "vitest";
import { mirrorBothWays, ours, plainPeer, securePeer, type MirrorServer, type MirrorTrial } from "./mirror-servers.ts";
import { anySecurePeerNames, removeUser } from "./peer-servers.ts";

/** A case: the server, and the size of its tree. */
interface Case extends MirrorTrial {
  readonly name: string;
  readonly start: () => Promise<MirrorServer>;
}

const whole = { files: 1_000, folders: 100 } as const;
const smaller = { files: 250, folders: 25 } as const;
const cases: readonly Case[] = [
  ...["vsftpd", "proftpd", "pure-ftpd", "pyftpdlib"].map((name) => ({
    name,
    ...whole,
    keepsTimes: true,
    start: () => plainPeer(name),
  })),
  // Nagle's delay on its control connection: 40 ms a reply, whoever asks. It has no command that sets a time.
  { name: "inetutils", files: 100, folders: 10, keepsTimes: false, start: () => plainPeer("inetutils") },
  { name: "our server", ...whole, keepsTimes: true, start: () => ours(false) },
  ...anySecurePeerNames.map((name) => ({
    name: `${name} with TLS`,
    ...smaller,
    keepsTimes: true,
    start: () => securePeer(name),
  })),
  { name: "our server with TLS", ...smaller, keepsTimes: true, start: () => ours(true) },
];

afterAll(removeUser);

describe.each(cases)("$name", ({ start, ...trial }) => {
  let end: MirrorServer;

  beforeEach(async () => {
    end = await start();
  });

  afterEach(() => end.stop());

  it(`takes and gives a tree of ${trial.files} files in ${trial.folders} folders, and then only what changes`, async () => {
    await mirrorBothWays(end, trial);
  });
});
