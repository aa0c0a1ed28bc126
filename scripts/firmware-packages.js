// The firmware and boot loaders of the long tests, and what they run on, from Debian's packages.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Packages, each with a file of it that is needed. */
const packages = {
  iproute2: "/usr/sbin/ip",
  "dnsmasq-base": "/usr/sbin/dnsmasq",
  "qemu-system-x86": "/usr/bin/qemu-system-x86_64",
  "u-boot-qemu": "/usr/lib/u-boot/qemu-x86/u-boot.rom",
  ipxe: "/usr/lib/ipxe/undionly.kpxe",
  pxelinux: "/usr/lib/PXELINUX/pxelinux.0",
  "syslinux-common": "/usr/lib/syslinux/modules/bios/ldlinux.c32",
  ovmf: "/usr/share/OVMF/OVMF_CODE.fd",
};

/** The Debian packages that are missing. */
export const missingFirmware = () =>
  Object.entries(packages)
    .filter(([, file]) => !existsSync(file))
    .map(([name]) => name);

/** As root, where that is wanted, installs what is missing, and ends the process where that fails; else tells of it. */
export function ensureFirmware() {
  const missing = missingFirmware();
  if (missing.length === 0) return;
  const wanted = process.env.CI !== undefined || process.env.TWINPORT_INSTALL_PEERS !== undefined;
  if (process.getuid?.() !== 0 || !wanted) {
    process.stderr.write(`The tests with real firmware are left out. As root on Debian, this installs what they need
(${missing.join(" ")}):

  TWINPORT_INSTALL_PEERS=1 npm run test:long

`);
    return;
  }
  const apt = (...args) => {
    process.stderr.write(`apt-get ${args.join(" ")}\n`);
    spawnSync("apt-get", ["-o", "DPkg::Lock::Timeout=120", ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      stdio: ["ignore", 2, 2],
    });
  };
  apt("update", "-qq");
  apt("install", "-y", "-qq", "--no-install-recommends", ...missing);
  const left = missingFirmware();
  if (left.length === 0) return;
  process.stderr.write(`These Debian packages are missing: ${left.join(" ")}\n`);
  process.exit(1);
}
