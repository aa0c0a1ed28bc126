/** What the commands that walk or read begin with: URLs, with their patterns resolved. */
import type { FtpPool } from "@twinport/core/ftp-client";
import { withoutPassword } from "./each.ts";
import { expandRemote, patternOfUrl } from "./remote-glob.ts";
import type { ServerPools } from "./server-pools.ts";
import { readUrl } from "./session.ts";

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
): Promise<StartPoint[]> {
  const points: StartPoint[] = [];
  for (const url of urls) {
    const text = withoutPassword(url);
    const read = readUrl(url);
    const pool = await pools.of(read);
    const pattern = patternOfUrl(url);
    const found = pattern === undefined ? [] : await pool.use((client) => expandRemote(client, pattern, signal));
    const paths = found.length === 0 ? [read.path] : found.map(({ path }) => path);
    points.push(...paths.map((path) => ({ pool, path: path.replace(/(?<=.)\/+$/, ""), text })));
  }
  return points;
}
