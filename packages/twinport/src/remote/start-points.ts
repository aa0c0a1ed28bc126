/** What the commands that walk or read begin with: URLs, with their patterns resolved. */
import { FtpReplyError, type FtpPool, type ListedEntry } from "@twinport/core/ftp-client";
import { SomeFailedError } from "../exit-codes.ts";
import { tellFailure, withoutPassword } from "./each.ts";
import { expandRemote, patternOfUrl, type OnFault } from "./remote-glob.ts";
import { withPools, type ServerPools } from "./server-pools.ts";
import { readUrl, type RemoteOptions } from "./session.ts";
import type { TransferFlags } from "./transfer-flags.ts";

/** A path of a server. */
export interface StartPoint {
  readonly pool: FtpPool;
  /** Without a slash at its end; empty for the folder of the login. */
  readonly path: string;
  /** As it was typed, without a password. */
  readonly text: string;
}

/** Resolves URLs. A pattern that matches nothing stands for its own name. */
export async function startPoints(
  urls: readonly string[],
  pools: ServerPools,
  signal: AbortSignal,
  onFault?: OnFault,
): Promise<StartPoint[]> {
  const points: StartPoint[] = [];
  for (const url of urls) {
    const text = withoutPassword(url);
    const read = readUrl(url);
    const pool = await pools.of(read);
    const pattern = patternOfUrl(url);
    const found =
      pattern === undefined ? [] : await pool.use((client) => expandRemote(client, pattern, signal, onFault));
    const paths = found.length === 0 ? [read.path] : found.map(({ path }) => path);
    points.push(...paths.map((path) => ({ pool, path: path.replace(/(?<=.)\/+$/, ""), text })));
  }
  return points;
}

/**
 * Does something from each path that the URLs name. One that fails is told of, and the others go on.
 *
 * @param failed - What is said of failures behind their number.
 * @param run - Gives why parts of it failed; those are told already.
 * @throws SomeFailedError when anything failed; what `run` throws for a single path.
 */
export async function forEachStart(
  urls: readonly string[],
  options: RemoteOptions & TransferFlags & { readonly json?: boolean },
  failed: string,
  run: (point: StartPoint, signal: AbortSignal) => Promise<readonly unknown[]>,
): Promise<void> {
  const note = (text: string): void => void process.stderr.write(`${text}\n`);
  await withPools(options, note, async (pools, signal) => {
    const failures: unknown[] = [];
    const points = await startPoints(urls, pools, signal, (error) => {
      failures.push(error);
      tellFailure(error, "", options);
    });
    for (const point of points) {
      try {
        failures.push(...(await run(point, signal)));
      } catch (error) {
        if (signal.aborted || points.length === 1) throw error;
        failures.push(error);
        tellFailure(error, point.path, options);
      }
    }
    if (failures.length > 0) throw new SomeFailedError(`${failures.length} ${failed}`, failures);
  });
}

/** What a start is; where the server cannot tell, a folder. @throws FtpReplyError for what is not there. */
export async function lookAtStart(pool: FtpPool, path: string, signal: AbortSignal): Promise<ListedEntry> {
  const name = path.slice(path.lastIndexOf("/") + 1) || ".";
  const folder: ListedEntry = { name, kind: "directory", raw: "" };
  if (path === "" || path === "/") return folder;
  try {
    return { ...(await pool.use((client) => client.stat(path, { signal }))), name };
  } catch (error) {
    // Servers without MLST cannot tell of folders: listing them decides.
    if (error instanceof FtpReplyError && !error.transient && error.code !== 550) return folder;
    throw error;
  }
}
