/** Clients that end either connection at any point of a transfer, in any way: nothing is torn, and nothing is held for them. */
import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { RawSession, readAll } from "./raw-session.ts";
import { putFile, readFile, startServer, type Fixture } from "./server-fixture.ts";

const [old, sent] = ["old".repeat(100_000), "new".repeat(100_000)];

/** How a connection ends; a half-close leaves the other way open. */
const ways: Readonly<Record<string, (socket: Socket) => unknown>> = {
  "half-closes": (socket) => socket.end(),
  closes: (socket) => socket.destroy(),
  resets: (socket) => socket.resetAndDestroy(),
  "goes silent on": (socket) => socket.pause(),
};
/** Where in a transfer. */
const points = ["before the data connection", "before the command", "at 150", "in the middle", "at its end"] as const;
const lines = ["RETR file", "STOR file", "APPE file", "LIST"] as const;
const lineOf = { control: "control connection", data: "data connection" } as const;

interface Trial {
  readonly line: (typeof lines)[number];
  readonly point: (typeof points)[number];
  readonly which: "control" | "data";
  readonly end: (socket: Socket) => unknown;
}

/** Goes as far as the point and ends what is to end; then neither goes on by itself. */
async function go(session: RawSession, { line, point, which, end }: Trial): Promise<Socket | undefined> {
  const upload = line.startsWith("STOR") || line.startsWith("APPE");
  const here = (at: Trial["point"], data?: Socket): boolean => {
    if (at !== point) return false;
    if (which === "control") end(session.socket);
    else if (data !== undefined) end(data);
    return true;
  };
  session.socket.on("error", () => undefined);
  if (here("before the data connection")) return undefined;
  const data = await session.passive();
  if (here("before the command", data)) {
    if (session.socket.writable) session.send(`${line}\r\n`);
    return data;
  }
  session.send(`${line}\r\n`);
  await session.reply();
  if (here("at 150", data)) return data;
  if (upload) data.write(sent.slice(0, 150_000));
  else await once(data.resume(), "data");
  if (here("in the middle", data)) return data;
  if (upload) data.end(sent.slice(150_000));
  else await readAll(data).catch(() => undefined);
  here("at its end", data);
  return data;
}

async function begin(): Promise<Fixture & { readonly session: RawSession }> {
  const fixture = await startServer({
    limits: { stallTimeout: 250, dataConnectionTimeout: 250, idleTimeout: 600, closeTimeout: 100, loginTimeout: 5_000 },
  });
  await putFile(fixture.storage, "/file", old);
  const session = await RawSession.logIn(fixture.port);
  onTestFinished(() => session.close());
  await session.command("TYPE I");
  return { ...fixture, session };
}

describe.each(lines)("a client in %s", (line) => {
  describe.each(Object.entries(ways))("that %s", (name, end) => {
    it.each(["control", "data"] as const)(
      `${name} its %s connection at any point`,
      { timeout: 60_000 },
      async (which) => {
        await Promise.all(
          points.map(async (point) => {
            const what = `${name} ${lineOf[which]} ${point}, ${line}`;
            const { session, server, storage, port } = await begin();
            const data = await go(session, { line, point, which, end }).catch(() => undefined);
            await wait(20);
            // The other connection may well be left open: the server's limits end it.
            await expect.poll(() => server.sessionCount, { timeout: 20_000, message: what }).toBe(0);
            expect(server.passivePortsArmed, what).toBe(0);
            const there = await readFile(storage, "/file");
            const whole = line === "STOR file" ? [old, sent] : [old];
            // An end is an end: what came before a clean close is all there is, where the client stays or its close is clean.
            const closed = which === "data" && (name === "half-closes" || name === "closes");
            // What came of an append stays, so that its size tells where to go on.
            if (line === "APPE file")
              expect(there?.startsWith(old) === true && (old + sent).startsWith(there), what).toBe(true);
            else if (!closed) expect(whole.includes(there ?? ""), what).toBe(true);
            else if (line === "STOR file") expect(sent.startsWith(there ?? "x") || there === old, what).toBe(true);
            const other = await RawSession.logIn(port);
            expect((await other.download("RETR file")).bytes.length, what).toBe(there?.length);
            other.close();
            data?.destroy();
          }),
        );
      },
    );
  });
});
