/** An application's listeners that throw: commands are answered, files move, and the application is told. */
import { expect, it, onTestFinished } from "vitest";
import type { FtpServerEvents } from "../../src/ftp-server/index.ts";
import { RawSession } from "./raw-session.ts";
import { putFile, readFile, startServer } from "./server-fixture.ts";

const names: readonly (keyof FtpServerEvents)[] = [
  ...(["session", "session-end", "login", "logout", "login-refused", "refusal"] as const),
  ...(["upload-start", "upload", "upload-broken", "download-start", "download", "download-broken"] as const),
  ...(["rename", "remove", "make-directory", "remove-directory", "attributes", "copy", "combine"] as const),
];

/** Each of these is told of by an event of its own. */
const changes: readonly (readonly [string, number])[] = [
  ["MKD made", 257],
  ["RMD made", 250],
  ["SITE COPY up whole", 250],
  ["COMB whole up", 250],
  ["SITE CHMOD 600 whole", 200],
  ["RNFR file", 350],
  ["RNTO other", 250],
  ["DELE other", 250],
];

it("a listener that throws, for any event and for faults too, breaks nothing, and is told of", async () => {
  const { server, port, storage } = await startServer();
  await putFile(storage, "/file", Buffer.alloc(30_000_000, "x"));
  const told: string[] = [];
  server.on("server-error", ({ doing }) => told.push(doing));
  for (const name of [...names, "server-error"] as const) {
    server.on(name, () => {
      throw new Error("The application's own fault");
    });
  }
  const guess = await RawSession.open(port);
  onTestFinished(() => guess.close());
  await guess.command("USER me");
  expect(await guess.code("PASS guess")).toBe(530);
  guess.close();
  const session = await RawSession.logIn(port);
  onTestFinished(() => session.close());
  await session.command("TYPE I");
  expect(await session.code("SIZE missing")).toBe(550);
  expect((await session.upload("STOR up", "whole")).last.code).toBe(226);
  expect(await readFile(storage, "/up")).toBe("whole");
  expect((await session.download("RETR file")).bytes.length).toBe(30_000_000);
  for (const line of ["RETR file", "STOR broken"]) {
    const data = await session.passive();
    expect(await session.code(line)).toBe(150);
    data.write("x");
    data.resetAndDestroy();
    expect((await session.reply()).code, line).toBe(426);
  }
  for (const [line, code] of changes) expect(await session.code(line), line).toBe(code);
  expect(await readFile(storage, "/whole")).toBe("wholewhole");
  expect(await session.code("QUIT")).toBe(221);
  await session.ended();
  await expect.poll(() => [...new Set(told)].sort()).toEqual(names.map((name) => `telling ${name}`).sort());
  expect(server.sessionCount).toBe(0);
});
