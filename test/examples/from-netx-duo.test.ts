/** docs/from-netx-duo.md: its programs run, its tables name what is there, its sequences are what goes over the wire. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import * as clientPart from "@twinport/core/ftp-client";
import { FtpClient, type DataMode } from "@twinport/core/ftp-client";
import { MemoryStorage, type Storage } from "@twinport/core/storage";
import { get, put } from "@twinport/core/tftp";
import { replaceImage } from "../../examples/from-netx-duo/blocks.ts";
import { greet } from "../../examples/from-netx-duo/connection.ts";
import { tidyLogs } from "../../examples/from-netx-duo/directories.ts";
import { checksum, record } from "../../examples/from-netx-duo/files.ts";
import { startDeviceServer } from "../../examples/from-netx-duo/server.ts";
import { sensorStorage } from "../../examples/from-netx-duo/storage.ts";
import { exchange } from "../../examples/from-netx-duo/tftp-client.ts";
import { startTftpServer } from "../../examples/from-netx-duo/tftp-server.ts";

const page = readFileSync(resolve(import.meta.dirname, "../../docs/from-netx-duo.md"), "utf8");
const programs = resolve(import.meta.dirname, "../../examples/from-netx-duo");
const loopback = { 4: "127.0.0.1", 6: "::1" } as const;

/** Services of the model's FTP client and server, by the names of its interface. */
const services = [
  ...["connect", "create", "delete", "disconnect", "passive_mode_set", "transfer_mode_set"].map(
    (name) => `nx_ftp_client_${name}`,
  ),
  ...["create", "default_set", "delete", "listing_get", "listing_continue"].map(
    (name) => `nx_ftp_client_directory_${name}`,
  ),
  ...["close", "delete", "open", "read", "rename", "size_set", "write"].map((name) => `nx_ftp_client_file_${name}`),
  ...["create", "delete", "start", "stop"].map((name) => `nx_ftp_server_${name}`),
  ...["create", "delete", "error_info_get", "file_close", "file_open", "file_read", "file_write"].map(
    (name) => `nxd_tftp_client_${name}`,
  ),
  ...["packet_allocate", "set_interface"].map((name) => `nxd_tftp_client_${name}`),
  ...["create", "delete", "start", "stop"].map((name) => `nxd_tftp_server_${name}`),
  "nxd_ftp_client_connect",
  "nxd_ftp_server_create",
];

/** Starts the page's server; gives the ports by family, and the lines that it logged. */
async function start(storage: Storage = new MemoryStorage()): Promise<{
  port: (family: 4 | 6) => number;
  lines: () => string[];
}> {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  onTestFinished(() => log.mockRestore());
  const server = await startDeviceServer(storage, 0);
  onTestFinished(() => server.stop());
  return {
    port: (family) => server.addresses.find((address) => address.family === family)?.port ?? 0,
    lines: () => log.mock.calls.map((call) => call.join(" ")),
  };
}

async function connect(port: number, options: { family?: 4 | 6; dataMode?: DataMode } = {}): Promise<FtpClient> {
  const { family = 4, dataMode = "active" } = options;
  const host = loopback[family];
  const client = await FtpClient.connect({ host, port, user: "device", password: "secret", dataMode });
  onTestFinished(() => client.close());
  return client;
}

