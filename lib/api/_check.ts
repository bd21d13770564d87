import { checkImage } from '../_image';
import { checkServiceName } from '../_names';
import { checkPort } from '../_port';
import { kibibytes, millicores } from '../_quantity';
import { refuse, shown } from '../_refuse';
import { warn } from '../_warning';
import type { ApiService } from './api-service';
import { DEFAULT_DATABASE_TIMEOUT } from './database-timeout';

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** The greatest user that Kubernetes takes. */
const MAX_USER = 2 ** 31 - 1;

/** Refuses what cannot work, or would make a failover of the database worse, which takes so many seconds. */
export function checkApi(api: ApiService, extraPorts: Readonly<Record<string, number>>, failover: number): void {
  checkServiceName(api, 'name', api.name);
  checkImage(api, 'image', api.image);
  checkReplicas(api);
  checkPorts(api, extraPorts);
  for (const property of ['readiness', 'liveness'] as const) {
    if (api[property] !== undefined && !/^\/[^\s]*$/.test(api[property])) {
      refuse(api, `'${property}' must be an HTTP path that starts with '/', got '${api[property]}'`);
    }
  }
  checkEnvironment(api);
  checkUser(api);
  const paths = api.writablePaths.filter(
    (path, i) => !/^\/[^\s:]+$/.test(path) || api.writablePaths.indexOf(path) !== i,
  );
  if (paths.length > 0) {
    refuse(api, `'writablePaths' must be different absolute paths below '/', got '${paths[0]}'`);
  }
  kibibytes(api, 'memory', api.memory);
  millicores(api, 'cpu', api.cpu);
  checkDatabase(api, failover);
}

function checkReplicas(api: ApiService): void {
  if (!Number.isInteger(api.replicas) || api.replicas < 1) {
    refuse(api, `'replicas' must be at least 1, got ${api.replicas}`);
  }
  if (api.replicas === 1) {
    warn(api, `'replicas' is 1: each rollout, drain and lost node takes '${api.name}' down until a new pod is ready`);
  }
}

function checkPorts(api: ApiService, extraPorts: Readonly<Record<string, number>>): void {
  checkPort(api, 'port', api.port);
  for (const [name, port] of Object.entries(extraPorts)) {
    checkServiceName(api, `extraPorts name`, name, 15);
    checkPort(api, `extraPorts.${name}`, port);
  }
  if (api.metrics !== undefined) {
    checkPort(api, 'metrics.port', api.metrics.port);
    const namesake = extraPorts['metrics'];
    if (namesake !== undefined && namesake !== api.metrics.port) {
      refuse(
        api,
        `'extraPorts.metrics' is ${namesake} and 'metrics.port' is ${api.metrics.port}; write one number, or another name for the extra port`,
      );
    }
  }
  const numbers = Object.values(api.ports);
  if (new Set(numbers).size !== numbers.length || 'http' in extraPorts) {
    refuse(
      api,
      `'extraPorts' must have other names and numbers than 'http' (${api.port}), got ${JSON.stringify(extraPorts)}`,
    );
  }
}

function checkEnvironment(api: ApiService): void {
  const url = api.databaseUrlVariable;
  for (const [name, value] of Object.entries(api.environment)) {
    if (!VARIABLE.test(name)) {
      refuse(api, `'environment' must have names of letters, digits and underscores, got '${name}'`);
    }
    if (api.database !== undefined && (name.startsWith('PG') || name === url)) {
      refuse(api, `'environment.${name}' is set from 'database'; remove it`);
    }
    if (typeof value !== 'string' && typeof (value as Partial<typeof value> | null)?.key !== 'string') {
      refuse(api, `'environment.${name}' must be a text or a key of a Secret, got ${shown(value)}`);
    }
  }
  if (url === undefined) {
    return;
  }
  if (api.database === undefined) {
    refuse(api, `'databaseUrlVariable' needs 'database'`);
  }
  if (!VARIABLE.test(url)) {
    refuse(api, `'databaseUrlVariable' must be a name of letters, digits and underscores, got '${url}'`);
  }
  if (url.startsWith('PG')) {
    refuse(
      api,
      `'databaseUrlVariable' must not start with 'PG' as the variables it is put together from, got '${url}'`,
    );
  }
}

function checkUser(api: ApiService): void {
  if (api.user === 0) {
    refuse(api, `'user' must not be 0, which is root`);
  }
  if (api.user !== undefined && (!Number.isInteger(api.user) || api.user < 0 || api.user > MAX_USER)) {
    refuse(api, `'user' must be a whole number from 1 to ${MAX_USER}, got ${shown(api.user)}`);
  }
}

function checkDatabase(api: ApiService, failover: number): void {
  if (api.database === undefined && api.databaseTimeoutSeconds !== undefined) {
    refuse(api, `'databaseTimeout' needs 'database'`);
  }
  if (api.database !== undefined && api.databaseTimeoutSeconds === undefined) {
    warn(
      api,
      `'databaseTimeout' is not declared: the prediction takes it that '${api.name}' gives up a silent database session ` +
        `after ${DEFAULT_DATABASE_TIMEOUT} s; without a limit of its own it waits about 15 minutes after a node is lost`,
    );
  }
  if (api.livenessToleranceSeconds < failover) {
    refuse(
      api,
      `'livenessTolerance' must be at least ${failover} seconds, the worst predicted failover of the database, or a failover ` +
        `restarts every replica; got ${api.livenessToleranceSeconds}`,
    );
  }
  if (api.database !== undefined && api.database.namespace !== api.namespace) {
    refuse(
      api,
      `'database' must be in the API's namespace '${api.namespace}', where the pod can read its Secrets, got '${api.database.namespace}'`,
    );
  }
}
