/** Real clients that abort in mid-transfer, with urgent data on the control connection: our server hears ABOR, and the session lives on. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FtpServer, type TransferBrokenEvent } from "../../packages/core/src/ftp-server/index.ts";
import { LocalStorage } from "../../packages/core/src/storage/index.ts";
import { makeFolder, run } from "./processes.ts";

let served: Awaited<ReturnType<typeof makeFolder>>;
let local: Awaited<ReturnType<typeof makeFolder>>;
let storage: LocalStorage;
let server: FtpServer;
let port: number;
/** What the server told, in its order: the event and the session. */
let told: string[] = [];

const huge = 4 * 1024 ** 3;

beforeAll(async () => {
  served = await makeFolder();
  local = await makeFolder();
  for (const folder of [served.path, local.path]) {
    await writeFile(join(folder, "huge"), "");
    await truncate(join(folder, "huge"), huge);
  }
  await writeFile(join(served.path, "small"), "content");
  storage = new LocalStorage({ root: served.path });
  server = new FtpServer({
    accounts: { login: () => ({ name: "me", storage }) },
    listeners: [{ host: "127.0.0.1", port: 0 }],
  });
  const broke = (event: TransferBrokenEvent): void => {
    const kind = event.cause instanceof Error && "kind" in event.cause ? String(event.cause.kind) : "";
    told.push(`${event.verb} ${kind} ${event.session}`);
  };
  server.on("download-broken", broke).on("upload-broken", broke);
  server.on("download", ({ session, path }) => told.push(`${path} whole ${session}`));
  server.on("session-end", ({ session, reason }) => told.push(`${reason} ${session}`));
  await server.start();
  port = server.addresses[0]?.port ?? 0;
});

beforeEach(() => {
  told = [];
});

afterAll(async () => {
  await server.stop();
  await storage.close();
  await served.remove();
  await local.remove();
});

/** What is told of a session whose transfer was aborted, and which then fetched a file and quit. */
function expectAborted(verb: string): void {
  const session = /(\S+)$/.exec(told[0] ?? "")?.[1] ?? "";
  expect(told).toEqual([`${verb} transfer-aborted ${session}`, `/small whole ${session}`, `quit ${session}`]);
}

describe("lftp", () => {
  it.each([
    ["RETR", "get huge -o /dev/null"],
    ["STOR", "put huge -o uploaded"],
  ])("aborts %s, and goes on in the same session", async (verb, command) => {
    const settings = `set net:max-retries 1; set net:limit-rate 1000000; set ftp:use-mode-z no; set xfer:clobber yes; lcd ${local.path}`;
    const after = "sleep 1; kill all; get small -o small; bye";
    const { stdout, stderr } = await run("lftp", [
      ...["-u", "me,secret", "-e", `${settings}; ${command} & ${after}`],
      `ftp://127.0.0.1:${port}`,
    ]);
    await expect.poll(() => told.length, { message: stdout + stderr }).toBe(3);
    expectAborted(verb);
  });
});

describe("ncftpget", () => {
  it("aborts by ABOR when it is interrupted, and quits in step", async () => {
    const back = join(local.path, "ncftp");
    await mkdir(back);
    const login = ["-V", "-u", "me", "-p", "secret", "-P", String(port)];
    const started = once(server, "download-start");
    const child = spawn("ncftpget", [...login, "127.0.0.1", back, "huge"], { stdio: "ignore" });
    const ended = once(child, "exit");
    await started;
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill("SIGINT");
    await ended;
    await expect.poll(() => told.length).toBe(2);
    const session = /(\S+)$/.exec(told[0] ?? "")?.[1] ?? "";
    expect(told).toEqual([`RETR transfer-aborted ${session}`, `quit ${session}`]);
  });
});

describe("a client with sockets of its own", () => {
  /** Python sends what Node cannot: an urgent byte, which the server's system takes out of the stream. */
  const script = `
import socket, sys
port, verb, pieces = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
c = socket.create_connection(("127.0.0.1", port)); f = c.makefile("rb")
def reply():
    while True:
        line = f.readline()
        if line[3:4] == b" ": return line
def command(line):
    c.sendall(line + b"\\r\\n"); return reply()
reply(); command(b"USER me"); command(b"PASS secret"); command(b"TYPE I")
d = socket.create_connection(("127.0.0.1", int(command(b"EPSV").split(b"|")[3])))
assert command(verb.encode())[:3] == b"150"
if verb.startswith("RETR"): d.recv(65536)
else: d.sendall(b"x" * 1000000)
for piece in pieces[:-1]: c.send(bytes.fromhex(piece), socket.MSG_OOB)
c.sendall(bytes.fromhex(pieces[-1]) + b"ABOR\\r\\n")
codes = [reply()[:3], reply()[:3]]
assert codes == [b"426", b"226"], codes
d.close()
d = socket.create_connection(("127.0.0.1", int(command(b"EPSV").split(b"|")[3])))
assert command(b"RETR small")[:3] == b"150"
assert d.recv(100) == b"content"; d.close()
assert reply()[:3] == b"226"
assert command(b"QUIT")[:3] == b"221"
`;

  it.each([
    ["IAC IP IAC DM, the mark on DM", ["fff4fff2", ""]],
    ["IAC IP IAC, the mark on IAC, then DM", ["fff4ff", "f2"]],
    ["IAC IP, then IAC DM, each with a mark of its own", ["fff4", "fff2", ""]],
  ])("aborts both ways by %s", async (_, pieces) => {
    for (const [verb, line] of [
      ["RETR", "RETR huge"],
      ["STOR", "STOR uploaded"],
    ] as const) {
      told = [];
      await run("/usr/bin/python3", ["-c", script, String(port), line, ...pieces]);
      await expect.poll(() => told.length).toBe(3);
      expectAborted(verb);
    }
  });
});
