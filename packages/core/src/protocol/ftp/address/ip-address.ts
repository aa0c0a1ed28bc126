/** IP addresses as text (RFC 4291 §2.2), without node:net: this layer is pure. */

const dotted = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** Whether `text` is an IPv4 address in dotted decimal. */
export function isIPv4(text: string): boolean {
  const match = dotted.exec(text);
  return match?.slice(1).every((octet) => Number(octet) <= 255) === true;
}

/** Whether `text` is an IPv6 address, with or without a zone. */
export function isIPv6(text: string): boolean {
  return parseGroups(text) !== undefined;
}

/** The eight groups of an IPv6 address; undefined when it is none. */
function parseGroups(text: string): number[] | undefined {
  const percent = text.indexOf("%");
  let address = percent === -1 ? text : text.slice(0, percent);
  if (percent === text.length - 1 && percent !== -1) return undefined;
  const lastColon = address.lastIndexOf(":");
  if (lastColon === -1) return undefined;
  const tail = address.slice(lastColon + 1);
  if (tail.includes(".")) {
    if (!isIPv4(tail)) return undefined;
    const [a = 0, b = 0, c = 0, d = 0] = tail.split(".").map(Number);
    address = `${address.slice(0, lastColon + 1)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  }
  const halves = address.split("::");
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const written = groups.flat();
  if (!written.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const missing = 8 - written.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const zeros = new Array<string>(halves.length === 1 ? 0 : missing).fill("0");
  return [...(groups[0] ?? []), ...zeros, ...(groups[1] ?? [])].map((group) => Number.parseInt(group, 16));
}

/**
 * One spelling for one peer: `::ffff:192.0.2.1` is `192.0.2.1`, zones go, letters are lower, the longest run of zero
 * groups is `::` (RFC 5952 §4). What is no IP address comes back as it is.
 */
export function normaliseAddress(text: string): string {
  if (!text.includes(":")) return text;
  const groups = parseGroups(text);
  if (groups === undefined) return text;
  const [, , , , , sixth = 0, high = 0, low = 0] = groups;
  if (sixth === 0xffff && groups.slice(0, 5).every((group) => group === 0)) {
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  return formatGroups(groups);
}

/** The 4 or 16 octets of an address; empty for what is none. */
export function octetsOfAddress(text: string): number[] {
  if (isIPv4(text)) return text.split(".").map(Number);
  return (parseGroups(text) ?? []).flatMap((group) => [group >> 8, group & 255]);
}

function formatGroups(groups: readonly number[]): string {
  let best = { start: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > best.length) best = { start: i, length };
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.start === -1) return hex.join(":");
  return `${hex.slice(0, best.start).join(":")}::${hex.slice(best.start + best.length).join(":")}`;
}
