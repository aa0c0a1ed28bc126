// All rows, in the groups whose tables they share.
import { clientPrograms } from "../clients/programs.js";
import { clientWorks } from "../clients/works.js";
import { serverKinds } from "../servers/kinds.js";
import { smallFileWorks } from "./small-files.js";
import { idleMemory, sessionWorks } from "./sessions.js";
import { listingWork, secureWorks, transferWorks } from "./transfers.js";
import { tftpWorks } from "./tftp.js";

/**
 * Works, and who does them in turn. `open` gives contestants that are there, and says what is not.
 *
 * @typedef {{
 *   name: string,
 *   works: readonly import("./row.js").Work[],
 *   kinds: readonly import("../servers/kinds.js").ServerKind[],
 * }} Group
 */

const ftpWorks = [...transferWorks, ...smallFileWorks, ...sessionWorks, listingWork, idleMemory];

/** @type {readonly Group[]} */
export const groups = [
  { name: "ftp", works: ftpWorks, kinds: serverKinds.ftp },
  { name: "ftps", works: secureWorks, kinds: serverKinds.ftps },
  { name: "tftp", works: tftpWorks, kinds: serverKinds.tftp },
  { name: "client", works: clientWorks, kinds: clientPrograms },
];

/** Names of all rows. */
export const rowNames = groups.flatMap(({ works }) => works.flatMap(({ rows }) => rows.map(({ name }) => name)));

/** What a group's name on the command line stands for. @param {string} word */
export function rowsCalled(word) {
  const group = groups.find(({ name }) => name === word);
  if (group !== undefined) return group.works.flatMap(({ rows }) => rows.map(({ name }) => name));
  return rowNames.includes(word) ? [word] : [];
}
