/**
 * The shell in a terminal against servers of others, in clear and under TLS, and against ours under TLS: a short day with
 * each. The long one, against ours in clear, is in shell.test.ts.
 */
import { createHash, randomBytes } from "node:crypto";
import { chown, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTerminal, type Terminal } from "../../scripts/terminal.js";
import { twinport } from "../programs.ts";
import { peerPassword, peerUser, removeUser, startPeer, startSecurePeer, type Peer } from "./peer-servers.ts";
import { makeFolder, startOurServer } from "./processes.ts";

/** A server that the shell logs in to. */
interface ShellServer {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The folder that the user sees. */
  readonly home: string;
  /** What the shell is told of certificates. */
  readonly flags: readonly string[];
  readonly stop: () => Promise<void>;
}

function ofPeer(peer: Peer, flags: readonly string[]): ShellServer {
  const { port, home } = peer;
  return { port, home, user: peerUser, password: peerPassword, flags, stop: () => peer.stop() };
}

async function startSecured(name: string): Promise<ShellServer> {
  const peer = await startSecurePeer(name);
  return ofPeer(peer, ["--tls", "require", "--ca", peer.authority]);
}

async function startOurs(): Promise<ShellServer> {
  const folder = await makeFolder();
  const home = join(folder.path, "home");
  await mkdir(home);
  const ours = await startOurServer(home, ["--tls-self-signed", "--tls-require", "all"]);
  const flags = ["--tls", "require", "--insecure"];
  const stopAll = async (): Promise<void> => {
    await ours.stop();
    await folder.remove();
  };
  return { port: ours.port, home, user: "me", password: "secret", flags, stop: stopAll };
}

const servers: readonly {
  readonly name: string;
  readonly secure: boolean;
  readonly start: () => Promise<ShellServer>;
}[] = [
  { name: "vsftpd", secure: false, start: async () => ofPeer(await startPeer("vsftpd"), []) },
  { name: "proftpd", secure: false, start: async () => ofPeer(await startPeer("proftpd"), []) },
  { name: "vsftpd under TLS", secure: true, start: () => startSecured("vsftpd") },
  { name: "proftpd under TLS", secure: true, start: () => startSecured("proftpd") },
  { name: "our server under TLS", secure: true, start: startOurs },
];

const large = randomBytes(24 * 1024 * 1024);
const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

let local: Awaited<ReturnType<typeof makeFolder>>;
let here: string;
let server: ShellServer | undefined;
let terminal: Terminal | undefined;

beforeEach(async () => {
  local = await makeFolder();
  here = join(local.path, "here");
  await mkdir(here);
});

afterEach(async () => {
  terminal?.stop();
  await server?.stop();
  [terminal, server] = [undefined, undefined];
  await local.remove();
});

afterAll(removeUser);

/** What the server has, all of it the user's. */
async function fill({ home }: ShellServer): Promise<void> {
  await mkdir(join(home, "photos"));
  await writeFile(join(home, "readme.txt"), "Welcome to the archive.\n");
  await writeFile(join(home, "tape.img"), large);
  for (const name of ["beach.jpg", "bridge.jpg"]) await writeFile(join(home, "photos", name), name.repeat(10_000));
  const { uid, gid } = await stat(home);
  for (const name of await readdir(home, { recursive: true })) await chown(join(home, name), uid, gid);
}

/** A shell that is logged in, with its prompt. */
async function logIn({ port, user, password, flags }: ShellServer, secure: boolean): Promise<Terminal> {
  const quoted = [process.execPath, twinport, "shell", ...flags, `ftp://${user}@127.0.0.1:${port}`].map(
    (word) => `'${word}'`,
  );
  const started = startTerminal(`unset TWINPORT_PASSWORD; ${quoted.join(" ")}`, {
    cwd: here,
    env: { XDG_CONFIG_HOME: local.path, XDG_STATE_HOME: local.path, NETRC: "/nonexistent", SHELL: "/bin/sh" },
  });
  terminal = started;
  await started.until(`Password for ${user}`);
  started.type(password);
  started.press("Enter");
  await started.until(/@127\.0\.0\.1:\/>$/);
  expect(started.screen()).toContain(`as ${user}, ${secure ? "with TLS" : "in clear"}`);
  expect(started.screen()).not.toContain(password);
  return started;
}

/** Types a line, and waits for what comes of it with a prompt behind it. */
async function enter(text: string, until: string): Promise<void> {
  terminal?.clear();
  terminal?.type(text);
  terminal?.press("Enter");
  await terminal?.until(new RegExp(`${until}[^]*\\n[^\\n]*@127\\.0\\.0\\.1:\\S+>$`));
}

/** Breaks a transfer of the tape off once its bar shows some of it. */
async function breakOff(shell: Terminal, way: "get" | "put", command: string): Promise<void> {
  await enter(`throttle ${way} 4M`, "");
  shell.type(command);
  shell.press("Enter");
  await shell.until(/tape\.img +█+░+ +[2-9]\d%/);
  shell.press("C-c");
  await shell.until(/Interrupted\n[^\n]*:\/>$/);
  await enter(`throttle ${way} off`, "");
}

describe.each(servers)("the shell at $name", ({ secure, start }) => {
  it("looks, completes, takes, gives, breaks off, goes on, mirrors and leaves", async () => {
    server = await start();
    const { home } = server;
    await fill(server);
    const shell = await logIn(server, secure);
    await enter("ls", "photos/?[^]*readme\\.txt[^]*tape\\.img");

    shell.type("cd ph");
    shell.press("Tab");
    await shell.until(/cd photos\/$/);
    shell.press("Enter");
    await shell.until(/:\/photos>$/);
    shell.type("get be");
    shell.press("Tab");
    await shell.until(/get beach\.jpg$/);
    shell.press("Enter");
    await shell.until(/Got beach\.jpg[^\n]*\n[^\n]*photos>$/);
    expect(await readFile(join(here, "beach.jpg"), "utf8")).toBe("beach.jpg".repeat(10_000));

    await writeFile(join(here, "letter.txt"), "Dear archive,\n");
    await enter("put letter.txt", "Sent letter\\.txt");
    expect(await readFile(join(home, "photos/letter.txt"), "utf8")).toBe("Dear archive,\n");
    await enter("cd ..", "");

    await breakOff(shell, "get", "get tape.img");
    // The same session goes on: nothing was connected anew.
    await enter("pwd", "\\n/");
    await enter("reget tape.img", "Got tape\\.img: [\\d.]+ MiB after [\\d.]+ MiB");
    expect(shell.screen()).not.toContain("connecting again");
    expect(digest(await readFile(join(here, "tape.img")))).toBe(digest(large));

    await breakOff(shell, "put", "put tape.img copy.img");
    await enter("put tape.img copy.img", "Sent tape\\.img as copy\\.img");
    expect(digest(await readFile(join(home, "copy.img")))).toBe(digest(large));

    await enter("mirror photos", "Copied 3 files");
    expect((await readdir(join(here, "photos"))).sort()).toEqual(["beach.jpg", "bridge.jpg", "letter.txt"]);
    await writeFile(join(here, "photos/sunset.jpg"), "sunset\n");
    await enter("mirror -R photos", "Copied 1 file, 7 B; 3 unchanged");
    expect(await readFile(join(home, "photos/sunset.jpg"), "utf8")).toBe("sunset\n");

    shell.type("quit");
    shell.press("Enter");
    await shell.until("ended with 0");
  });
});
