/** `twinport tftp` as a person runs it, against a server in this process. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryStorage } from "@twinport/core/storage";
import { TftpServer } from "@twinport/core/tftp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { twinport } from "./cli.ts";

let root: string;
let port: number;
const server = new TftpServer({
  storage: new MemoryStorage(),
  listeners: [{ host: "127.0.0.1", port: 0 }],
  write: true,
});

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "twinport-tftp-"));
  await server.start();
  port = server.addresses[0]?.port ?? 0;
});

afterAll(async () => {
  await server.stop();
  await rm(root, { recursive: true });
});

describe("twinport tftp", () => {
  it("puts a file and gets it back", async () => {
    const content = Buffer.alloc(100_000, "0123456789abc");
    await writeFile(join(root, "source"), content);
    const url = `tftp://127.0.0.1:${port}/f`;
    expect(await twinport(["tftp", "put", url, join(root, "source")])).toEqual({ code: 0, stdout: "", stderr: "" });
    const got = await twinport([
      "tftp",
      "get",
      "--json",
      "--blksize",
      "1024",
      "--windowsize",
      "4",
      url,
      join(root, "back"),
    ]);
    expect(got.code).toBe(0);
    expect(JSON.parse(got.stdout)).toMatchObject({ path: "f", bytes: 100_000, blksize: 1024, windowsize: 4 });
    expect(Buffer.compare(await readFile(join(root, "back")), content)).toBe(0);
  });

  it("tells by its exit code what went wrong", async () => {
    const missing = await twinport(["tftp", "get", `tftp://127.0.0.1:${port}/none`, join(root, "none")]);
    expect(missing).toMatchObject({ code: 5, stdout: "" });
    expect(missing.stderr).toContain("File not found");
    expect((await twinport(["tftp", "get", "ftp://127.0.0.1/f"])).code).toBe(2);
    expect((await twinport(["tftp", "get", "--blksize", "4", `tftp://127.0.0.1:${port}/f`, "-"])).code).toBe(2);
    expect((await twinport(["tftp", "put", `tftp://127.0.0.1:${port}/g`, join(root, "nothing")])).code).toBe(9);
  });
});
