/**
 * Password hashes by scrypt (RFC 7914), as text.
 *
 *     $scrypt$ln=15,r=8,p=1$<salt, base64>$<hash, base64>
 */
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { isCallbackError } from "../bytes/index.ts";

/** The cost of a new hash: 2^15 rounds, 32 MiB, some 60 ms of one core. */
export const defaultHashCost: HashCost = { ln: 15, r: 8, p: 1 };
/** The longest password, in octets. */
export const passwordLimit = 1024;

const saltLength = 16;
const hashLength = 32;
/** Memory that a hash of others may ask for, in octets. */
const memoryLimit: number = 256 * 1024 * 1024;

/** The cost parameters of scrypt. */
export interface HashCost {
  /** Base 2 logarithm of N. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/**
 * Hashes a password.
 *
 * @throws RangeError for a password over 1,024 octets.
 */
export async function hashPassword(password: string, cost: HashCost = defaultHashCost): Promise<string> {
  if (Buffer.byteLength(password) > passwordLimit)
    throw new RangeError(`A password has ${passwordLimit} octets at most`);
  const salt = randomBytes(saltLength);
  const hash = await derive(password, salt, cost);
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${base64(salt)}$${base64(hash)}`;
}

/** Whether a password is the one of a hash, in a time that does not tell how near it was. A text that is no hash is false. */
export async function verifyPassword(password: string, text: string): Promise<boolean> {
  const parsed = parsePasswordHash(text);
  if (parsed === undefined || Buffer.byteLength(password) > passwordLimit) return false;
  const hash = await derive(password, parsed.salt, parsed.cost);
  return timingSafeEqual(hash, parsed.hash);
}

/** Whether a text is a password hash that `verifyPassword` understands. */
export function isPasswordHash(text: string): boolean {
  return parsePasswordHash(text) !== undefined;
}

const shape = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{8,}={0,2})\$([A-Za-z0-9+/]{43}=?)$/;

function parsePasswordHash(
  text: string,
): { readonly cost: HashCost; readonly salt: Buffer; readonly hash: Buffer } | undefined {
  const match = shape.exec(text);
  if (match === null) return undefined;
  const cost = { ln: Number(match[1]), r: Number(match[2]), p: Number(match[3]) };
  const hash = Buffer.from(match[5] ?? "", "base64");
  if (cost.ln < 1 || cost.ln > 24 || cost.r < 1 || cost.p < 1 || memoryOf(cost) > memoryLimit) return undefined;
  return hash.length === hashLength ? { cost, salt: Buffer.from(match[4] ?? "", "base64"), hash } : undefined;
}

function memoryOf({ ln, r }: HashCost): number {
  return 128 * 2 ** ln * r;
}

function derive(password: string, salt: Buffer, cost: HashCost): Promise<Buffer> {
  const options = { N: 2 ** cost.ln, r: cost.r, p: cost.p, maxmem: memoryOf(cost) * 2 };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hashLength, options, (error, hash) => {
      if (isCallbackError(error)) reject(error);
      else resolve(hash);
    });
  });
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
