// The server that client programs work on, and what lies there: made once in a run, for all of them.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../servers/processes.js";
import { startAnonymousVsftpd } from "./vsftpd.js";

/** `big` is the path of a file here that is put there. @typedef {{ url: URL, big: string, isFilled: Set<string> }} Site */

/** @type {WeakMap<import("../servers/place.js").Place, Promise<Site>>} */
const sites = new WeakMap();

/**
 * The site of a run: that of `place.url`, or vsftpd, started here.
 *
 * @param {import("../servers/place.js").Place & { url?: URL }} place
 * @returns {Promise<Site>}
 */
export function siteOf(place) {
  const known = sites.get(place) ?? openSite(place);
  sites.set(place, known);
  return known;
}

async function openSite(place) {
  if (place.url === undefined && findProgram("vsftpd") === undefined) {
    throw new Error("vsftpd is not installed: name a server by --url ftp://user:password@host:port/folder/");
  }
  const url = place.url ?? (await startAnonymousVsftpd(place));
  return { url, big: join(place.path, "client-big"), isFilled: new Set() };
}

/** Files of 1 KiB, ten in a folder. @param {string} path @param {number} count */
export function makeTree(path, count) {
  for (let each = 0; each < count; each++) {
    const below = join(path, `d${Math.floor(each / 10)}`);
    if (each % 10 === 0) mkdirSync(below, { recursive: true });
    writeFileSync(join(below, `f${each}`), Buffer.alloc(1024, each % 251));
  }
}
