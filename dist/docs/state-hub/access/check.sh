#!/bin/sh
# Proves who reaches state-hub and who does not. Ends with 0 if all is as declared, else 1.
# Usage: check.sh local     on a machine that forwards the ports; needs curl
#        check.sh cluster   starts short-lived pods, as a client and as a stranger; needs kubectl and the right to
#                           create pods in default, ops-bridge
set -u
failures=0
refusals=0
ok() { printf 'ok    %s\n' "$1"; }
bad() { printf 'FAIL  %s\n' "$1"; failures=$((failures + 1)); }
note() { printf 'note  %s\n' "$1"; }
running=''
trap '[ -z "$running" ] || $running' EXIT
trap 'exit 130' HUP INT TERM

check_local() {
  if curl --silent --fail --max-time 10 --output /dev/null 'http://127.0.0.1:8000/state/health'; then
    ok 'state-hub-api answers at http://127.0.0.1:8000/state/health'
  else
    bad 'state-hub-api does not answer at http://127.0.0.1:8000/state/health; does the forward run, and is the service ready?'
  fi
  if curl --silent --fail --max-time 10 --output /dev/null 'http://127.0.0.1:8080/'; then
    ok 'state-hub-dashboard answers at http://127.0.0.1:8080/'
  else
    bad 'state-hub-dashboard does not answer at http://127.0.0.1:8080/; does the forward run, and is the service ready?'
  fi
}

# manifest TARGET...: a pod with labels $labels that tries each target once.
manifest() {
  cat <<MANIFEST
apiVersion: v1
kind: Pod
metadata:
  generateName: state-hub-check-
  labels: $labels
spec:
  restartPolicy: Never
  activeDeadlineSeconds: 180
  automountServiceAccountToken: false
  securityContext:
    runAsNonRoot: true
    runAsUser: 65534
    seccompProfile: { type: RuntimeDefault }
  containers:
    - name: check
      image: docker.io/library/busybox:1.37.0
      # Never ready, so that no Service with the same selector sends it requests.
      readinessProbe:
        exec: { command: ['false'] }
      resources:
        requests: { cpu: 10m, memory: 16Mi }
        limits: { cpu: 100m, memory: 32Mi }
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      command:
        - sh
        - -c
        - |
          for target in $*; do
            said=\$(wget -q -T 5 -O /dev/null "http://\$target/" 2>&1) && said=answered
            case "\$said" in
              answered|*'server returned error'*) echo "\$target open" ;;
              *'bad address'*) echo "\$target unknown-name" ;;
              *) echo "\$target closed" ;;
            esac
          done
MANIFEST
}

# tried NAMESPACE LABELS TARGET...: tries each target from a pod with these labels, for 'said' to tell of.
tried() {
  in=$1 labels=$2
  shift 2
  who="a pod with labels $labels in namespace $in"
  pod=$(manifest "$@" | kubectl --namespace "$in" create --output name --filename -) || { bad "no pod could be started in namespace $in"; return 1; }
  running="kubectl --namespace $in delete $pod --wait=false"
  answers=''
  if kubectl --namespace "$in" wait "$pod" --for jsonpath='{.status.phase}'=Succeeded --timeout 170s >/dev/null; then
    answers="|$(kubectl --namespace "$in" logs "$pod" | tr '\n' '|')"
  else
    bad "$pod in namespace $in did not finish"
  fi
  $running >/dev/null
  running=''
  [ -n "$answers" ]
}

# said TARGET RESULT
said() {
  case "$answers" in *"|$1 $2|"*) return 0 ;; *) return 1 ;; esac
}

# client NAMESPACE LABELS TARGET...: gets through to each.
client() {
  tried "$@" || return
  shift 2
  for target in "$@"; do
    if said "$target" open; then ok "$target is open for $who"; else bad "$target is not open for $who"; fi
  done
}

# stranger NAMESPACE TARGET...: gets through to none. It tries the Kubernetes API as well: if even that does not answer,
# the pod cannot get out at all, and its refusal proves nothing of who is let in.
stranger() {
  in=$1
  shift
  tried "$in" '{}' "$control" "$@" || return
  for target in "$@"; do
    if ! said "$target" closed; then
      bad "$target is not closed for $who"
    elif said "$control" open; then
      ok "$target is closed for $who, which does reach the Kubernetes API"
      refusals=$((refusals + 1))
    else
      note "$target is closed for $who, which reaches nothing else either: no proof"
    fi
  done
}

check_cluster() {
  exposed=$(kubectl --namespace state-hub get services --output jsonpath='{range .items[?(@.spec.type!="ClusterIP")]}{.metadata.name} {end}')
  if [ -z "$exposed" ]; then ok 'every Service is of type ClusterIP'; else bad "exposed Services: $exposed"; fi
  ingresses=$(kubectl --namespace state-hub get ingresses --output name)
  if [ -z "$ingresses" ]; then ok 'there is no Ingress'; else bad "there is an Ingress: $ingresses"; fi

  control="$(kubectl --namespace default get service kubernetes --output jsonpath='{.spec.clusterIP}'):443"
  names='' addresses=''
  for target in state-hub-api:8000 state-hub-api:8001 state-hub-dashboard:8080; do
    names="$names ${target%:*}.state-hub.svc:${target##*:}"
    address=$(kubectl --namespace state-hub get service "${target%:*}" --output jsonpath='{.spec.clusterIP}')
    addresses="$addresses $address:${target##*:}"
  done
  # shellcheck disable=SC2086  # several targets, several words
  {
    client ops-bridge '{"app.kubernetes.io/name":"ops-bridge"}' $names
    stranger default $addresses
    stranger ops-bridge $addresses
  }
  [ "$refusals" -gt 0 ] || bad 'no stranger could get out of its own namespace, so no refusal was proven'
}

case "${1:-}" in
  local) check_local ;;
  cluster) check_cluster ;;
  *)
    echo "usage: $0 local|cluster" >&2
    exit 64 ;;
esac
[ "$failures" -eq 0 ]
