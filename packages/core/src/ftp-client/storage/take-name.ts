/** A file takes a name, and the place of what has it: RNFR and RNTO (RFC 959 §4.1.3), which some servers refuse for a name in use. */
import type { VirtualPath } from "../../storage/index.ts";
import { FtpReplyError } from "../errors.ts";
import { look, type Place } from "./look.ts";
import { makeAsidePath } from "./part-names.ts";

/**
 * Renames a file over what is there. Where the server does not replace, that is put aside first, and put back when the
 * new one does not take its place: for a moment nothing has the name.
 *
 * @throws FtpReplyError.
 */
export async function takeName(place: Place, from: VirtualPath, to: VirtualPath): Promise<void> {
  const { client, paths } = place;
  try {
    await client.rename(paths.of(from), paths.of(to));
  } catch (error) {
    if (!(error instanceof FtpReplyError) || error.verb !== "RNTO") throw error;
    if ((await look(place, to))?.kind !== "file") throw error;
    const aside = makeAsidePath(to);
    await client.rename(paths.of(to), paths.of(aside)).catch(() => {
      throw error;
    });
    try {
      await client.rename(paths.of(from), paths.of(to));
    } catch (cause) {
      await client.rename(paths.of(aside), paths.of(to));
      throw cause;
    }
    await client.remove(paths.of(aside));
  }
}
