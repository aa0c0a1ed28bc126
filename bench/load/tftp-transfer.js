// One TFTP transfer of a client (RFC 1350, 2347, 2348, 7440) on one socket: packets are counted, not kept.
import { createSocket } from "node:dgram";
import {
  acknowledgement,
  dataPacket,
  errorPacket,
  errorText,
  grantedOptions,
  headerLength,
  optionAcknowledgement,
  requestPacket,
} from "./tftp-packets.js";

/** Milliseconds of silence after which the last packet goes out again. */
const silence = 1_000;
/** How often it does. */
const attempts = 10;
/** Octets that the socket can hold, as far as the system grants them: a window of the largest blocks. */
const receiveBuffer = 4 * 1024 * 1024;

/**
 * @typedef {{ host: string, port: number, put: boolean, name: string, blockSize: number, windowSize: number, size?: number }} Request
 * `size` is in octets: what is written, or what must come.
 */

/** A transfer. */
export class TftpTransfer {
  #request;
  #socket = createSocket({ type: "udp4", recvBufferSize: receiveBuffer });
  #blockSize = 512;
  #windowSize = 1;
  /** Of reading the last block in order, of writing the last that was acknowledged. */
  #block = 0;
  #octets = 0;
  #inWindow = 0;
  #isAnswered = false;
  #isConnected = false;
  #port;
  #tries = 0;
  #heard = 0;
  #heardBefore = 0;
  #timer;
  #ack = Buffer.from([0, acknowledgement, 0, 0]);
  /** What waits until the socket is connected. @type {Buffer[]} */
  #held = [];
  /** Packets of a window that is written, each with its place in memory. @type {Buffer[]} */
  #window = [];
  /** Packets that were sent again. */
  again = 0;

  /** @param {Request} request */
  constructor(request) {
    this.#request = request;
    this.#port = request.port;
  }

  /** @returns {Promise<number>} Octets that were moved. */
  run() {
    const ended = new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#socket.on("error", reject);
      this.#socket.on("message", (packet, { port }) => {
        const failure = this.#take(packet, port);
        if (failure !== undefined) reject(new Error(failure));
      });
      this.#timer = setInterval(() => this.#check(reject), silence);
      this.#send(requestPacket(this.#request));
    });
    return ended.finally(() => {
      clearInterval(this.#timer);
      this.#socket.close();
    });
  }

  #finish = (/** @type {number} */ octets) => void octets;

  /** @returns {string | undefined} What is wrong. */
  #take(packet, port) {
    if (!this.#isAnswered) this.#settle(port);
    else if (port !== this.#port) return undefined;
    this.#heard++;
    this.#tries = 0;
    const operation = packet[1];
    if (operation === dataPacket && !this.#request.put) return this.#takeData(packet);
    if (operation === acknowledgement && this.#request.put) return this.#takeAck(packet.readUInt16BE(2));
    if (operation === optionAcknowledgement) this.#takeOptions(packet);
    return operation === errorPacket ? errorText(packet) : undefined;
  }

  /** The server's transfer identifier: the socket hears nobody else from here on, and sends without looking up where. */
  #settle(port) {
    this.#isAnswered = true;
    this.#port = port;
    this.#socket.connect(port, this.#request.host, () => {
      this.#isConnected = true;
      for (const packet of this.#held.splice(0)) this.#send(packet);
    });
  }

  #takeOptions(packet) {
    const { blockSize, windowSize } = grantedOptions(packet);
    this.#blockSize = blockSize;
    this.#windowSize = windowSize;
    if (this.#request.put) this.#sendWindow();
    else this.#acknowledge();
  }

  #takeData(packet) {
    if (packet.readUInt16BE(2) !== ((this.#block + 1) & 0xffff)) {
      // A gap: the window begins anew behind the last block in order, once.
      if (this.#inWindow > 0) {
        this.#acknowledge();
        this.again++;
      }
      return undefined;
    }
    const length = packet.length - headerLength;
    this.#block++;
    this.#octets += length;
    const isLast = length < this.#blockSize;
    if (++this.#inWindow === this.#windowSize || isLast) this.#acknowledge();
    if (!isLast) return undefined;
    const { size, name } = this.#request;
    if (size !== undefined && size !== this.#octets) return `${name} came with ${this.#octets} octets, not ${size}`;
    this.#finish(this.#octets);
    return undefined;
  }

  #takeAck(number) {
    const step = (number - this.#block) & 0xffff;
    if (step > this.#windowSize) return undefined;
    this.#block += step;
    if (this.#block > this.#lastBlock) this.#finish(this.#request.size ?? 0);
    // An ACK that says nothing new is a repeated one; the first of all, without options, is 0.
    else if (step > 0 || this.#block === 0) this.#sendWindow();
    return undefined;
  }

  /** The number of full blocks; behind them comes one that is shorter, perhaps empty. */
  get #lastBlock() {
    return Math.floor((this.#request.size ?? 0) / this.#blockSize);
  }

  #sendWindow() {
    const last = this.#lastBlock + 1;
    for (let place = 0; place < this.#windowSize; place++) {
      const number = this.#block + 1 + place;
      if (number > last) return;
      const packet = (this.#window[place] ??= this.#blankPacket(place));
      packet.writeUInt16BE(number & 0xffff, 2);
      const rest = (this.#request.size ?? 0) - (number - 1) * this.#blockSize;
      this.#send(number === last ? packet.subarray(0, headerLength + rest) : packet);
    }
  }

  #blankPacket(place) {
    const packet = Buffer.alloc(headerLength + this.#blockSize, 31 + place);
    packet.writeUInt16BE(dataPacket, 0);
    return packet;
  }

  #acknowledge() {
    this.#ack.writeUInt16BE(this.#block & 0xffff, 2);
    this.#inWindow = 0;
    this.#send(this.#ack);
  }

  #send(packet) {
    if (this.#isConnected) this.#socket.send(packet);
    else if (!this.#isAnswered) this.#socket.send(packet, this.#port, this.#request.host);
    // While it connects, a socket takes neither packets with an address nor without one.
    else this.#held.push(packet);
  }

  /** Once a second: whoever heard nothing since the last time says its last again. */
  #check(reject) {
    const isSilent = this.#heard === this.#heardBefore;
    this.#heardBefore = this.#heard;
    if (!isSilent) return;
    if (++this.#tries > attempts) return reject(new Error("the server stopped answering"));
    this.again++;
    if (!this.#isAnswered) this.#send(requestPacket(this.#request));
    else if (this.#request.put) this.#sendWindow();
    else this.#acknowledge();
  }
}
