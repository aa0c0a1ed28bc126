/**
 * Password hashes of other programs. None of them can be verified here, and taken as a plain password one would let in
 * whoever has the old file.
 *
 * Shapes that people's own passwords have as well (13 characters as DES's crypt has them, hexadecimal digests) are only
 * suspected.
 */

/** Formats whose hashes nobody would choose as a password. */
const shapes: readonly (readonly [pattern: RegExp, what: string])[] = [
  // crypt(5): $1$, $2b$, $5$, $6$, $7$, $y$, $gy$, $md5,…$; and $argon2id$, $apr1$, $P$, $pbkdf2-sha256$, $S$.
  [/^\$[a-z0-9][\w.,=-]*\$/i, "a password hash of crypt's kind"],
  // LDAP's userPassword (RFC 2307), and Dovecot's schemes.
  [/^\{[a-z0-9][\w.+-]*\}/i, "a password hash with its scheme in braces"],
  // BSDi's extended DES.
  [/^_[./0-9a-z]{19}$/i, "a password hash of extended DES"],
  [/^\*[0-9A-F]{40}$/, "a password hash of MySQL"],
  [/^(?:md5[0-9a-f]{32}|SCRAM-SHA-\d+\$.*)$/, "a password hash of PostgreSQL"],
  // Django and Werkzeug: pbkdf2_sha256$…, bcrypt_sha256$$2b$…, argon2$argon2id$…, scrypt:32768:8:1$….
  [/^(?:argon2|bcrypt|md5|pbkdf2|scrypt|sha\d+)[\w:-]*\$/, "a password hash of a web framework"],
  // What follows the password in passwd(5), and in shadow(5).
  [/^[^:]*:\d*:\d+:[^:]*:[^:]*:[^:]*$/, "a line of a passwd file"],
  [/^[^:]*(?::\d*){6}:[^:]*$/, "a line of a shadow file"],
  // Accounts that are locked, or have their password elsewhere.
  [/^(?:x|NP|[!*]+|\*(?:LK|NP)\*)$/, "a mark of a locked account"],
];

/** A lock before a hash: `!$6$…`, `*LK*$5$…`. */
const lock = /^(?:\*(?:LK|NP)\*|[!*]+)/;

/** What the password of an account is, where it is none: for an error. Undefined for what may be a plain password. */
export function foreignHash(password: string): string | undefined {
  const found = shapes.find(([pattern]) => pattern.test(password)) ?? lockedShape(password);
  return found?.[1];
}

function lockedShape(password: string): (typeof shapes)[number] | undefined {
  const bare = password.replace(lock, "");
  return bare === password || bare === "" ? undefined : shapes.find(([pattern]) => pattern.test(bare));
}

/** Digits of MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512. */
const digestLengths: ReadonlySet<number> = new Set([32, 40, 56, 64, 96, 128]);

/** What a plain password looks like as well, for a warning. Undefined where it looks like nothing else. */
export function suspectedHash(password: string): string | undefined {
  if (digestLengths.has(password.length) && /^(?:[0-9a-f]+|[0-9A-F]+)$/.test(password)) return "a hexadecimal digest";
  const varied = [/[a-z]/, /[A-Z]/, /[0-9./]/].every((some) => some.test(password));
  return varied && /^[./0-9A-Za-z]{13}$/.test(password) ? "a password hash of crypt (DES)" : undefined;
}
