/** Our TFTP client, library and command line, against real servers: every size, every way, compared by SHA-256. */
import { chmod, copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { get, getTo, put, type TftpAgreement, type TftpTransferOptions } from "../../packages/core/src/tftp/index.ts";
import { makeFolder, run } from "./processes.ts";
import { digestOf, makeFileOf, makeText, tftpSizes } from "./tftp-files.ts";
import { nameOfWay, ourProgram, type TftpWay } from "./tftp-programs.ts";
import { abilitiesOf, startTftpServer, tftpServerNames, type TftpServerPeer } from "./tftp-servers.ts";

let local: Awaited<ReturnType<typeof makeFolder>>;
const files = new Map<number, string>();

beforeAll(async () => {
  local = await makeFolder();
  for (const size of tftpSizes) files.set(size, await makeFileOf(local.path, size));
});

afterAll(async () => {
  await local.remove();
});

/** A way as the library is told. */
function optionsOf({ blockSize, windowSize = 1, ...way }: TftpWay): TftpTransferOptions {
  return blockSize === undefined ? { ...way, plain: true } : { ...way, blockSize, windowSize };
}

describe.each(tftpServerNames)("%s", (name) => {
  const { writes, windows, largestBlock, refusalCode } = abilitiesOf(name);
  let server: TftpServerPeer;

  beforeAll(async () => {
    server = await startTftpServer(name);
  });

  afterAll(async () => {
    await server.stop();
  });

  const url = (file: string): string => `tftp://${server.host}:${server.port}/${file}`;
  const there = (file: string): string => join(server.folder, file);

  /** Puts a file where the server reads it. */
  const offer = async (file: string, from: string): Promise<void> => {
    await copyFile(from, there(file));
    await chmod(there(file), 0o666);
  };

  /** What is to be agreed on. */
  const agreed = ({ blockSize, windowSize = 1 }: TftpWay): Partial<TftpAgreement> => {
    if (blockSize === undefined) return { blockSize: 512, windowSize: 1, transferSize: undefined };
    return { blockSize: Math.min(blockSize, largestBlock), windowSize: windows ? windowSize : 1 };
  };

  describe.each(ourProgram.ways.map((way) => [nameOfWay(way), way] as const))("%s", (_name, way) => {
    it("gives files of every size, and tells their size where it is asked", async () => {
      for (const [size, source] of files) {
        // A name a size: dnsmasq gives what it opened for a transfer that it holds to run still.
        await offer(`file-${size}`, source);
        const back = join(local.path, `${name}-back`);
        const { agreement, octets } = await getTo(url(`file-${size}`), back, optionsOf(way));
        expect(await digestOf(back), `${size}`).toBe(await digestOf(source));
        expect(octets).toBe(size);
        const transferSize = way.blockSize === undefined ? undefined : size;
        expect(agreement).toMatchObject({ ...agreed(way), transferSize });
      }
    });

    it.runIf(writes)("takes files of every size", async () => {
      for (const [size, source] of files) {
        const { agreement } = await put(source, url(`put-${size}`), optionsOf(way));
        expect(agreement).toMatchObject(agreed(way));
        // atftpd closes the file after its last ACK.
        await expect.poll(() => digestOf(there(`put-${size}`))).toBe(await digestOf(source));
      }
    });
  });

  it("gives text in mode netascii, and takes it", async () => {
    await writeFile(there("text"), makeText());
    for (const way of [{}, { blockSize: 1428, windowSize: 16 }]) {
      const options: TftpTransferOptions = { ...optionsOf(way), mode: "netascii" };
      const { data } = await get(url("text"), options);
      expect(Buffer.from(data).toString("latin1")).toBe(makeText());
      if (!writes) continue;
      await put(Buffer.from(makeText(), "latin1"), url("put-text"), options);
      await expect.poll(() => readFile(there("put-text"), "latin1")).toBe(makeText());
    }
  });

  it("says that a file is not there", async () => {
    for (const way of ourProgram.ways) {
      await expect(get(url("missing"), optionsOf(way))).rejects.toMatchObject({ kind: "refused", code: 1 });
    }
  });

  it("refuses a write where it takes none", async () => {
    await writeFile(there("kept"), "as it was", { mode: 0o444 });
    for (const way of ourProgram.ways) {
      const putting = put(Buffer.from("new"), url("kept"), optionsOf(way));
      await expect(putting).rejects.toMatchObject({ kind: "refused", code: refusalCode });
    }
    expect(await readFile(there("kept"), "utf8")).toBe("as it was");
  });

  it("moves files by our command line", async () => {
    for (const way of [{}, ourProgram.fastest]) {
      for (const size of [0, 1200, 65_535 * 512]) {
        const source = files.get(size) ?? "";
        const back = join(local.path, `${name}-cli`);
        await offer(`file-${size}`, source);
        const errand = { ...way, host: server.host, port: server.port };
        const ask = async (what: "get" | "put", remote: string, path: string): Promise<void> => {
          const [command = "", ...args] = ourProgram.command({ ...errand, what, remote, local: path });
          await run(command, args);
        };
        await ask("get", `file-${size}`, back);
        expect(await digestOf(back)).toBe(await digestOf(source));
        if (!writes) continue;
        await ask("put", `cli-${size}`, source);
        await expect.poll(() => digestOf(there(`cli-${size}`))).toBe(await digestOf(source));
      }
    }
  });
});
