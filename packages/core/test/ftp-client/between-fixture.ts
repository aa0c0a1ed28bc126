/** Two servers at addresses of their own, and a client of each: for transfers between servers. */
import { expect, onTestFinished } from "vitest";
import type { Account } from "../../src/accounts/index.ts";
import { FtpClient, type FtpClientOptions } from "../../src/ftp-client/index.ts";
import { FtpServer, type FtpServerOptions } from "../../src/ftp-server/index.ts";
import { MemoryStorage } from "../../src/storage/index.ts";
import { makeAuthority, type Authority, type Issued } from "../support/certificates.ts";
import { putFile, readFile } from "../ftp-server/server-fixture.ts";

/** The addresses of the two servers; the client has another, as it would have. */
export const addresses = ["127.0.0.2", "127.0.0.3"] as const;

const authority: Authority = await makeAuthority();
const certificate: Issued = await authority.issue([...addresses, "127.0.0.1", "::1"]);

/** A server, its storage, and a client that is logged in. */
export interface Peer {
  readonly server: FtpServer;
  readonly storage: MemoryStorage;
  readonly client: FtpClient;
  /** The commands that the client sent. */
  readonly sent: string[];
}

/** How a peer differs from one that allows everything. */
export interface PeerOptions {
  readonly tls?: boolean;
  /** Whether the server under TLS demands private data. Default true. */
  readonly requireForData?: boolean;
  readonly account?: Partial<Account>;
  readonly server?: Partial<FtpServerOptions>;
  readonly client?: FtpClientOptions;
}

/** Starts a server at an address, and logs a client in. */
export async function startPeer(host: string, options: PeerOptions = {}): Promise<Peer> {
  const { tls = false, account, server: more, client: clientOptions, requireForData = true } = options;
  const storage = new MemoryStorage();
  const server = new FtpServer({
    accounts: { login: () => ({ name: "me", storage, allowForeignData: true, ...account }) },
    listeners: [{ host, port: 0 }],
    ...(tls ? { tls: { certificates: [certificate], requireForData } } : {}),
    ...more,
  });
  await server.start();
  const sent: string[] = [];
  const client = await FtpClient.connect({
    host,
    port: server.addresses[0]?.port ?? 0,
    user: "me",
    password: "x",
    tls: tls ? { authorities: [authority.cert] } : "off",
    trace: { command: ({ verb, argument = "" }) => void sent.push(`${verb} ${argument}`.trim()) },
    ...clientOptions,
  });
  onTestFinished(async () => {
    client.destroy();
    await server.stop();
  });
  return { server, storage, client, sent };
}

/** Two of them, the first with a file `/a`. */
export async function startPair(
  content: string | Uint8Array,
  from: PeerOptions = {},
  to: PeerOptions = from,
): Promise<readonly [Peer, Peer]> {
  const pair = [await startPeer(addresses[0], from), await startPeer(addresses[1], to)] as const;
  await putFile(pair[0].storage, "/a", content);
  return pair;
}

/** Sees that a client moves files as before. */
export async function expectUsable({ client, storage }: Peer): Promise<void> {
  await client.upload(new TextEncoder().encode("after"), "after");
  expect(await readFile(storage, "/after")).toBe("after");
  expect(new TextDecoder().decode(await client.downloadBytes("after"))).toBe("after");
}
