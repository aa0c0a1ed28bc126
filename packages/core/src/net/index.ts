export { ControlChannel, replyBacklogLimit, type ControlChannelOwner } from "./control-channel.ts";
export { BufferPool, defaultBufferSize, defaultBuffersKept } from "./buffer-pool.ts";
export { DataConnection } from "./data-connection.ts";
export { gatherLimit, pumpFromSocket } from "./inward-pump.ts";
export { inlinePiece, inlineTurn, piecesElsewhere, pumpToSocket } from "./outward-pump.ts";
export type { PumpOptions } from "./pump-options.ts";
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
