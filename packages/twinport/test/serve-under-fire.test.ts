/** `twinport serve` as a process: its end by a signal, and what a peer can write into its log. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { RawSession } from "../../core/test/ftp-server/raw-session.ts";
import { startServerProgram, type ServerProgram } from "../../../test/programs.ts";

async function served(args: readonly string[] = []): Promise<{ server: ServerProgram; root: string }> {
  const root = await mkdtemp(join(tmpdir(), "twinport-serve-"));
  const server = await startServerProgram([root, ...args], { env: { TWINPORT_USERS: "me:secret" } });
  onTestFinished(async () => {
    await server.stop("SIGTERM");
    await rm(root, { recursive: true });
  });
  return { server, root };
}

it("SIGTERM lets a transfer finish, refuses new sessions with 421, and ends it with 0", async () => {
  const { server, root } = await served(["--log-level", "silent"]);
  const session = await RawSession.logIn(server.port);
  onTestFinished(() => session.close());
  const data = await session.passive();
  expect(await session.code("STOR late")).toBe(150);
  data.write("all ");
  const ended = server.stop("SIGTERM");
  await expect.poll(() => greeting(server.port), { timeout: 4_000 }).toMatch(/^421 /);
  data.end("of it");
  expect((await session.reply()).code).toBe(226);
  expect((await session.reply()).code).toBe(421);
  expect(await ended).toBe(0);
  expect(await readFile(join(root, "late"), "utf8")).toBe("all of it");
});

function greeting(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("data", (chunk) => {
      resolve(chunk.toString());
      socket.destroy();
    });
    socket.on("error", (error) => resolve(error.message));
  });
}

it.each(["pretty", "json"])(
  "a name with control characters forges no line and no colour of the log (%s)",
  async (format) => {
    const { server } = await served(["--log-format", format, "--log-level", "debug"]);
    const session = await RawSession.open(server.port);
    onTestFinished(() => session.close());
    const forged = 'me\u001b[2J\r{"level":30,"msg":"forged"}\u0085\u009b31m';
    await session.command(`USER ${forged}`);
    await session.command("PASS wrong");
    await session.command("USER me");
    await session.command("PASS secret");
    await session.command(`CWD ${forged}`);
    await session.command(`RETR ${forged}`);
    await expect.poll(() => server.log(), { timeout: 10_000 }).toContain("login refused");
    const lines = server.log().split("\n");
    // Its own colours are off: it does not write to a terminal.
    // eslint-disable-next-line no-control-regex
    expect(server.log()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(lines.filter((line) => line.startsWith('{"level":30,"msg":"forged'))).toEqual([]);
  },
);
