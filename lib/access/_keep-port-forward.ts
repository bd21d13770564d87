import { quote } from '../_quote';
import type { PrivateAccess } from './private-access';
import { baseUrl, mainForward } from './_client-files';

/** The start of a kubectl command for this service, with the context where one is named. */
export function kubectl(access: PrivateAccess): string {
  return `kubectl${access.kubeContext === undefined ? '' : ` --context ${access.kubeContext}`}`;
}

/**
 * Runs one port-forward and ends it when it no longer answers. A forward stays with the pod that it chose: when that
 * pod's node is lost, nothing tells kubectl, so somebody has to ask. systemd starts the script again.
 */
export function keepPortForwardScript(access: PrivateAccess): string {
  const { service, namespace } = access.api;
  const cases = access.parts.map((part) => {
    const ports = access.forwards.filter((x) => x.part === part).map((x) => `${x.local}:${x.port}`);
    const probe = `${baseUrl(access, 'local', mainForward(access, part))}${part.readiness}`;
    return `  ${part.name})\n    ports='${ports.join(' ')}'\n    probe=${quote(probe)} ;;`;
  });
  const names = access.parts.map((part) => part.name).join('|');
  return `#!/bin/sh
# Forwards the ports of one Service of ${service} to this machine, and ends when it stops answering, so that whoever
# started it starts it again with a ready pod. Needs kubectl and curl.
# Usage: ${service}-port-forward.sh ${names}
set -u
case "\${1:-}" in
${cases.join('\n')}
  *)
    echo "usage: $0 ${names}" >&2
    exit 64 ;;
esac

# shellcheck disable=SC2086  # several ports, several words
${kubectl(access)} --namespace ${namespace} port-forward --address 127.0.0.1 "service/$1" $ports &
forward=$!
trap 'kill "$forward" 2>/dev/null' EXIT
trap 'exit 143' HUP INT TERM

misses=0
while kill -0 "$forward" 2>/dev/null; do
  sleep "\${PROBE_SECONDS:-10}" &
  wait $!
  if curl --silent --fail --max-time 5 --output /dev/null "$probe"; then
    misses=0
  else
    misses=$((misses + 1))
  fi
  if [ "$misses" -ge 3 ]; then
    echo "$probe did not answer three times in a row: ending this forward" >&2
    exit 1
  fi
done
wait "$forward"
`;
}
