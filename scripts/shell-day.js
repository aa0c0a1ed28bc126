// A working day in `twinport shell`: log in, look, complete by Tab, transfer, break off, go on, mirror, leave. Its screens
// are those of docs/shell.md, and a test walks through it.
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./bootstrap.js";
import { startTerminal } from "./terminal.js";

const program = join(root, "packages/twinport/bin/twinport.js");
/** Octets of the file that takes its time. */
const large = 24 * 1024 * 1024;
/** The shell waits for a command again, below what was typed. */
const prompted = (text) =>
  new RegExp(`${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}[^]*\\n?me@127\\.0\\.0\\.1:\\S+>$`);

/** The files of the server, with times that do not change from day to day. */
function makeServed(folder) {
  const put = (path, content) => {
    writeFileSync(join(folder, path), content);
    chmodSync(join(folder, path), 0o644);
    utimesSync(join(folder, path), 1_600_000_000, 1_600_000_000);
  };
  mkdirSync(join(folder, "photos"));
  put("readme.txt", "Welcome to the archive.\n");
  put("tape.img", Buffer.alloc(large, "0123456789abcdef"));
  for (const name of ["beach.jpg", "bridge.jpg", "harbour.jpg"]) put(join("photos", name), Buffer.alloc(150_000, name));
  chmodSync(join(folder, "photos"), 0o755);
  utimesSync(join(folder, "photos"), 1_600_000_000, 1_600_000_000);
}

/** How long something took, and how fast it was, are another day's other figures. */
export function withoutFigures(screen) {
  return screen
    .replace(/^\n+/, "")
    .replace(/ in [\d.:]+(?: s)? \([\d.]+ [KMGT]?i?B\/s\)/g, " in 0.4 s (60.0 MiB/s)")
    .replace(/ in [\d.]+ s$/gm, " in 0.1 s")
    .replace(/\b[\d.]+ MiB after [\d.]+ MiB in/g, "16.0 MiB after 8.0 MiB in")
    .replace(/^ tape\.img .*$/gm, " tape.img                 █████░░░░░░░░░░░ 33%   8.0 MiB   4.0 MiB/s    0:04")
    .replace(/^( {4}tape\.img ).*$/gm, "$133% 8.0 MiB 4.0 MiB/s 0:04");
}

/**
 * Walks through the day.
 *
 * @returns The screens by their names, the folder here with what came of it, and a function that removes it.
 */
export async function walkThroughDay() {
  const folder = mkdtempSync(join(tmpdir(), "twinport-day-"));
  const [served, here, config] = ["served", "here", "config"].map((name) => join(folder, name));
  for (const each of [served, here, join(config, "twinport")]) mkdirSync(each, { recursive: true });
  makeServed(served);
  const server = spawn(process.execPath, [program, "serve", "--listen", "127.0.0.1:0", served], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, TWINPORT_USERS: "me:s3cret" },
  });
  const remove = () => rmSync(folder, { recursive: true, force: true });
  let terminal;
  try {
    let told = "";
    while (!told.includes("\n")) told += String((await once(server.stdout, "data"))[0]);
    const port = /ftp:\/\/[^\n]*:(\d+)/.exec(told)?.[1];
    writeFileSync(join(config, "twinport", "bookmarks"), `work\tftp://me@127.0.0.1:${port}\n`);
    terminal = startTerminal(`unset TWINPORT_PASSWORD; '${process.execPath}' '${program}' shell work`, {
      cwd: here,
      env: {
        XDG_CONFIG_HOME: config,
        XDG_STATE_HOME: join(folder, "state"),
        NETRC: "/nonexistent",
        TZ: "UTC",
        SHELL: "/bin/sh",
      },
    });
    const screens = await walk(terminal);
    return { screens, folder, served, here, remove };
  } catch (error) {
    remove();
    throw error;
  } finally {
    terminal?.stop();
    server.kill("SIGINT");
    await once(server, "exit");
  }
}

async function walk(terminal) {
  const screens = {};
  const enter = async (text, until = prompted(text)) => {
    terminal.type(text);
    terminal.press("Enter");
    return terminal.until(until);
  };
  const keep = (name) => {
    screens[name] = withoutFigures(terminal.screen());
    terminal.clear();
    terminal.press("Enter");
  };

  await terminal.until("Password for me");
  terminal.type("s3cret");
  terminal.press("Enter");
  await terminal.until(/me@127\.0\.0\.1:\/>$/);
  await enter("ls");
  await enter("gte readme.txt");
  await enter("more readme.txt | cat");
  keep("look");

  terminal.type("cd ph");
  terminal.press("Tab");
  await terminal.until(/cd photos\/$/);
  terminal.press("Enter");
  await terminal.until(/\/photos>$/);
  terminal.type("get b");
  terminal.press("Tab");
  await terminal.until(/get b$/);
  terminal.press("Tab");
  await terminal.until(/beach\.jpg +bridge\.jpg/);
  terminal.type("e");
  terminal.press("Tab");
  await terminal.until(/get beach\.jpg$/);
  terminal.press("Enter");
  await terminal.until(/Got beach\.jpg[^\n]*\n[^\n]*photos>$/);
  keep("complete");

  await enter("cd ..", /:\/>$/);
  await enter("throttle get 4M");
  terminal.type("get tape.img");
  terminal.press("Enter");
  await terminal.until(/tape\.img +█+░+ [2-9]\d%/);
  screens.progress = withoutFigures(terminal.screen());
  terminal.press("C-c");
  await terminal.until(/Interrupted\n[^\n]*\/>$/);
  await enter("throttle get off");
  await enter("reget tape.img", /Got tape\.img[^\n]*\n[^\n]*\/>$/);
  keep("resume");

  await enter("mget photos/*", "[ynapq?]");
  terminal.type("n");
  terminal.press("Enter");
  await terminal.until("mget photos/bridge.jpg");
  terminal.type("a");
  terminal.press("Enter");
  await terminal.until(/Got photos\/harbour\.jpg[^\n]*\n[^\n]*>$/);
  keep("many");

  await enter("throttle get 4M");
  await enter("get tape.img copy.img &");
  await terminal.until(/copy\.img\n[^\n]*>$/);
  // It has begun once it has something to tell.
  for (let shown = ""; !/ {4}tape\.img \d+%/.test(shown);) {
    terminal.clear();
    terminal.press("Enter");
    await terminal.until(/>$/);
    shown = await enter("jobs", /jobs\n\[1\][^\n]*\n(?: {4}[^\n]*\n)?[^\n]*>$/);
  }
  await enter("wait", /\[1\] Done[^\n]*\n[^\n]*>$/);
  keep("jobs");

  await enter("mirror photos", /Copied[^\n]*\n[^\n]*>$/);
  await enter("!echo sunset > photos/sunset.jpg");
  await enter("mirror -R --dry-run photos", /to remove\n[^\n]*>$/);
  await enter("mirror -R photos", /Copied 1[^\n]*\n[^\n]*>$/);
  keep("mirror");

  terminal.type("get wro");
  terminal.press("C-c");
  await terminal.until(/\^C\n[^\n]*\/>$/);
  await enter("quit", "ended with");
  screens.leave = withoutFigures(terminal.screen());
  return screens;
}
