/** `twinport hash`: hashes of a server's files, by the server or counted here. */
import { FtpTransferError, type FtpClient, type HashAlgorithm } from "@twinport/core/ftp-client";
import { hashAlgorithms, toHashAlgorithm } from "@twinport/core/protocol";
import { digestReadable, makeDigest } from "@twinport/core/storage";
import { Command, InvalidArgumentError, Option } from "commander";
import { printable } from "../exit-codes.ts";
import { runEach, type Outcome } from "../remote/each.ts";
import { makeProgress, withProgressOptions, type ProgressOptions, type ProgressView } from "../remote/progress.ts";
import { withPools } from "../remote/server-pools.ts";
import { withRemoteOptions, type RemoteOptions } from "../remote/session.ts";
import { startPoints, type StartPoint } from "../remote/start-points.ts";
import {
  defaultTransfers,
  withBandwidthOption,
  withTransferOptions,
  type TransferFlags,
} from "../remote/transfer-flags.ts";
import { PatternFaults } from "../remote/pattern-faults.ts";

interface HashOptions extends RemoteOptions, ProgressOptions, TransferFlags {
  readonly algorithm: HashAlgorithm;
  readonly read?: boolean;
  readonly json?: boolean;
}

/** Makes the command. */
export function hash(): Command {
  const command = new Command("hash")
    .summary("tell hashes of files")
    .description(
      "Tell hashes of a server's files: by HASH or what the server has like it, or\n" +
        "else by reading them. Lines are as sha256sum has them.",
    )
    .argument("<url...>", "files; patterns are matched on the server")
    .addOption(
      new Option("-a, --algorithm <name>", "sha-512, sha-256, sha-1, md5 or crc32")
        .argParser(parseAlgorithm)
        .default("SHA-256", "sha-256"),
    )
    .option("--read", "read the files, whatever the server offers")
    .option("--json", "a JSON object a line");
  return withRemoteOptions(withProgressOptions(withTransferOptions(withBandwidthOption(command))))
    .addHelpText(
      "after",
      `
Examples:
  twinport hash 'ftp://example.org/pub/*.iso' > SHA256SUMS
  twinport hash -a md5 ftp://example.org/pub/image.iso`,
    )
    .action((urls: string[], options: HashOptions) => run(urls, options));
}

function parseAlgorithm(text: string): HashAlgorithm {
  const algorithm = toHashAlgorithm(text);
  if (algorithm === undefined)
    throw new InvalidArgumentError(`It is one of ${hashAlgorithms.join(", ").toLowerCase()}.`);
  return algorithm;
}

async function run(urls: readonly string[], options: HashOptions): Promise<void> {
  const view = await makeProgress(options);
  try {
    await withPools(options, view.note, async (pools, signal) => {
      const faults = new PatternFaults({ ...options, note: view.note });
      const points = await startPoints(urls, pools, signal, faults.add);
      const tell = inOrder(points);
      const each = { ...options, outcomes: false, transfers: options.transfers ?? defaultTransfers, note: view.note };
      await runEach(
        points,
        each,
        async (point) => {
          try {
            const outcome = await hashOne(point, options, view, signal);
            tell(point, line(outcome, options));
            return outcome;
          } catch (error) {
            tell(point, undefined);
            throw error;
          } finally {
            view.end(point.path);
          }
        },
        ({ path }) => path,
      );
      faults.demandNone();
    });
  } finally {
    view.close();
  }
}

/** Prints lines in the order of their files, whichever is done first. */
function inOrder(points: readonly StartPoint[]): (point: StartPoint, line: string | undefined) => void {
  const lines = new Map<StartPoint, string | undefined>();
  let next = 0;
  return (point, text) => {
    lines.set(point, text);
    for (let first = points[next]; first !== undefined && lines.has(first); first = points[++next]) {
      const told = lines.get(first);
      if (told !== undefined) process.stdout.write(`${told}\n`);
    }
  };
}

interface HashOutcome extends Outcome {
  readonly algorithm: HashAlgorithm;
  readonly hash: string;
  /** The server's verb; undefined where the file was read. */
  readonly by: string | undefined;
}

function line({ path, algorithm, hash: digits, by }: HashOutcome, { json }: HashOptions): string {
  return json === true
    ? JSON.stringify({ path, algorithm, hash: digits, by: by ?? "reading" })
    : `${digits}  ${printable(path)}`;
}

function hashOne(
  { pool, path }: StartPoint,
  options: HashOptions,
  view: ProgressView,
  signal: AbortSignal,
): Promise<HashOutcome> {
  const { algorithm } = options;
  return pool.use(async (client) => {
    if (options.read !== true) {
      try {
        const { digits, verb } = await client.hash(path, { algorithm, signal });
        return { path, algorithm, hash: digits, by: verb };
      } catch (error) {
        if (!(error instanceof FtpTransferError && error.kind === "no-hash")) throw error;
      }
    }
    return { path, algorithm, hash: await readHash(client, path, algorithm, view, signal), by: undefined };
  });
}

/** Reads a file, and keeps nothing of it. */
async function readHash(
  client: FtpClient,
  path: string,
  algorithm: HashAlgorithm,
  { onProgress }: ProgressView,
  signal: AbortSignal,
): Promise<string> {
  const digest = makeDigest(algorithm);
  const download = await client.openRead(path, { signal, onProgress });
  try {
    await digestReadable(download, digest, { signal });
  } finally {
    await download.close();
  }
  return digest.end();
}
