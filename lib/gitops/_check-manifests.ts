import { checkManifests as judge } from '../policy/check';
import { refuse } from '../_refuse';
import type { Manifest } from './rendered';

/**
 * Refuses an engine's own objects where the API server would: whatever nobody looked at before, such as an enum.
 * @throws all problems in one message
 */
export function checkManifests(engine: string, manifests: readonly Manifest[]): void {
  const { findings } = judge(
    manifests.map((manifest) => ({ manifest })),
    { rules: [] },
  );
  if (findings.length > 0) {
    const lines = findings.map(
      ({ object, path, message, fix }) =>
        `${object.kind} '${object.name}' ${path}: ${message}${fix === undefined ? '' : ` (${fix})`}`,
    );
    refuse(engine, `the API server would refuse what it writes:\n  ${lines.join('\n  ')}`);
  }
}
