/** The example of provisioning by TFTP does what it says. */
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { MemoryStorage, resolveVirtualPath, rootPath, type Storage } from "../../packages/core/src/storage/index.ts";
import { get, put } from "../../packages/core/src/tftp/index.ts";
import { startProvisioning, type Device } from "../../examples/tftp-provisioning.ts";

const phone: Device = { address: "127.0.0.1", name: "reception", extension: "204" };

async function start(devices: readonly Device[], storage: Storage): Promise<string> {
  const server = await startProvisioning(devices, storage, { port: 0 });
  onTestFinished(() => server.stop());
  return `tftp://127.0.0.1:${server.addresses[0]?.port ?? 0}`;
}

async function store(storage: Storage, name: string, content: string): Promise<void> {
  const file = await storage.openWrite(resolveVirtualPath(rootPath, name));
  await file.write(Buffer.from(content));
  await file.commit();
}

const text = async (url: string): Promise<string> => Buffer.from((await get(url)).data).toString();

describe("provisioning by TFTP", () => {
  it("gives a device its own configuration, and what is for all", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    onTestFinished(() => log.mockRestore());
    const storage = new MemoryStorage();
    await store(storage, "firmware.rom", "firmware");
    const url = await start([phone], storage);
    const expected = "account.1.label = reception\naccount.1.user_name = 204\n";
    expect(await text(`${url}/001122334455.cfg`)).toBe(expected);
    expect(await text(`${url}/firmware.rom`)).toBe("firmware");
    await expect
      .poll(() => log.mock.calls.map((call) => call.join(" ")))
      .toEqual([
        `read 001122334455.cfg by 127.0.0.1: ${expected.length} octets`,
        "read firmware.rom by 127.0.0.1: 8 octets",
      ]);
  });

  it("keeps a device's backup under the device's name, the last one only", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    onTestFinished(() => log.mockRestore());
    const storage = new MemoryStorage();
    const url = await start([phone], storage);
    await put(Buffer.from("first"), `${url}/running-config`);
    await put(Buffer.from("second"), `${url}/../firmware.rom`);
    expect(await text(`${url}/backups/reception`).catch(() => undefined)).toBeUndefined();
    const names: string[] = [];
    for await (const batch of storage.list(resolveVirtualPath(rootPath, "backups"))) {
      names.push(...batch.map(({ name }) => name));
    }
    expect(names).toEqual(["reception.cfg"]);
    const stored = await storage.openRead(resolveVirtualPath(rootPath, "backups/reception.cfg"));
    const octets = Buffer.alloc(16);
    expect(octets.toString("utf8", 0, await stored.read(octets))).toBe("second");
    await stored.close();
  });

  it("has nothing for a device that it does not know", async () => {
    const url = await start([], new MemoryStorage());
    await expect(get(`${url}/001122334455.cfg`)).rejects.toThrow("Unknown device");
    await expect(put(Buffer.from("x"), `${url}/running-config`)).rejects.toThrow("Access violation");
  });
});
