/** `twinport cat`: files of a server, to stdout. */
import { Command } from "commander";
import { runEach, type Outcome } from "../remote/each.ts";
import { printFile } from "../remote/print-file.ts";
import { withPools } from "../remote/server-pools.ts";
import { withRemoteOptions, type RemoteOptions } from "../remote/session.ts";
import { startPoints, type StartPoint } from "../remote/start-points.ts";
import { withBandwidthOption, withRetryOptions, type TransferFlags } from "../remote/transfer-flags.ts";
import { PatternFaults } from "../remote/pattern-faults.ts";

interface CatOptions extends RemoteOptions, TransferFlags {
  readonly ascii?: boolean;
  readonly json?: boolean;
}

/** Makes the command. */
export function cat(): Command {
  const command = new Command("cat")
    .summary("print files")
    .description("Print files of a server to stdout, one after the other.")
    .argument("<url...>", "what to print; patterns are matched on the server")
    .option("--ascii", "convert line ends (TYPE A)")
    .option("--json", "a JSON object a file: its text, or base64 where it is no UTF-8");
  return withRemoteOptions(withRetryOptions(withBandwidthOption(command)))
    .addHelpText("after", "\nExample:\n  twinport cat ftp://example.org/README | less")
    .action((urls: string[], options: CatOptions) => run(urls, options));
}

async function run(urls: readonly string[], options: CatOptions): Promise<void> {
  const note = (text: string): void => void process.stderr.write(`${text}\n`);
  await withPools({ ...options, transfers: 1 }, note, async (pools, signal) => {
    const faults = new PatternFaults({});
    const points = await startPoints(urls, pools, signal, faults.add);
    await runEach(
      points,
      options,
      (point) => print(point, options, signal),
      ({ path }) => path,
    );
    faults.demandNone();
  });
}

async function print({ pool, path }: StartPoint, options: CatOptions, signal: AbortSignal): Promise<Outcome> {
  const type = options.ascii === true ? "ascii" : "binary";
  if (options.json !== true) return { ...(await printFile(pool, path, { signal, type })) };
  const bytes = await pool.use((client) => client.downloadBytes(path, { signal, type }));
  return { path, bytes: bytes.length, ...asText(bytes) };
}

function asText(bytes: Uint8Array): { readonly text: string } | { readonly base64: string } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { base64: Buffer.from(bytes).toString("base64") };
  }
}
