/** A key of a Secret. */
export interface SecretKey {
  /** Name of the Secret, in the consumer's own namespace. */
  readonly name: string;
  readonly key: string;
}

/** All that a client needs to connect, as values and as keys of Secrets. */
export interface DatabaseConnection {
  /** Host of the Service that always leads to the primary. */
  readonly host: string;
  /** Host of the Service that leads to the standbys; empty of endpoints while none is ready. */
  readonly readOnlyHost: string;
  readonly port: number;
  readonly database: string;
  readonly user: SecretKey;
  readonly password: SecretKey;
  /** Certificate authority that `host` is verified against. Mount this key alone: the Secret also holds the private key. */
  readonly certificateAuthority: SecretKey;
  /** The libpq mode that verifies certificate and host name. */
  readonly sslMode: 'verify-full';
}