describe("the page for those who come from NetX Duo", () => {
  it("shows the programs as they are, all of them", () => {
    const shown = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
    const files = readdirSync(programs).map((name) => readFileSync(resolve(programs, name), "utf8"));
    expect([...shown].sort()).toEqual([...files].sort());
  });

  it("names every service of the model", () => {
    expect(services.filter((service) => !page.includes(`\`${service}\``))).toEqual([]);
  });

  it("names methods, options and errors that are there", () => {
    const methods = [...page.matchAll(/`client\.(\w+)\(/g)].map(([, name = ""]) => name);
    expect(methods.length).toBeGreaterThan(10);
    expect(methods.filter((name) => !(name in FtpClient.prototype))).toEqual([]);
    const errors = [...page.matchAll(/`((?:Ftp|Client)\w*Error)`/g)].map(([, name = ""]) => name);
    expect(errors.filter((name) => !(name in clientPart))).toEqual([]);
  });
});

describe("its programs", () => {
  it.each([4, 6] as const)("connect over IPv%i, and the routines are told from where", async (family) => {
    const { port, lines } = await start();
    expect(await greet(loopback[family], port(family))).toBe("Logged in");
    await expect
      .poll(lines)
      .toEqual([
        expect.stringMatching(new RegExp(`^login of device from ${loopback[family]} port \\d+$`)),
        `logout of device from ${loopback[family]}: quit`,
      ]);
  });

  it("make, list and remove folders", async () => {
    const client = await connect((await start()).port(4));
    await client.mkdir("logs");
    await client.upload(Buffer.from("1"), "logs/a");
    expect(await tidyLogs(client)).toEqual(["a"]);
    expect(await client.exists("logs")).toBe(false);
    expect(await tidyLogs(client)).toEqual([]);
  });

  it("write files in portions, and read them", async () => {
    const client = await connect((await start()).port(4));
    const portions = async function* (): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 100; i++) yield await Promise.resolve(new Uint8Array(50).fill(i));
    };
    expect(await record(client, "day.log", portions())).toBe(5_000);
    expect(await checksum(client, "day.log")).toBe((50 * 4_950) & 0xffff);
    expect(await client.names()).toEqual(["day.log"]);
  });

  it.each(["active", "pasv"] as const)("move an image in a block (%s)", async (dataMode) => {
    const client = await connect((await start()).port(4), { dataMode });
    const image = Buffer.alloc(60_000, "image");
    expect(Buffer.compare(await replaceImage(client, "image.bin", image), image)).toBe(0);
    await expect(replaceImage(client, "image.bin", Buffer.alloc(65_536))).rejects.toThrow("65535");
  });

  it.each([4, 6] as const)("get and put by TFTP over IPv%i", async (family) => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    onTestFinished(() => log.mockRestore());
    const storage = new MemoryStorage();
    const server = await startTftpServer(storage, 0);
    onTestFinished(() => server.stop());
    const port = server.addresses.find((address) => address.family === family)?.port ?? 0;
    expect(await exchange(loopback[family], port)).toBeUndefined();
    const image = Buffer.alloc(5_000, "image");
    await put(image, `tftp://127.0.0.1:${server.addresses[0]?.port}/image.bin`);
    expect(Buffer.compare((await exchange(loopback[family], port)) ?? Buffer.alloc(0), image)).toBe(0);
    const { data } = await get({ host: loopback[family], port, file: "report.txt" });
    expect(Buffer.from(data).toString()).toBe("5000 octets came\n");
    expect(log.mock.calls).toContainEqual(["write of report.txt: 17"]);
  });

  it("serve a storage of one's own", async () => {
    let degrees = 20;
    const { port } = await start(sensorStorage({ temperature: () => degrees++ }));
    const client = await connect(port(4));
    expect(await client.list()).toMatchObject([{ name: "temperature", kind: "file" }]);
    const read = async (): Promise<string> => Buffer.from(await client.downloadBytes("temperature")).toString();
    expect(Number(await read())).toBeLessThan(Number(await read()));
    await expect(client.downloadBytes("pressure")).rejects.toMatchObject({ code: 550 });
    await expect(client.upload(Buffer.from("1"), "temperature")).rejects.toMatchObject({ name: "FtpReplyError" });
  });
});

/** A column of the page's sequences, as `command code code`. */
function sequence(way: "Active" | "Passive", family: 4 | 6, direction: "RETR" | "STOR"): string[] {
  const rows = page
    .slice(page.indexOf("## The sequences"))
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| Command"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  const ofFamily = (cell: string): string => cell.split(", on IPv6 ")[family === 6 ? 1 : 0] ?? cell;
  return rows.flatMap(([, command = "", active = "", passive = ""]) => {
    const codes = way === "Active" ? active : passive;
    if (codes === "–") return [];
    const verb = command === "RETR or STOR" ? direction : ofFamily(command);
    return [[verb, ...ofFamily(codes).split(", then ")].join(" ")];
  });
}

describe.each([4, 6] as const)("its sequences over IPv%i", (family) => {
  it.each([
    ["Active", "RETR"],
    ["Active", "STOR"],
    ["Passive", "RETR"],
    ["Passive", "STOR"],
  ] as const)("are what goes over the wire: %s %s", async (way, direction) => {
    const { port } = await start();
    if (direction === "RETR") await (await connect(port(4))).upload(Buffer.from("octets"), "a");
    const wire: string[] = ["connect"];
    const client = await FtpClient.connect({
      host: loopback[family],
      port: port(family),
      user: "device",
      password: "secret",
      dataMode: way === "Active" ? "active" : family === 6 ? "epsv" : "pasv",
      trace: {
        command: ({ verb, argument }) => wire.push(verb === "TYPE" ? `TYPE ${argument ?? ""}` : verb),
        reply: ({ code }) => wire.push(`${wire.pop() ?? ""} ${code}`),
      },
    });
    if (direction === "RETR") expect(Buffer.from(await client.downloadBytes("a")).toString()).toBe("octets");
    else await client.upload(Buffer.from("octets"), "a");
    await client.close();
    expect(wire.filter((line) => !/^(?:FEAT|OPTS|SIZE) /.test(line))).toEqual(sequence(way, family, direction));
  });
});
