import { judgeCel } from './_cel-layer';
import { type Ledger, count, internal } from './_ledger';
import { SEALED, hidesFields, touchesSealed } from './_sealed';
import { FILLED_IN, isFilledIn } from './_variables';
import { type CelTask, withDefaults } from './defaults';
import type { Finding, ObjectRef } from './finding';
import type { PlatformFacts } from './platform-facts';
import { type PolicyInput, type Resource, type YamlObject, isObject, makeResource, refOf } from './resource';
import type { KindEntry } from './schema/_catalog';
import { type SchemaProblem, judgeManifest } from './schema/validate';

type Kinds = ReadonlyMap<string, KindEntry>;

/**
 * The layers that look at one object: schema, defaults, CEL. A mistake in a schema or a default of ours is a finding about
 * the object that showed it, never an exception and never silence.
 */
export function judgeAlone(
  input: PolicyInput,
  kinds: Kinds,
  platform: PlatformFacts,
  ledger: Ledger,
): Resource | undefined {
  const { findings, skipped, passed, failed } = ledger;
  const [found, left] = [findings.length, skipped.length];
  try {
    return judge(input, kinds, platform, ledger);
  } catch (error) {
    const ref = refOf(input.manifest, input.origin ?? {});
    findings.length = found;
    skipped.length = left;
    Object.assign(ledger, { passed, failed: failed + 1 });
    findings.push(internal('the schema check', ref, error));
    return isObject(input.manifest) ? makeResource(input.manifest, input.manifest, true, ref) : undefined;
  }
}

function judge(
  { manifest: given, origin = {}, sealed = [] }: PolicyInput,
  kinds: Kinds,
  { kubernetes, cloudNativePg }: PlatformFacts,
  ledger: Ledger,
): Resource | undefined {
  if (sealed.length > 0 && (touchesSealed(sealed, ['apiVersion']) || touchesSealed(sealed, ['kind']))) {
    ledger.skipped.push({ rule: 'schema', object: refOf(given, origin), reason: SEALED });
    return undefined;
  }
  const judged = judgeManifest(given, { kinds, target: kubernetes, cloudNativePg });
  const { manifest, entry } = judged;
  const ref = refOf(manifest, origin);
  const skip = (reason: string): void => void ledger.skipped.push({ rule: 'schema', object: ref, reason });
  let broken = false;
  for (const problem of judged.problems) {
    const { segments, advisory, keyword } = problem;
    // The name of a field stands, whatever its value is.
    const ofValue = segments.length > 0 && !['additionalProperties', 'version'].includes(keyword);
    if (ofValue && touchesSealed(sealed, segments)) {
      continue;
    }
    if (ofValue && isFilledIn(manifest, segments)) {
      skip(FILLED_IN);
      continue;
    }
    broken ||= advisory !== true || keyword === 'kind';
    ledger.findings.push(schemaFinding(problem, ref));
  }
  count(ledger, broken);
  if (!isObject(manifest)) {
    return undefined;
  }
  if (broken) {
    if (judged.problems.some(({ keyword }) => keyword === 'kind')) {
      ledger.closed.set(ref, 'its kind has no schema here');
    }
    return makeResource(manifest, manifest, true, ref, entry);
  }
  entry?.unjudged?.forEach((about) => skip(`its CustomResourceDefinition has ${about}`));
  judged.unjudged.forEach(skip);
  if (hidesFields(sealed)) {
    skip(SEALED);
    ledger.closed.set(ref, SEALED);
    return makeResource(manifest, manifest, true, ref, entry);
  }
  const extras = entry?.extras();
  if (extras === undefined) {
    return makeResource(manifest, manifest, false, ref, entry);
  }
  const tasks: CelTask[] = [];
  const effective = withDefaults(manifest, extras, tasks) as YamlObject;
  const celBroken = tasks.length > 0 && judgeCel(manifest, ref, tasks, ledger);
  return makeResource(manifest, effective, celBroken, ref, entry);
}

function schemaFinding(problem: SchemaProblem, object: ObjectRef): Finding {
  return {
    rule: problem.keyword === 'kind' ? 'unknown-kind' : problem.keyword === 'version' ? 'target-version' : 'schema',
    severity: problem.advisory === true ? 'warning' : 'error',
    object,
    path: problem.path,
    segments: problem.segments,
    message: problem.message,
    ...(problem.fix === undefined ? {} : { fix: problem.fix }),
  };
}
