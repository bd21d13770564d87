import { DEAD_PHASES } from './_cluster-phases';

/** Key of `argocd-cm` under which Argo CD looks for the health of a CloudNativePG Cluster. */
export const CLUSTER_HEALTH_KEY = 'resource.customizations.health.postgresql.cnpg.io_Cluster';

/**
 * How healthy a CloudNativePG Cluster is, in the Lua that Argo CD runs, for `argocd-cm`.
 *
 * The table that Argo CD ships calls a failover, a switchover and a changed parameter Degraded, which fails a sync
 * that has waves; it calls an unrecoverable cluster Suspended; and it fails on a Cluster without a status.
 */
export const CLUSTER_HEALTH_LUA = `local annotations = obj.metadata ~= nil and obj.metadata.annotations or {}
if annotations["cnpg.io/reconciliationLoop"] == "disabled" then
  return { status = "Suspended", message = "reconciliation is disabled by annotation" }
end
if obj.status == nil or obj.status.phase == nil then
  return { status = "Progressing", message = "waiting for the operator" }
end
local needsPerson = {
${DEAD_PHASES.map((phase) => `  ["${phase}"] = true,`).join('\n')}
}
local phase = obj.status.phase
if needsPerson[phase] then
  return { status = "Degraded", message = obj.status.phaseReason or phase }
end
local condition = {}
for _, c in ipairs(obj.status.conditions or {}) do
  condition[c.type] = c
end
local hibernation = condition["cnpg.io/hibernation"]
if hibernation ~= nil and hibernation.status == "True" then
  return { status = "Suspended", message = hibernation.message or "hibernated" }
end
if condition["Ready"] ~= nil and condition["Ready"].status == "True" then
  return { status = "Healthy", message = phase }
end
return { status = "Progressing", message = phase }
`;
