/**
 * Real firmware boots from our server: U-Boot, an iPXE ROM, PXELINUX and UEFI's own PXE, in qemu, in a network namespace of
 * the test's own. What the machine says on its console is the proof.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  FirmwareBench,
  firmwareMissing,
  lossyAddress,
  serverAddress6,
  singlePortAddress,
  type LoggedRequest,
  type ServedFile,
} from "./firmware-bench.ts";
import { serverAddress } from "../support/network-namespace.ts";
import { VirtualMachine } from "./virtual-machine.ts";

const missing = firmwareMissing();
if (missing !== undefined) process.stderr.write(`The tests with real firmware are left out: ${missing}\n`);

/** qemu's option for memory, in MiB; the large file has to fit. */
const memory = ["-m", "512"];
/** More blocks of 512 octets than block numbers. */
const overTheBorder = 512 * 65_536 + 12_345;

let bench: FirmwareBench;
let image: ServedFile;
let large: ServedFile;

/** The requests that ended well, as the server's log tells them. */
const completed = (): readonly LoggedRequest[] => bench.requests().filter(({ msg }) => msg === "TFTP read complete");

describe.skipIf(missing !== undefined)("real firmware", () => {
  beforeAll(async () => {
    bench = await FirmwareBench.make();
    if (bench.network.kind === "user") {
      process.stderr.write("No tap can be made here: qemu's own network is used, and PXELINUX and UEFI are left out\n");
    }
    image = await bench.putRandom("image.bin", 1_234_567);
    large = await bench.putRandom("large.bin", overTheBorder);
  }, 120_000);

  beforeEach(() => bench.mark());

  afterAll(async () => {
    // It is not there where its making failed.
    await (bench as FirmwareBench | undefined)?.remove();
  }, 120_000);

  /** Starts a machine that is switched off with the test. */
  function startMachine(program: string, args: readonly string[]): VirtualMachine {
    const machine = VirtualMachine.start([...bench.within, program], [...memory, ...args]);
    onTestFinished(() => machine.stop());
    return machine;
  }

  describe("U-Boot", () => {
    /** Starts it, and stops it at its prompt. */
    async function startUBoot(): Promise<VirtualMachine> {
      const rom = ["-bios", "/usr/lib/u-boot/qemu-x86/u-boot.rom"];
      const machine = startMachine("qemu-system-i386", [...rom, ...bench.network.card("e1000")]);
      await machine.expect(/Hit any key/);
      machine.type(" ");
      const { address, netmask, gateway } = bench.network.guest;
      await command(machine, `setenv ipaddr ${address}; setenv netmask ${netmask}; setenv gatewayip ${gateway}`);
      await command(machine, `setenv serverip ${serverAddress}; setenv tftptimeout 1000`);
      return machine;
    }

    async function command(machine: VirtualMachine, line: string): Promise<void> {
      await machine.expect(/=> /);
      machine.type(`${line}\n`);
    }

    /** Fetches a file. @returns What U-Boot says of it. */
    async function fetch(machine: VirtualMachine, file: string): Promise<ServedFile> {
      await command(machine, `tftpboot \${loadaddr} ${file}; crc32 \${loadaddr} \${filesize}`);
      const size = await machine.expect(/Bytes transferred = (\d+) /);
      const sum = await machine.expect(/==> ([0-9a-f]{8})\n/);
      return { size: Number(size[1]), crc32: sum[1] ?? "" };
    }

    /** Windows to ask for. For U-Boot's card qemu's own network holds two packets of a burst, and loses the others. */
    const windows = (...wanted: readonly number[]): readonly number[] =>
      bench.network.kind === "tap" ? [1, ...wanted] : [1];

    it("fetches a file whole, in blocks and windows of its choice", async () => {
      const machine = await startUBoot();
      const asked = windows(8, 64).flatMap((windowSize) =>
        [1468, 1000].map((blockSize) => ({ blockSize, windowSize })),
      );
      for (const { blockSize, windowSize } of asked) {
        await command(machine, `setenv tftpblocksize ${blockSize}; setenv tftpwindowsize ${windowSize}`);
        expect(await fetch(machine, "image.bin")).toEqual(image);
      }
      await expect.poll(completed).toMatchObject(asked.map((each) => ({ ...each, bytes: image.size })));
    });

    it("goes on beyond block 65535, with windows and without", async () => {
      const machine = await startUBoot();
      await command(machine, "setenv tftpblocksize 512");
      for (const windowSize of windows(16)) {
        await command(machine, `setenv tftpwindowsize ${windowSize}`);
        expect(await fetch(machine, "large.bin")).toEqual(large);
      }
      const all = { bytes: large.size, blockSize: 512 };
      await expect.poll(completed).toMatchObject(windows(16).map((windowSize) => ({ ...all, windowSize })));
    });

    it("is told that a file is not there, and asks for the next", async () => {
      const machine = await startUBoot();
      await command(machine, "tftpboot ${loadaddr} none.bin");
      await machine.expect(/TFTP error: 'File not found' \(1\)/);
      expect(await fetch(machine, "image.bin")).toEqual(image);
    });

    it("fetches from the one port that a firewall leaves open", async () => {
      const machine = await startUBoot();
      await command(machine, `setenv serverip ${singlePortAddress}`);
      for (const window of windows(8)) {
        await command(machine, `setenv tftpwindowsize ${window}`);
        expect(await fetch(machine, "image.bin")).toEqual(image);
      }
    });

    it("gets a file whole over a wire that loses packets both ways", async () => {
      const machine = await startUBoot();
      await command(machine, `setenv serverip ${lossyAddress}`);
      for (const window of windows(8)) {
        await command(machine, `setenv tftpwindowsize ${window}`);
        expect(await fetch(machine, "image.bin")).toEqual(image);
      }
      await expect.poll(completed).toHaveLength(windows(8).length);
      for (const { resent = 0 } of completed()) expect(resent).toBeGreaterThan(10);
    });
  });

  describe("an iPXE ROM", () => {
    it("boots by DHCP a script, which fetches a file and chain-loads another iPXE", async () => {
      await bench.putCopies("/usr/lib/ipxe/undionly.kpxe");
      await bench.putText("boot.ipxe", [
        "#!ipxe",
        "echo This script came by TFTP",
        "imgfetch --name payload image.bin && imgstat",
        "imgfree",
        "imgfetch none.bin || echo There is no such file",
        `chain tftp://${serverAddress}/undionly.kpxe`,
      ]);
      if (bench.network.kind === "tap") {
        const dhcp = await bench.startDhcp("--dhcp-range=10.99.0.100,10.99.0.150", "--dhcp-boot=boot.ipxe");
        onTestFinished(() => dhcp.stop());
      }
      const machine = startMachine("qemu-system-x86_64", bench.network.card("e1000", ",bootindex=0"));
      await machine.expect(/This script came by TFTP/);
      expect((await machine.expect(/payload : (\d+) bytes/))[1]).toBe(String(image.size));
      await machine.expect(/There is no such file/);
      await machine.expect(/undionly\.kpxe\.\.\. ok/);
      // The other one is a program of its own: it begins anew.
      await machine.expect(/iPXE initialising devices/);
      const names = ["boot.ipxe", "image.bin", "none.bin", "undionly.kpxe"];
      await expect.poll(() => bench.requests().map(({ path }) => path)).toEqual(expect.arrayContaining(names));
      for (const request of completed()) expect(request).toMatchObject({ blockSize: 1432, windowSize: 1 });
    });
  });

  describe("PXELINUX", () => {
    it.for(["pxelinux.0", "lpxelinux.0"])(
      "boots to its configuration, and shows a file (%s)",
      async (loader, { skip }) => {
        skip(bench.network.kind !== "tap", "it takes our server for its DHCP server's, and needs a tap");
        const modules = ["ldlinux", "cat", "libcom32"].map((name) => `/usr/lib/syslinux/modules/bios/${name}.c32`);
        await bench.putCopies(`/usr/lib/PXELINUX/${loader}`, ...modules);
        await bench.putText("pxelinux.cfg/default", [
          "SERIAL 0",
          "SAY This configuration came by TFTP",
          "DEFAULT show",
          "PROMPT 0",
          "LABEL show",
          "  COM32 cat.c32",
          "  APPEND proof.txt",
        ]);
        await bench.putText("proof.txt", ["This text came by TFTP"]);
        const dhcp = await bench.startDhcp("--dhcp-range=10.99.0.100,10.99.0.150", `--dhcp-boot=${loader}`);
        onTestFinished(() => dhcp.stop());
        const machine = startMachine("qemu-system-x86_64", bench.network.card("virtio-net-pci", ",bootindex=0"));
        await machine.expect(/This configuration came by TFTP/);
        await machine.expect(/This text came by TFTP/);
        await expect.poll(() => bench.requests().at(-1)?.path).toBe("proof.txt");
        const requests = bench.requests();
        const names = [loader, "ldlinux.c32", "pxelinux.cfg/default", "cat.c32", "proof.txt"];
        expect(completed().map(({ path }) => path)).toEqual(names);
        // It looks for its address first, and for shorter and shorter parts of it.
        const refused = requests.filter(({ msg }) => msg.startsWith("TFTP request refused: File not found"));
        expect(refused.map(({ path }) => path)).toEqual(
          expect.arrayContaining(["pxelinux.cfg/01-52-54-00-99-00-02", "pxelinux.cfg/0A6300", "pxelinux.cfg/0"]),
        );
        expect(requests).toHaveLength(names.length + refused.length);
      },
    );
  });

  describe("UEFI", () => {
    const script = ["#!ipxe", "echo This script came by TFTP", "imgfetch --name payload image.bin && imgstat"];
    const families = [
      {
        family: "IPv4",
        blockSize: 1468,
        dhcp: [
          "--dhcp-range=10.99.0.100,10.99.0.150",
          ...["--dhcp-match=set:efi,option:client-arch,7", "--dhcp-match=set:ipxe,175"],
          ...["--dhcp-boot=tag:efi,tag:!ipxe,snponly.efi", "--dhcp-boot=tag:ipxe,boot-efi.ipxe"],
        ],
        firmware: [],
      },
      {
        family: "IPv6",
        blockSize: 1228,
        dhcp: [
          ...["--dhcp-range=fd99::100,fd99::1ff,64", "--enable-ra", "--dhcp-userclass=set:ipxe,iPXE"],
          `--dhcp-option=tag:!ipxe,option6:bootfile-url,tftp://[${serverAddress6}]/snponly.efi`,
          `--dhcp-option=tag:ipxe,option6:bootfile-url,tftp://[${serverAddress6}]/boot-efi.ipxe`,
        ],
        // It would look for IPv4 for a minute.
        firmware: ["-fw_cfg", "name=opt/org.tianocore/IPv4PXESupport,string=n"],
      },
    ] as const;

    it.for(families)("asks for the size, then in windows, and chain-loads iPXE ($family)", async (each, { skip }) => {
      skip(bench.network.kind !== "tap", "it needs a DHCP server, and so a tap");
      await bench.putCopies("/usr/lib/ipxe/snponly.efi");
      await bench.putText("boot-efi.ipxe", script);
      const dhcp = await bench.startDhcp(...each.dhcp);
      onTestFinished(() => dhcp.stop());
      const variables = await bench.copyOf("/usr/share/OVMF/OVMF_VARS.fd");
      const machine = startMachine("qemu-system-x86_64", [
        ...["-machine", "q35", ...each.firmware],
        ...["-drive", "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE.fd"],
        ...["-drive", `if=pflash,format=raw,file=${variables}`],
        // Without the card's ROM it is the firmware's own PXE that boots.
        ...bench.network.card("virtio-net-pci", ",romfile="),
      ]);
      await machine.expect(/NBP file downloaded successfully/);
      await machine.expect(/This script came by TFTP/);
      expect((await machine.expect(/payload : (\d+) bytes/))[1]).toBe(String(image.size));
      await expect.poll(() => bench.requests().length).toBe(4);
      const asked = { path: "snponly.efi", blockSize: each.blockSize, windowSize: 4 };
      expect(bench.requests()).toMatchObject([
        { ...asked, msg: "TFTP options declined by the peer", bytes: 0 },
        { ...asked, msg: "TFTP read complete" },
        { path: "boot-efi.ipxe", msg: "TFTP read complete" },
        { path: "image.bin", msg: "TFTP read complete", bytes: image.size },
      ]);
    });
  });
});
