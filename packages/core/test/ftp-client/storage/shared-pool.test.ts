/** Two storages by the sessions of one pool: files that all hold a session never keep each other from the next one for ever. */
import { expect, it, onTestFinished } from "vitest";
import { FtpPool, FtpStorage, mirror } from "../../../src/ftp-client/index.ts";
import { at, put, textOf } from "../../../src/storage/conformance/conformance-case.ts";
import { startServer } from "../../ftp-server/server-fixture.ts";

it("copies from one to the other, though all sessions are those of files that are read", async () => {
  const { port, storage } = await startServer();
  for (const folder of ["/a", "/b"]) await storage.makeDirectory(at(folder));
  for (let file = 0; file < 8; file++) await put(storage, `/a/${file}`, `content ${file}`);
  const pool = new FtpPool({ host: "127.0.0.1", port, user: "me", password: "secret" }, { limit: 2 });
  onTestFinished(() => pool.close());
  const [from, to] = [
    new FtpStorage(pool, { root: "a", openFileWait: 100 }),
    new FtpStorage(pool, { root: "b", openFileWait: 100 }),
  ];
  const result = await mirror(from, to, { parallel: 4, retry: { retries: 20, delay: 10, random: () => 0 } });
  expect(result).toMatchObject({ copied: 8, failures: [] });
  for (let file = 0; file < 8; file++) expect(await textOf(storage, `/b/${file}`)).toBe(`content ${file}`);
});
