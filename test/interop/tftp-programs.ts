/** The TFTP clients of the interop tests, and our own: what each can do, and how it is told. */
import { twinport } from "../programs.ts";

/** What a transfer is asked with. Without a block size: plain RFC 1350, no option at all. */
export interface TftpWay {
  /** Octets. */
  readonly blockSize?: number;
  /** Blocks. */
  readonly windowSize?: number;
  /** Seconds after which the ends send again: as an option, or as the client is told. */
  readonly timeout?: number;
  /** Default octet. */
  readonly mode?: "octet" | "netascii";
}

/** One file to get or put. */
export interface TftpErrand extends TftpWay {
  readonly what: "get" | "put";
  readonly host: string;
  readonly port: number;
  /** The name at the server. */
  readonly remote: string;
  /** The path here. */
  readonly local: string;
}

/** A client that is a program. */
export interface TftpProgram {
  readonly name: string;
  /** All that it can be asked with. */
  readonly ways: readonly TftpWay[];
  readonly netascii: boolean;
  /** The way that needs the fewest round trips. */
  readonly fastest: TftpWay;
  /** Its exit codes where the server has no such file, and where it takes none. */
  readonly exitCodes: { readonly missing: number; readonly refused: number };
  /** Whether it tells the text of the server's error. */
  readonly tellsText: boolean;
  /** What it says where it gives up though nothing is wrong, and is to be asked again. */
  readonly givesUpSaying?: string;
  /** Program and arguments. */
  command(errand: TftpErrand): readonly string[];
  /** What it reads from stdin. */
  input?(errand: TftpErrand): string;
}

const asUrl = ({ host, port, remote, mode }: TftpErrand): string =>
  `tftp://${host.includes(":") ? `[${host}]` : host}:${port}/${remote}${mode === undefined ? "" : `;mode=${mode}`}`;

/** It knows no option. Where the server refuses, it says so and ends with 0. */
const tftpHpa: TftpProgram = {
  name: "tftp-hpa",
  ways: [{}],
  netascii: true,
  // It sends again after 5 s of silence, or as it is told by a command; then all it does is told by commands.
  fastest: { timeout: 1 },
  exitCodes: { missing: 0, refused: 0 },
  tellsText: true,
  command: ({ host, port, mode = "octet", timeout, ...errand }) => [
    ...["tftp", host.includes(":") ? "-6" : "-4", "-m", mode, host, String(port)],
    ...(timeout === undefined ? ["-c", ...hpaTransfer(errand)] : []),
  ],
  input: ({ timeout, ...errand }) =>
    timeout === undefined ? "" : `rexmt ${timeout}\ntimeout 60\n${hpaTransfer(errand).join(" ")}\nquit\n`,
};

const hpaTransfer = ({ what, remote, local }: Pick<TftpErrand, "what" | "remote" | "local">): readonly string[] =>
  what === "get" ? [what, remote, local] : [what, local, remote];

const atftp: TftpProgram = {
  name: "atftp",
  ways: [
    {},
    { blockSize: 512, timeout: 2 },
    { blockSize: 1428 },
    { blockSize: 65_464 },
    { blockSize: 512, windowSize: 4 },
    { blockSize: 1428, windowSize: 16 },
  ],
  netascii: true,
  // Whoever doubles the OACK, the server whose ACK 0 was lost or the network.
  givesUpSaying: "unexpected OACK",
  fastest: { blockSize: 65_464, windowSize: 4, timeout: 1 },
  exitCodes: { missing: 255, refused: 255 },
  tellsText: true,
  command: ({ what, host, port, remote, local, blockSize, windowSize, timeout, mode = "octet" }) => [
    ...["atftp", `--${what}`, "--remote-file", remote, "--local-file", local, "--option", `mode ${mode}`],
    ...(blockSize === undefined ? [] : ["--option", `blksize ${blockSize}`, "--option", "tsize 0"]),
    ...(windowSize === undefined ? [] : ["--option", `windowsize ${windowSize}`]),
    ...(timeout === undefined ? [] : ["--option", `timeout ${timeout}`]),
    ...[host, String(port)],
  ],
};

/** With options it asks for tsize and timeout as well. */
const curl: TftpProgram = {
  name: "curl",
  ways: [{}, { blockSize: 512 }, { blockSize: 1428 }, { blockSize: 65_464 }],
  netascii: false,
  fastest: { blockSize: 65_464 },
  exitCodes: { missing: 68, refused: 69 },
  tellsText: false,
  command: (errand) => [
    ...["curl", "-sS", ...(errand.what === "get" ? ["-o"] : ["-T"]), errand.local],
    ...(errand.blockSize === undefined ? ["--tftp-no-options"] : ["--tftp-blksize", String(errand.blockSize)]),
    asUrl(errand),
  ],
};

/** With a block size it asks for tsize as well. */
const busybox: TftpProgram = {
  name: "busybox",
  ways: [{}, { blockSize: 1428 }, { blockSize: 65_464 }],
  netascii: false,
  fastest: { blockSize: 65_464 },
  exitCodes: { missing: 1, refused: 1 },
  tellsText: true,
  command: ({ what, host, port, remote, local, blockSize }) => [
    ...["busybox", "tftp", what === "get" ? "-g" : "-p", "-r", remote, "-l", local],
    ...(blockSize === undefined ? [] : ["-b", String(blockSize)]),
    ...[host, String(port)],
  ],
};

/** The clients of others. */
export const tftpPrograms: readonly TftpProgram[] = [tftpHpa, atftp, curl, busybox];

/** Our command line. */
export const ourProgram: TftpProgram = {
  name: "twinport",
  ways: [
    {},
    { blockSize: 512 },
    { blockSize: 1428 },
    { blockSize: 65_464 },
    { blockSize: 512, windowSize: 4 },
    { blockSize: 1428, windowSize: 16 },
    { blockSize: 8192, windowSize: 8 },
  ],
  netascii: true,
  fastest: { blockSize: 65_464, windowSize: 4 },
  exitCodes: { missing: 5, refused: 6 },
  tellsText: true,
  command: (errand) => [
    ...[process.execPath, twinport, "tftp", errand.what, asUrl(errand), errand.local, "--quiet"],
    ...(errand.blockSize === undefined ? ["--plain"] : ["--blksize", String(errand.blockSize)]),
    ...(errand.blockSize === undefined ? [] : ["--windowsize", String(errand.windowSize ?? 1)]),
  ],
};

/** A way in words. */
export function nameOfWay(way: TftpWay): string {
  const { blockSize, windowSize, timeout } = way;
  if (blockSize === undefined) return "without options";
  const window = windowSize === undefined ? "" : `, windows of ${windowSize}`;
  return `blocks of ${blockSize}${window}${timeout === undefined ? "" : `, timeout ${timeout}`}`;
}
