// The packets of a TFTP client (RFC 1350 §5, RFC 2347), made before they are needed.

const readRequest = 1;
const writeRequest = 2;
export const dataPacket = 3;
export const acknowledgement = 4;
export const errorPacket = 5;
export const optionAcknowledgement = 6;
/** Octets before the data, and of a whole ACK. */
export const headerLength = 4;

/**
 * @param {{ put: boolean, name: string, blockSize: number, windowSize: number }} request Options that have their default
 * (512 octets, 1 block) are not asked for.
 */
export function requestPacket({ put, name, blockSize, windowSize }) {
  const words = [name, "octet"];
  if (blockSize !== 512) words.push("blksize", String(blockSize));
  if (windowSize !== 1) words.push("windowsize", String(windowSize));
  return Buffer.from(`\0${String.fromCharCode(put ? writeRequest : readRequest)}${words.join("\0")}\0`, "latin1");
}

/** What an OACK grants: an option that is not in it has its default. @param {Buffer} packet */
export function grantedOptions(packet) {
  const words = packet.toString("latin1", 2).split("\0");
  const valueOf = (/** @type {string} */ option, /** @type {number} */ without) => {
    const at = words.findIndex((word, index) => index % 2 === 0 && word.toLowerCase() === option);
    return at === -1 ? without : Number(words[at + 1]);
  };
  return { blockSize: valueOf("blksize", 512), windowSize: valueOf("windowsize", 1) };
}

/** The error in words. @param {Buffer} packet */
export function errorText(packet) {
  return `error ${packet.readUInt16BE(2)} from the server: ${packet.toString("latin1", 4).replace(/\0.*$/s, "")}`;
}
