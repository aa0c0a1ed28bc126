/** Servers with TLS and sessions under it, for tests over raw sockets; the certificates are made once a test file. */
import type { Socket } from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { expect, onTestFinished } from "vitest";
import type { FtpServerOptions, FtpServerTlsOptions } from "../../src/ftp-server/index.ts";
import { TlsRelay } from "../../src/net/index.ts";
import { makeAuthority, type Authority, type Issued } from "../support/certificates.ts";
import { RawSession } from "./raw-session.ts";
import { startServer, type Fixture } from "./server-fixture.ts";

/** The versions of TLS that the server speaks. */
export const versions = ["TLSv1.2", "TLSv1.3"] as const;

/** Whom the server trusts for client certificates, where it asks for them. */
export const authority: Authority = await makeAuthority();
/** The server's certificate for those who name no host. */
export const own: Issued = await authority.issue(["ftp.example.org", "127.0.0.1"]);
/** The server's certificate for other hosts. */
export const other: Issued = await authority.issue(["*.other.example"]);
/** A certificate that nobody known vouches for. */
export const stranger: Issued = await (await makeAuthority("Somebody else")).issue(["stranger"]);

/** Starts a server that offers AUTH TLS unless told otherwise. */
export function secureServer(
  tls: Partial<FtpServerTlsOptions> = {},
  more: Partial<FtpServerOptions> & Parameters<typeof startServer>[0] = {},
): Promise<Fixture> {
  return startServer({ tls: { certificates: [own, other], ...tls }, ...more });
}

/** Connects, begins TLS by AUTH and logs in as `me`. */
export async function secureLogin(port: number, options: ConnectionOptions = {}): Promise<RawSession> {
  const session = await RawSession.open(port);
  onTestFinished(() => session.close());
  await session.startTls(options);
  await logIn(session);
  return session;
}

/** As `secureLogin`, over a relay that can end TLS again: for CCC. */
export async function loginOverRelay(port: number, options: ConnectionOptions = {}): Promise<OverRelay> {
  const session = await RawSession.open(port);
  onTestFinished(() => session.close());
  expect(await session.code("AUTH TLS")).toBe(234);
  const raw = session.detach();
  const relay = new TlsRelay(raw);
  const secure = await session.secure(options, relay);
  await logIn(session);
  return { session, raw, relay, secure };
}

/** A session whose TLS goes over a relay. */
export interface OverRelay {
  readonly session: RawSession;
  /** The connection beneath TLS. */
  readonly raw: Socket;
  readonly relay: TlsRelay;
  readonly secure: TLSSocket;
}

async function logIn(session: RawSession): Promise<void> {
  expect(await session.code("USER me")).toBe(331);
  expect(await session.code("PASS secret")).toBe(230);
}

/** Makes data connections private from now on. */
export async function privateData(session: RawSession): Promise<void> {
  expect(await session.code("PBSZ 0")).toBe(200);
  expect(await session.code("PROT P")).toBe(200);
}
