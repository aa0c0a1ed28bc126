export {
  bandwidthLimits,
  BandwidthLimit,
  bandwidthQuantum,
  Pace,
  paceOf,
  type Bandwidth,
  type BandwidthClaim,
  type BandwidthClock,
  type BandwidthLimitOptions,
} from "./bandwidth/index.ts";
export { beginFile } from "./begun-file.ts";
export { ControlChannel, replyBacklogLimit, type ControlChannelOwner } from "./control-channel.ts";
export { resolveBusyPoll, Turns, Vigil, type VigilClock } from "./vigil.ts";
export { BufferPool, defaultBufferSize, defaultBuffersKept } from "./buffer-pool.ts";
export { DataConnection } from "./data-connection.ts";
export {
  inwardLine,
  OffsetBeyondEndError,
  outwardLine,
  type InwardLine,
  type OutwardLine,
  type OutwardStart,
} from "./data-lines.ts";
export { decodedSlice, DecodingSink, type DecodingOptions } from "./decoding-sink.ts";
export { endGently } from "./end-gently.ts";
export { DeflatingSource } from "./deflating-source.ts";
export type { FramedSink } from "./framed-sink.ts";
export { InflatingSink, unratedOctets, type InflateLimits } from "./inflating-sink.ts";
export { gatherLimit, pumpFileFromSocket, pumpFromSocket, quietEnd } from "./inward-pump.ts";
export { KeptConnection } from "./kept-connection.ts";
export { inlinePiece, inlineTurn, piecesElsewhere, pumpToSocket } from "./outward-pump.ts";
export type { PumpOptions } from "./pump-options.ts";
export { DataConnectionError, type DataConnectionErrorKind } from "./data-connection-error.ts";
export { codeOf, dial, type DialOptions } from "./dial.ts";
export { Networks } from "./networks.ts";
export { readProxyHeader } from "./proxy-header.ts";
export { settledWithin } from "./settled-within.ts";
export {
  PassiveArming,
  PassivePorts,
  passiveIdleTime,
  passiveListenersKept,
  passiveListenersMost,
  passiveQuarantine,
  passiveWait,
  type PassivePortsOptions,
} from "./passive-ports.ts";
export {
  certificateLook,
  Certificates,
  readPem,
  TlsClientSession,
  TlsError,
  TlsRelay,
  TlsServerSession,
  type LoadedCertificate,
  type PemSource,
  type TlsCertificateOptions,
  type TlsClientSettings,
  type TlsErrorKind,
  type TlsServerSettings,
} from "./tls/index.ts";
