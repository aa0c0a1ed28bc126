/** What a job did. */
export interface Done {
  readonly seconds: number;
  readonly octets: number;
  readonly count: number;
}

/** A job of `ftp-jobs.js`, and how often it is done by all sessions together. */
export interface Job {
  readonly name: string;
  readonly count?: number;
  readonly verb?: string;
  readonly path?: string;
  readonly size?: number;
}

/** Sessions of FTP clients in worker threads. */
export class FtpLoad {
  static open(
    target: {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password: string;
      readonly secure?: boolean;
    },
    options?: { readonly sessions?: number; readonly threads?: number; readonly isOpen?: boolean },
  ): Promise<FtpLoad>;
  run(job: Job): Promise<Done>;
  close(): Promise<void>;
}
