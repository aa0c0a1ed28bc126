/** Who logs in with what: the URL, then TWINPORT_PASSWORD, then `.netrc`, then a prompt. Nothing secret need stand in argv. */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { FtpUrl } from "@twinport/core/ftp-client";
import { UsageError } from "../exit-codes.ts";
import { findInNetrc, type NetrcEntry } from "./netrc.ts";

/** What a login needs. */
export interface FoundCredentials {
  readonly user: string;
  readonly password: string | (() => Promise<string>);
  readonly account?: string;
}

/** Finds the credentials for a URL. @throws UsageError when a password is needed and nobody can be asked. */
export async function findCredentials(url: FtpUrl): Promise<FoundCredentials> {
  const netrc = await readNetrc(url);
  const user = url.user ?? netrc?.login ?? "anonymous";
  const account = netrc?.account === undefined ? {} : { account: netrc.account };
  const fromNetrc = netrc?.login === undefined || netrc.login === user ? netrc?.password : undefined;
  const known = url.password ?? process.env["TWINPORT_PASSWORD"] ?? fromNetrc;
  if (known !== undefined) return { user, password: known, ...account };
  if (/^(?:anonymous|ftp)$/i.test(user)) return { user, password: "anonymous@", ...account };
  let asked: Promise<string> | undefined;
  return { user, password: () => (asked ??= ask(user, url.host)), ...account };
}

async function readNetrc(url: FtpUrl): Promise<NetrcEntry | undefined> {
  const path = process.env["NETRC"] ?? join(homedir(), ".netrc");
  try {
    return findInNetrc(await readFile(path, "utf8"), url.host, url.user);
  } catch {
    return undefined;
  }
}

/** Asks on the terminal, without showing what is typed. */
async function ask(user: string, host: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new UsageError(`A password for ${user} at ${host} is needed; set TWINPORT_PASSWORD or put it into ~/.netrc`);
  }
  process.stderr.write(`Password for ${user} at ${host}: `);
  const silent = new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await terminal.question("");
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
