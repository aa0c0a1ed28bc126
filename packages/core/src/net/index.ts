export { ControlChannel, replyBacklogLimit, type ControlChannelOwner } from "./control-channel.ts";
export { BufferPool, defaultBufferSize, defaultBuffersKept } from "./buffer-pool.ts";
export { gatherLimit, pumpFromSocket, pumpToSocket, type PumpOptions } from "./byte-pump.ts";
export { DataConnectionError, type DataConnectionErrorKind } from "./data-connection-error.ts";
export { codeOf, dial, type DialOptions } from "./dial.ts";
export {
  PassiveArming,
  PassivePorts,
  passiveListenersKept,
  passiveQuarantine,
  passiveWait,
  type PassivePortsOptions,
} from "./passive-ports.ts";
