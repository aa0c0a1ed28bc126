// node sparing-master.js HOST PORT FILE BLOCKSIZE LAST: gets FILE with others by multicast (RFC 2090), as the master client, and
// asks for every other block only. Says "appointed" once it is the master; asks once a line comes on stdin, to the block LAST,
// which it says it has.
import { createSocket } from "node:dgram";
import { once } from "node:events";

const [host = "", port = "", file = "", blockSize = "", last = ""] = process.argv.slice(2);
const socket = createSocket("udp4");
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

socket.send(`\0\x01${file}\0octet\0multicast\0\0blksize\0${blockSize}\0`, Number(port), host);
const [, { port: transferPort }] = await once(socket, "message");
const acknowledge = (block) => socket.send(Uint8Array.of(0, 4, block >> 8, block), transferPort, host);

process.stdout.write("appointed\n");
await once(process.stdin, "data");
for (let block = 0; block < Number(last) - 100; block += 2) {
  acknowledge(block);
  await pause(1);
}
acknowledge(Number(last));
await pause(10);
socket.close();
process.stdin.destroy();
