import { writeFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { issue } from '../support/certificates';
import type { FakeKubernetes } from '../support/fake-kubernetes';

/** A cluster as kubectl reaches it: TLS, because over plain HTTP it sends no credentials. */
export interface KubectlCluster {
  close(): Promise<void>;
}

/** Puts a TLS server before the fake API and writes the kubeconfig that trusts it. */
export async function serveToKubectl(kubernetes: FakeKubernetes, kubeconfig: string): Promise<KubectlCluster> {
  const authority = issue('test authority');
  const { cert, key } = issue('localhost', authority, ['localhost']);
  const server = createServer({ cert, key }, (client) => {
    const upstream = connect(Number(new URL(kubernetes.url).port), '127.0.0.1');
    client.on('error', () => upstream.destroy()).pipe(upstream);
    upstream.on('error', () => client.destroy()).pipe(client);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const ca = Buffer.from(authority.cert).toString('base64');
  writeFileSync(
    kubeconfig,
    `apiVersion: v1
kind: Config
clusters: [{name: fake, cluster: {server: "https://localhost:${port}", certificate-authority-data: "${ca}"}}]
users: [{name: fake, user: {token: "${kubernetes.token}"}}]
contexts: [{name: fake, context: {cluster: fake, user: fake}}]
current-context: fake
`,
  );
  return { close: () => new Promise((done) => server.close(() => done())) };
}
