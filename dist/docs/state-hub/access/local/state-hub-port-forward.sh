#!/bin/sh
# Forwards the ports of one Service of state-hub to this machine, and ends when it stops answering, so that whoever
# started it starts it again with a ready pod. Needs kubectl and curl.
# Usage: state-hub-port-forward.sh state-hub-api|state-hub-dashboard
set -u
case "${1:-}" in
  state-hub-api)
    ports='8000:8000 8001:8001'
    probe='http://127.0.0.1:8000/state/health' ;;
  state-hub-dashboard)
    ports='8080:8080'
    probe='http://127.0.0.1:8080/' ;;
  *)
    echo "usage: $0 state-hub-api|state-hub-dashboard" >&2
    exit 64 ;;
esac

# shellcheck disable=SC2086  # several ports, several words
kubectl --namespace state-hub port-forward --address 127.0.0.1 "service/$1" $ports &
forward=$!
trap 'kill "$forward" 2>/dev/null' EXIT
trap 'exit 143' HUP INT TERM

misses=0
while kill -0 "$forward" 2>/dev/null; do
  sleep "${PROBE_SECONDS:-10}" &
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
