import { type Resource, objectOr } from '../resource';

/** The parameters of a Cluster, with what the webhook and people wrote. */
export function parametersOf(resource: Resource): Readonly<Record<string, string | undefined>> {
  return objectOr(objectOr(resource.spec['postgresql'])['parameters']);
}

/** The major version of PostgreSQL that a Cluster runs, where its image or its catalog says it. */
export function majorOf(resource: Resource): number | undefined {
  const { imageName, imageCatalogRef } = resource.spec;
  const tag = /:(\d+)[^/]*$/.exec(String(imageName ?? '').replace(/@.*$/, ''))?.[1];
  const major: unknown = tag === undefined ? objectOr(imageCatalogRef)['major'] : Number(tag);
  return typeof major === 'number' ? major : undefined;
}

/** A parameter as PostgreSQL reads a boolean: any unambiguous beginning of on, off, yes, no, true, false; 1 and 0. */
export function postgresBoolean(value: string): boolean | undefined {
  const word = value.toLowerCase();
  if (/^(1|on|y|ye|yes|t|tr|tru|true)$/.test(word)) {
    return true;
  }
  return /^(0|of|off|n|no|f|fa|fal|fals|false)$/.test(word) ? false : undefined;
}

/** Names that a role or a role's owner may not have. */
export function isReservedRole(name: string): boolean {
  return ['postgres', 'streaming_replica'].includes(name) || /^(pg_|cnpg_)/.test(name);
}

/** Environment variables that the operator sets itself. */
export function isReservedVariable(name: string): boolean {
  return /^(CNPG_|PG|POD_NAME$|NAMESPACE$|CLUSTER_NAME$)/i.test(name);
}
