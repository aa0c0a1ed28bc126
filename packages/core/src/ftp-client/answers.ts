/**
 * Which replies a command can have (RFC 959 §5.4), with the liberties that real servers take.
 *
 * A server that sends one reply too many is one ahead from then on: the client would take each reply for the answer to
 * the wrong command, and report a file as removed that is still there. A code that the command cannot have shows it.
 * Success is judged strictly, because that is where a wrong reply does harm; every command may fail with any 4xx or 5xx.
 * A success that is unusual, but of the same kind, is taken only after the connection has proved to be in step.
 */

interface Answers {
  /** Successful and intermediate codes that the verb's source or most servers have. */
  readonly usual: readonly number[];
  /** Codes of some servers that mean the same, and that other commands have too. */
  readonly odd?: readonly number[];
  /** Preliminary replies may come first. */
  readonly preliminary?: true;
  /** Changes files or directories: it matters what the reply belongs to. */
  readonly changes?: true;
}

/** "Done", as servers say it whatever was asked: 200, 202 and the file actions but for 257. */
const okay = [200, 202, 204];
const fileAction = [250, 251, 252, 253, 254, 255, 256];
const setting: Answers = { usual: [...okay, ...fileAction] };
const change: Answers = { usual: [250], odd: [...okay, ...fileAction, 257], changes: true };
const hash: Answers = { usual: [...okay, 213, ...fileAction], preliminary: true };
const fact: Answers = { usual: [213, ...fileAction], odd: okay, changes: true };
const transfer: Answers = { usual: [226, 225, ...fileAction, ...okay], preliminary: true };

const answers: Readonly<Record<string, Answers>> = {
  // Some servers let a user in without a password, or answer USER with what RFC 2228 has for it.
  USER: { usual: [230, 232, 331, 332, 336, ...okay] },
  PASS: { usual: [230, 232, 332, ...okay] },
  ACCT: { usual: [230, 232, ...okay, 250] },
  AUTH: { usual: [234, 235, 334, 335] },
  FEAT: { usual: [211, 214, ...okay] },
  CWD: { usual: [250, ...okay], odd: fileAction },
  CDUP: { usual: [250, ...okay], odd: fileAction },
  PWD: { usual: [257] },
  MKD: { usual: [257], odd: [...okay, ...fileAction], changes: true },
  RMD: change,
  DELE: change,
  RNFR: { usual: [350] },
  RNTO: change,
  REST: { usual: [350] },
  SIZE: { usual: [213] },
  // With a time it sets one, which servers answer in their own ways.
  MDTM: { usual: [213, ...fileAction, ...okay] },
  MFMT: fact,
  MLST: { usual: [250] },
  PASV: { usual: [227] },
  CPSV: { usual: [227] },
  LPSV: { usual: [228] },
  // 227 names a port as well; whoever asked finds that it is not the one that was asked for.
  EPSV: { usual: [229, 227, 228] },
  PORT: setting,
  EPRT: setting,
  TYPE: setting,
  STRU: setting,
  MODE: setting,
  ALLO: setting,
  NOOP: setting,
  PBSZ: setting,
  PROT: setting,
  OPTS: setting,
  CLNT: setting,
  PRET: setting,
  RANG: { usual: [350, ...okay] },
  HASH: hash,
  XCRC: hash,
  XMD5: hash,
  XSHA: hash,
  XSHA1: hash,
  XSHA256: hash,
  XSHA512: hash,
  MD5: hash,
  RETR: transfer,
  STOR: transfer,
  STOU: transfer,
  APPE: transfer,
  LIST: transfer,
  NLST: transfer,
  MLSD: transfer,
};

/** Codes that no command has but those above by name: 426 belongs to transfers and to what reads a whole file. */
const transferAborted = 426;

/** Whether a reply of this code can be the answer to a command. A verb that is not known here may have any. */
export function canAnswer(verb: string, code: number): boolean {
  const row = answers[verb.toUpperCase()];
  if (row === undefined) return true;
  if (code < 200) return row.preliminary === true;
  if (code >= 400) return code !== transferAborted || row.preliminary === true;
  return row.usual.includes(code) || row.odd?.includes(code) === true;
}

/** Whether the code is a liberty that other commands' replies look like, for a verb that changes something. */
export function isUnusual(verb: string, code: number): boolean {
  const row = answers[verb.toUpperCase()];
  return row?.changes === true && code < 400 && !row.usual.includes(code);
}

/** Whether a verb changes files or directories, so that a reply of another command must not stand for its own. */
export function changesFiles(verb: string): boolean {
  return answers[verb.toUpperCase()]?.changes === true;
}

/** Codes that one command alone has: a reply that carries one shows that the connection is in step. */
const telling: ReadonlySet<number> = new Set([211, 213, 226, 227, 228, 229, 257, 331, 350]);

/** Whether a reply that can answer its command proves that no reply before it was one too many. */
export function provesStep(code: number): boolean {
  return telling.has(code);
}

/** Verbs that real servers answer twice now and then, with codes that many commands have. */
const doubled: ReadonlySet<string> = new Set(["FEAT", "OPTS", "TYPE", "STRU", "MODE", "PBSZ", "PROT", "CLNT", "PRET"]);

/** Whether another reply to this verb may still be on its way. */
export function leavesDoubt(verb: string): boolean {
  return doubled.has(verb.toUpperCase());
}
