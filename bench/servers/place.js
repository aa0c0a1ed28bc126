// Where all servers of a run read and write: one folder, in memory where the system has a file system for that, so that no
// disk is measured. The files in it are made when a row first needs them.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync } from "node:fs";
import { rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "./processes.js";

const pieceSize = 1024 * 1024;

/** Whom the servers let in. @typedef {{ user: string, password: string, uid?: number, gid?: number }} Account */

/** The folders of a run. */
export class Place {
  #account;
  /** The server that client programs work on, where one was named. @type {URL | undefined} */
  url;

  /** @param {import("../endings.js").Endings} endings */
  constructor(endings) {
    this.endings = endings;
    this.path = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "twinport-bench-"));
    endings.add(() => rmSync(this.path, { recursive: true, force: true }));
    // Servers do their work as other users.
    chmodSync(this.path, 0o755);
    this.root = join(this.path, "root");
    this.tftp = join(this.path, "tftp");
    for (const folder of [this.root, this.tftp]) {
      mkdirSync(folder);
      chmodSync(folder, 0o777);
    }
  }

  /** A new folder for what a server needs beside its files. @param {string} name */
  state(name) {
    return mkdtempSync(join(this.path, `${name}-`));
  }

  /** A file of octets that do not repeat soon, in one of the folders. @param {string} path @param {number} size */
  provideFile(path, size) {
    if (existsSync(path) && statSync(path).size === size) return;
    const piece = randomBytes(Math.min(pieceSize, size));
    const file = openSync(path, "w", 0o644);
    for (let left = size; left > 0; left -= piece.length) writeSync(file, piece, 0, Math.min(left, piece.length));
    closeSync(file);
  }

  /** A folder below the root with empty files. @param {string} name @param {number} count */
  provideFolder(name, count) {
    const folder = join(this.root, name);
    if (existsSync(folder)) return;
    mkdirSync(folder);
    for (let at = 0; at < count; at++) writeFileSync(join(folder, `file-${String(at).padStart(6, "0")}.txt`), "");
  }

  /** Removes what a run broken off has left: it may belong to another user than the next server's. */
  clearUploads() {
    for (const folder of [this.root, this.tftp]) {
      for (const name of readdirSync(folder)) if (name.startsWith("load-")) rmSync(join(folder, name));
    }
  }

  /**
   * The system's user that vsftpd, ProFTPD and Pure-FTPd let in, whose home is the root; made at first use.
   *
   * @returns {Account}
   */
  get account() {
    this.#account ??= makeAccount(this.endings, this.root);
    return this.#account;
  }
}

/** Whether users can be made here. */
export const canMakeAccount = () => process.getuid?.() === 0 && findProgram("useradd") !== undefined;

function makeAccount(endings, home) {
  const user = `twinport-bench-${process.pid}`;
  // Not a secret, but not to be guessed either: for the time of the run it opens an account of this machine.
  const password = randomBytes(18).toString("hex");
  run("useradd", ["-M", "-d", home, "-s", "/bin/sh", user]);
  endings.add(() => run("userdel", [user]));
  run("chpasswd", [], `${user}:${password}\n`);
  const [uid, gid] = ["-u", "-g"].map((which) => Number(run("id", [which, user])));
  chownSync(home, uid, gid);
  return { user, password, uid, gid };
}

/** @param {string} command @param {readonly string[]} args @param {string} [input] */
function run(command, args, input = "") {
  const { status, stdout, stderr, error } = spawnSync(command, args, { input, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
  return stdout.trim();
}
