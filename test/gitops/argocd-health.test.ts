import { lauxlib, lua, lualib, to_jsstring, to_luastring } from 'fengari';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { ArgoCd } from '../../lib/gitops/argocd';
import { CLUSTER_HEALTH_KEY, CLUSTER_HEALTH_LUA } from '../../lib/gitops/argocd-health';
import { service } from './units';

interface Health {
  readonly status: string;
  readonly message: string;
}

/** Runs the script as Argo CD does: `obj` is the object, the result is the table that the script returns. */
function run(script: string, obj: Record<string, unknown>): Health {
  const L = lauxlib.luaL_newstate();
  lualib.luaL_openlibs(L);
  push(L, obj);
  lua.lua_setglobal(L, to_luastring('obj'));
  if (lauxlib.luaL_dostring(L, to_luastring(script)) !== lua.LUA_OK) {
    throw new Error(to_jsstring(lua.lua_tostring(L, -1)));
  }
  const field = (name: string): string => {
    lua.lua_getfield(L, -1, to_luastring(name));
    const value = to_jsstring(lua.lua_tostring(L, -1));
    lua.lua_pop(L, 1);
    return value;
  };
  return { status: field('status'), message: field('message') };
}

function push(L: unknown, value: unknown): void {
  if (typeof value === 'string') {
    lua.lua_pushstring(L, to_luastring(value));
  } else if (typeof value === 'number') {
    lua.lua_pushnumber(L, value);
  } else if (typeof value === 'object' && value !== null) {
    lua.lua_newtable(L);
    for (const [key, child] of Object.entries(value)) {
      push(L, Array.isArray(value) ? Number(key) + 1 : key);
      push(L, child);
      lua.lua_settable(L, -3);
    }
  } else {
    throw new Error(`cannot push ${String(value)}`);
  }
}

const health = (obj: Record<string, unknown>): Health => run(CLUSTER_HEALTH_LUA, { metadata: { name: 'db' }, ...obj });
const conditions = (ready: string) => [
  { type: 'Initialized', status: 'True' },
  { type: 'Ready', status: ready },
];

const BUSY = [
  'Switchover in progress',
  'Failing over',
  'Setting up primary',
  'Creating a new replica',
  'Upgrading cluster',
  'Upgrading Postgres major version',
  'Cluster upgrade delayed',
  'Waiting for user action',
  'Primary instance is being restarted in-place',
  'Primary instance is being restarted without a switchover',
  'Cluster cannot proceed to reconciliation due to an error while interacting with plugins',
  'Cluster cannot execute instance online upgrade due to missing architecture binary',
  'Waiting for the instances to become active',
  'Online upgrade in progress',
  'Applying configuration',
  'Promoting to primary cluster',
  'Not enough disk space',
  'a phase of a release that we do not know',
];
const DEAD = [
  'Cluster cannot proceed to reconciliation due to an unknown plugin being required',
  'Cluster has incomplete or invalid image catalog',
  'Cluster is unrecoverable and needs manual intervention',
  'Unable to create required cluster objects',
  'Invalid cluster definition',
];

describe('the health of a Cluster', () => {
  it.each(BUSY)('is Progressing while "%s"', (phase) => {
    expect(health({ status: { phase, conditions: conditions('False') } })).toEqual({
      status: 'Progressing',
      message: phase,
    });
    expect(health({ status: { phase } }).status).toBe('Progressing');
  });

  it.each(DEAD)('is Degraded once "%s", with the reason', (phase) => {
    const status = { phase, phaseReason: 'why', conditions: conditions('True') };

    expect(health({ status })).toEqual({ status: 'Degraded', message: 'why' });
    expect(health({ status: { phase } })).toEqual({ status: 'Degraded', message: phase });
  });

  it('is Healthy when the Ready condition says so', () => {
    const phase = 'Cluster in healthy state';

    expect(health({ status: { phase, conditions: conditions('True') } })).toEqual({
      status: 'Healthy',
      message: phase,
    });
    expect(health({ status: { phase, conditions: conditions('False') } }).status).toBe('Progressing');
  });

  it.each([
    ['no status', {}],
    ['an empty status', { status: {} }],
    ['no phase', { status: { conditions: conditions('True') } }],
  ])('is Progressing with %s, and no Lua error', (_, obj) => {
    expect(health(obj)).toEqual({ status: 'Progressing', message: 'waiting for the operator' });
  });

  it('is Suspended where a person stopped it, wherever the condition stands in the list', () => {
    const hibernated = { type: 'cnpg.io/hibernation', status: 'True', message: 'Cluster has been hibernated' };
    const status = { phase: 'Cluster in healthy state', conditions: [...conditions('True'), hibernated] };
    const awake = [...conditions('True'), { ...hibernated, status: 'False' }];

    expect(health({ status })).toEqual({ status: 'Suspended', message: 'Cluster has been hibernated' });
    expect(health({ status: { ...status, conditions: awake } }).status).toBe('Healthy');
    expect(health({ metadata: { annotations: { 'cnpg.io/reconciliationLoop': 'disabled' } }, status }).message).toBe(
      'reconciliation is disabled by annotation',
    );
  });
});

describe('the documents', () => {
  const files = new ArgoCd({ repository: 'https://git.example.org/x', path: '.' }).files(service());
  const text = (path: string): string => files.find((file) => file.path === path)?.text ?? '';

  it('hold the script as a patch for argocd-cm and as YAML to paste, character by character', () => {
    const snippet = /```yaml\n(.*?)```/s.exec(text('docs/argocd.md'))?.[1] ?? '';

    expect(JSON.parse(text('docs/argocd-cm.json'))).toEqual({ data: { [CLUSTER_HEALTH_KEY]: CLUSTER_HEALTH_LUA } });
    expect(load(snippet)).toEqual({ [CLUSTER_HEALTH_KEY]: CLUSTER_HEALTH_LUA });
  });

  it('do not speak of databases where there is none', () => {
    const plain = new ArgoCd({ repository: 'https://git.example.org/x', path: '.' }).files(
      service().filter((x) => x.name === 'shop-base'),
    );

    expect(plain.map((file) => file.path)).not.toContain('docs/argocd-cm.json');
    expect(plain.find((file) => file.path === 'docs/argocd.md')?.text).not.toContain('healthy database');
  });
});
