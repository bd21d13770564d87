/** What scripts/ and bench/ use of the library and users cannot reach; compiled to build/inside/rest.js. */
export { rulesDocument } from '../lib/policy/rules-document';
export { EVIDENCE_SCHEMA } from '../lib/evidence/schema';
export { ArgoCd } from '../lib/gitops/argocd';
export { Flux } from '../lib/gitops/flux';
export { graphOf } from '../lib/gitops/graph';
export { manifestYaml } from '../lib/gitops/yaml';
export { proveNodeLoss } from '../lib/platform/node-loss';
