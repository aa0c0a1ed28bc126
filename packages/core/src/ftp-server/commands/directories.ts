/** CWD, CDUP, PWD, MKD, RMD and their X-forms (RFC 959 §4.1.1, §4.1.3, RFC 775). */
import { formatQuotedPath, message, replyCode } from "../../protocol/index.ts";
import { StorageError, type VirtualPath } from "../../storage/index.ts";
import type { CommandRow } from "../command-row.ts";
import type { Session } from "../session/session.ts";
import { tellMakeDirectory, tellRemoveDirectory } from "../tell-change.ts";

/** CWD: without an argument, back to the folder of the login. */
export const cwd: CommandRow<string | undefined> = {
  handle: (session, text) => change(session, session.path(text ?? session.account.home ?? "/")),
};

/** CDUP: answered 250 as CWD is; RFC 959 §5.4 names 200 as well, and clients look at the class alone. */
export const cdup: CommandRow<undefined> = {
  handle: (session) => change(session, session.path("..")),
};

async function change(session: Session, path: VirtualPath): Promise<void> {
  const entry = await session.account.storage.stat(path);
  if (entry.kind !== "directory")
    throw new StorageError("not-a-directory", message("{path} is not a directory", { path }), { path });
  session.workingDirectory = path;
  session.reply(
    replyCode.fileActionOkay,
    message("{quoted} is the working directory", { quoted: formatQuotedPath(path) }),
  );
}

/** PWD: the path in quotes, a quote in it doubled. */
export const pwd: CommandRow<undefined> = {
  handle(session) {
    session.reply(
      replyCode.pathname,
      message("{quoted} is the working directory", { quoted: pathForPrograms(session, session.workingDirectory) }),
    );
  },
};

/**
 * A path in quotes, for clients that read it from a 257. In a session with a charset a folder whose name is no UTF-8 has no
 * name: its octets would be read as the name of another folder. It is entered before OPTS UTF8 OFF only.
 *
 * @throws StorageError `name-not-allowed` for such a path.
 */
function pathForPrograms(session: Session, path: VirtualPath): string {
  if (session.nameCodec !== undefined && !path.isWellFormed()) {
    throw new StorageError(
      "name-not-allowed",
      message("The working directory has no name in this charset; OPTS UTF8 ON gives it one"),
    );
  }
  return formatQuotedPath(path);
}

/** MKD: answers with the path that CWD takes, whatever the working directory. */
export const mkd: CommandRow<string> = {
  permission: "makeDirectory",
  async handle(session, text) {
    const path = session.path(text);
    const quoted = pathForPrograms(session, path);
    await session.account.storage.makeDirectory(path, { permissions: 0o777 & ~session.umask });
    tellMakeDirectory(session, path);
    session.reply(replyCode.pathname, message("{quoted} created", { quoted }));
  },
};

/** RMD. */
export const rmd: CommandRow<string> = {
  permission: "removeDirectory",
  async handle(session, text) {
    const path = session.path(text);
    await session.account.storage.removeDirectory(path);
    tellRemoveDirectory(session, path);
    session.reply(replyCode.fileActionOkay, message("{path} removed", { path }));
  },
};
