// node lossy-relay.js ADDRESS SERVER EVERY: TFTP at ADDRESS is passed on to SERVER and back, but for every EVERYth datagram
// of each direction, which is lost. The requests themselves are passed on. Runs until it is ended.
import { createSocket } from "node:dgram";

const [address = "", server = "", every = ""] = process.argv.slice(2);
const lost = { toServer: 0, toClient: 0 };

/** Whether this datagram is one of those that are lost. */
const isLost = (direction) => ++lost[direction] % Number(every) === 0;

const requests = createSocket("udp4");
/** From a client's address and port to the two sockets that stand for the other end. */
const transfers = new Map();

requests.on("message", (request, client) => {
  const key = `${client.address} ${client.port}`;
  const transfer = transfers.get(key) ?? begin(client);
  transfers.set(key, transfer);
  transfer.send(request, 69, server);
});

function begin(client) {
  const [near, far] = [createSocket("udp4"), createSocket("udp4")];
  let peer;
  far.on("message", (packet, from) => {
    peer = from;
    if (!isLost("toClient")) near.send(packet, client.port, client.address);
  });
  near.on("message", (packet) => {
    if (peer !== undefined && !isLost("toServer")) far.send(packet, peer.port, peer.address);
  });
  near.bind(0, address);
  far.bind(0, address);
  return far;
}

requests.bind(69, address, () => process.stderr.write(`Losing every ${every}th at ${address}\n`));
