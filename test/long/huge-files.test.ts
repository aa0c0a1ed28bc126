/** A file of 5 GiB, over every 32-bit border, through curl and our client, both ways. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FtpClient } from "../../packages/core/src/ftp-client/index.ts";
import { makeFolder, run, startOurServer } from "../interop/processes.ts";

const gibibyte = 1024 ** 3;

it("moves 5 GiB whole, by curl and by our client, both ways", async () => {
  const served = await makeFolder();
  const local = await makeFolder();
  const server = await startOurServer(served.path);
  try {
    const source = join(local.path, "huge");
    await makeSparse(source, 5 * gibibyte);
    const expected = await digest(source);
    const url = `ftp://me:secret@127.0.0.1:${server.port}/huge`;
    await run("curl", ["-sS", "-T", source, url]);
    expect(await digest(join(served.path, "huge"))).toBe(expected);
    const client = await FtpClient.connect(url);
    expect(await client.size("huge")).toBe(5 * gibibyte);
    const back = join(local.path, "back");
    await client.download("huge", back);
    expect(await digest(back)).toBe(expected);
    await rm(back);
    await client.remove("huge");
    await client.upload(source, "huge");
    await client.close();
    expect(await digest(join(served.path, "huge"))).toBe(expected);
    await run("curl", ["-sS", "-o", back, url]);
    expect(await digest(back)).toBe(expected);
    await rm(back);
    // Going on beyond 4 GiB.
    await run("curl", ["-sS", "-r", `${4 * gibibyte + 7}-${4 * gibibyte + 106}`, "-o", back, url]);
    const part = await open(back);
    expect((await part.stat()).size).toBe(100);
    await part.close();
  } finally {
    await server.stop();
    await served.remove();
    await local.remove();
  }
});

/** A file with holes, and marks in it that no shift by 2^32 leaves in place. */
async function makeSparse(path: string, size: number): Promise<void> {
  const file = await open(path, "w");
  for (let at = 0; at < size; at += gibibyte / 4) await file.write(`mark at ${at}`, at);
  await file.truncate(size);
  await file.close();
}

async function digest(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}
