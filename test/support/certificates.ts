import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** A certificate and its key, both PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly privateKey: KeyObject;
  readonly name: string;
}

const OID = {
  ecdsaSha256: '2a8648ce3d040302',
  commonName: '550403',
  basicConstraints: '551d13',
  subjectAltName: '551d11',
} as const;

/** Issues a real X.509 certificate: an authority without `issuer`, else a certificate for names or a client. */
export function issue(name: string, issuer?: Certificate, dnsNames: readonly string[] = []): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = tlv(0x30, oid(OID.ecdsaSha256));
  const subject = distinguishedName(name);
  const extensions = [
    extension(OID.basicConstraints, tlv(0x30, issuer ? Buffer.alloc(0) : tlv(0x01, Buffer.from([0xff])))),
  ];
  if (dnsNames.length > 0) {
    extensions.push(extension(OID.subjectAltName, tlv(0x30, ...dnsNames.map((dns) => tlv(0x82, Buffer.from(dns))))));
  }
  const body = tlv(
    0x30,
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    issuer === undefined ? subject : distinguishedName(issuer.name),
    tlv(0x30, time('200101000000Z'), time('491231235959Z')),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, tlv(0x30, ...extensions)),
  );
  const signature = sign('sha256', body, issuer?.privateKey ?? privateKey);
  const der = tlv(0x30, body, algorithm, tlv(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = der.toString('base64').match(/.{1,64}/g)!;
  const cert = `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), privateKey, name };
}

function distinguishedName(name: string): Buffer {
  return tlv(0x30, tlv(0x31, tlv(0x30, oid(OID.commonName), tlv(0x0c, Buffer.from(name)))));
}

function extension(id: string, value: Buffer): Buffer {
  return tlv(0x30, oid(id), tlv(0x04, value));
}

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'));
}

function time(text: string): Buffer {
  return tlv(0x17, Buffer.from(text));
}

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const size: number[] = [];
  for (let rest = value.length; rest > 0; rest >>= 8) {
    size.unshift(rest & 0xff);
  }
  const length = value.length < 128 ? [value.length] : [0x80 | size.length, ...size];
  return Buffer.concat([Buffer.from([tag, ...length]), value]);
}
