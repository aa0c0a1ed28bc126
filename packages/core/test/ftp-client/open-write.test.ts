/** Uploads that the caller pushes. */
import { randomBytes } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { FtpClient, type OpenWriteOptions } from "../../src/ftp-client/index.ts";
import { contentOf, put } from "../../src/storage/conformance/conformance-case.ts";
import { readFile, startServer, type Fixture } from "../ftp-server/server-fixture.ts";

async function start(): Promise<Fixture & { client: FtpClient }> {
  const fixture = await startServer();
  const login = { host: "127.0.0.1", port: fixture.port, user: "me", password: "secret" };
  const client = await FtpClient.connect(login);
  onTestFinished(() => client.close());
  return { ...fixture, client };
}

it("moves pieces of any length, whose memory is the caller's again", async () => {
  const { client, storage } = await start();
  const content = randomBytes(3_000_000);
  const upload = await client.openWrite("file");
  const memory = Buffer.alloc(1_000_000);
  let sent = 0;
  for (const length of [0, 1, 1_000, 65_536, 1_000_000, 999_999, 7, 1_000_000]) {
    const count = Math.min(length, content.length - sent);
    content.copy(memory, 0, sent, sent + count);
    await upload.write(memory.subarray(0, count));
    memory.fill(0xff);
    sent += count;
  }
  expect(await upload.commit()).toMatchObject({ path: "file", bytes: sent, offset: 0 });
  expect(await upload.commit()).toMatchObject({ bytes: sent });
  await upload.abandon();
  expect((await contentOf(storage, "/file")).equals(content.subarray(0, sent))).toBe(true);
  expect(await client.size("file")).toBe(sent);
});

it.each<readonly [string, OpenWriteOptions, string]>([
  ["in place of what is there", {}, "new"],
  ["after what is there", { append: true }, "oldnew"],
  ["from an offset on", { offset: 1 }, "onew"],
  ["as text", { type: "ascii" }, "new"],
  ["in blocks", { mode: "block" }, "new"],
  ["deflated", { mode: "deflate" }, "new"],
])("writes %s", async (_, options, expected) => {
  const { client, storage } = await start();
  await put(storage, "/file", "old");
  const upload = await client.openWrite("file", options);
  await upload.write(Buffer.from("ne"));
  await upload.write(Buffer.from("w"));
  await upload.commit();
  expect(await readFile(storage, "/file")).toBe(expected);
});

it("tells of a refusal at the opening", async () => {
  const { client } = await start();
  await expect(client.openWrite("missing/file")).rejects.toMatchObject({ name: "FtpReplyError", verb: "STOR" });
  expect(client.busy).toBe(false);
  await (await client.openWrite("file")).commit();
  expect(await client.size("file")).toBe(0);
});

it("keeps other operations off while it is open", async () => {
  const { client } = await start();
  const upload = await client.openWrite("file");
  expect(client.busy).toBe(true);
  await expect(client.noop()).rejects.toMatchObject({ name: "ClientBusyError" });
  await upload.commit();
  await client.noop();
});

it.each(["abandoned", "aborted"] as const)("leaves the file as it was when it is %s", async (how) => {
  const { client, storage } = await start();
  await put(storage, "/file", "old");
  const abort = new AbortController();
  const upload = await client.openWrite("file", { signal: abort.signal });
  await upload.write(Buffer.alloc(200_000));
  if (how === "abandoned") await upload.abandon();
  else abort.abort();
  await expect(upload.commit()).rejects.toMatchObject({ name: "FtpTransferError", kind: "aborted" });
  await expect(upload.write(Buffer.from("x"))).rejects.toMatchObject({ kind: "aborted" });
  expect(await readFile(storage, "/file")).toBe("old");
  await client.noop();
});

it("tells who writes why the transfer broke", async () => {
  const { client, server } = await start();
  const upload = await client.openWrite("file");
  await upload.write(Buffer.from("x"));
  const closed = new Promise((resolve) => client.once("close", resolve));
  await server.stop();
  await closed;
  await expect(
    (async () => {
      for (let i = 0; i < 1_000; i++) await upload.write(Buffer.alloc(100_000));
    })(),
  ).rejects.toMatchObject({ name: expect.stringMatching(/^Ftp/) as string });
  await expect(upload.commit()).rejects.toThrow();
});
