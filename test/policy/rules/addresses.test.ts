import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { podsOf } from '../../../lib/policy/_pods';
import { makeResource, refOf } from '../../../lib/policy/resource';
import { addressesOf } from '../../../lib/policy/rules/_addresses';
import { container, deployment } from '../../../lib/policy/rules/_examples';
import { World } from '../../../lib/policy/world';

/** `service.namespace:port` of each address in the environment of a pod. */
function addresses(name: string, value: string): string[] {
  const web = deployment({ containers: [container({ env: [{ name, value }] })] });
  const resource = makeResource(web, web, false, refOf(web, {}));
  const pods = podsOf(resource)!;
  return addressesOf(pods, new World([resource], {})).map(
    ({ service, namespace, port }) => `${service}.${namespace}:${port}`,
  );
}

/** The same in one expression, which has to try each letter of a text. */
const WHOLE =
  /(?:(https?):\/\/)?\b([a-z0-9][-a-z0-9]*)\.([a-z0-9][-a-z0-9]*)\.svc(?:\.cluster\.local)?(?::(\d+))?(?![-\w.])/g;

describe('addresses of Services in a text', () => {
  it.each([
    ['http://web.shop.svc/x', ['web.shop:80']],
    ['https://web.shop.svc.cluster.local and http://api.shop.svc:8080', ['web.shop:443', 'api.shop:8080']],
    ['web.shop.svc:80', ['web.shop:80']],
    ['http://web.shop.svcs', []],
    ['http://web.shop.svc.example.net', []],
    ['no_proxy: web.shop.svc', []],
    ['.svc', []],
  ])('%s', (text, found) => {
    expect(addresses('VALUE', text)).toEqual(found);
  });

  it('count without a port only as the value of a host', () => {
    expect(addresses('PGHOST', 'db-rw.shop.svc')).toEqual(['db-rw.shop:undefined']);
    expect(addresses('NAME', 'db-rw.shop.svc')).toEqual([]);
  });

  it('are those that one expression over the whole text finds', () => {
    const names = ['http://', 'https://', 'web', 'shop', 'a1-', '.svc', '.cluster.local', ':80'];
    const word = fc.constantFrom(...names, '.', '-', '_', ' ', '/', 'X');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 14 }), (words) => {
        const text = words.join('');
        const wanted = [...`V=${text}`.matchAll(WHOLE)].flatMap(([, scheme, service, namespace, port]) =>
          scheme === undefined && port === undefined
            ? []
            : [`${service}.${namespace}:${port ?? (scheme === 'https' ? 443 : 80)}`],
        );
        expect(addresses('V', text)).toEqual(wanted);
      }),
      { seed: 1, numRuns: 3000 },
    );
  });
});
