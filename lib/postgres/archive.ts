/** Where a cluster archives to, as an ObjectStore and the plugin's parameters say it. */
export interface ArchivePlace {
  /** Address of an S3-compatible service; undefined for Amazon S3 and for providers whose destination is an address. */
  readonly endpoint: string | undefined;
  readonly destination: string;
  readonly serverName: string;
}

/**
 * One text for one archive, however it is written: two clusters with the same one overwrite each other's WAL. Hosts are
 * lower case, an address has no default port, and slashes at the ends mean nothing. Bucket names are the same on all
 * endpoints of Amazon.
 */
export function archiveKey({ endpoint, destination, serverName }: ArchivePlace): string {
  const [, scheme = '', bucket = '', path = destination] =
    /^([a-z0-9]+):\/\/([^/]*)\/*(.*?)\/*$/i.exec(destination.trim()) ?? [];
  const place = /^https?$/i.test(scheme) ? host(`${scheme}://${bucket}`) : bucket.toLowerCase();
  const folder = [place, path, serverName].filter((part) => part !== '').join('/');
  const server = endpoint === undefined ? '' : host(endpoint);
  const elsewhere = server === '' || /(^|\.)amazonaws\.com$/.test(server) ? '' : ` at ${server}`;
  return `${scheme.toLowerCase()}://${folder}${elsewhere}`;
}

/** Host and port, the port only if it is not the scheme's own. */
function host(address: string): string {
  try {
    return new URL(address.trim()).host.replace(/\.(?=$|:)/, '');
  } catch {
    return address.trim().toLowerCase().replace(/\/+$/, '');
  }
}
