export { OptionRangeError, OptionTypeError, type OptionFault } from "../options/index.ts";
export type { NameCodec } from "../protocol/index.ts";
export { FtpServer, type ListenerAddress, type StopOptions } from "./ftp-server.ts";
export type {
  ActiveOptions,
  ClientCertificateOptions,
  ExternalAddresses,
  FtpServerOptions,
  FtpServerTlsOptions,
  ListenerOptions,
  PassiveOptions,
  ProxyProtocolOptions,
} from "./options.ts";
export { TlsError, type PemSource, type TlsCertificateOptions, type TlsErrorKind } from "../net/index.ts";
export { defaultLimits, type FtpServerLimits } from "./limits.ts";
export type {
  AttributesEvent,
  ChangeEvent,
  CombineEvent,
  CopyEvent,
  FtpServerEvents,
  LinkEvent,
  LoginEvent,
  LoginRefusedEvent,
  LogoutEvent,
  PathEvent,
  RefusalEvent,
  RenameEvent,
  ServerErrorEvent,
  SessionEndEvent,
  SessionEvent,
  TlsFailedEvent,
  TransferBrokenEvent,
  TransferEvent,
  TransferStartEvent,
} from "./events.ts";
export type {
  Reservation,
  ReservationRefusal,
  ReservationRequest,
  Reservations,
  ReservationUse,
} from "./reservations.ts";
