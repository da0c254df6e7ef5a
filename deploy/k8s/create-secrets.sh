#!/bin/sh
# Makes Kubernetes Secrets of what `kinledger install keys` wrote: a Secret for each folder, in the namespace of its zone.
# A Secret that exists already is left alone and named. Nothing is printed but names.
#
#   create-secrets.sh KEYS RESTRICTED-NAMESPACE PLATFORM-NAMESPACE BUS-NAMESPACE [kubectl options, such as --dry-run=client -o yaml]
set -eu

if [ "$#" -lt 4 ]; then
  echo "usage: $0 KEYS RESTRICTED-NAMESPACE PLATFORM-NAMESPACE BUS-NAMESPACE [kubectl options]" >&2
  exit 2
fi
keys=$1 restricted=$2 platform=$3 bus=$4
shift 4

for zone in restricted platform bus; do
  case $zone in
    restricted) namespace=$restricted ;;
    platform) namespace=$platform ;;
    *) namespace=$bus ;;
  esac
  for folder in "$keys/$zone"/*/; do
    name=$(basename "$folder")
    type=Opaque
    # The form in which CloudNativePG expects the password of a role.
    [ ! -f "$folder/username" ] || type=kubernetes.io/basic-auth
    if [ "$#" -eq 0 ] && kubectl --namespace "$namespace" get secret "$name" >/dev/null 2>&1; then
      echo "secret $name exists in $namespace: left as it is" >&2
      continue
    fi
    [ "$#" -eq 0 ] || echo "---"
    kubectl --namespace "$namespace" create secret generic "$name" --type "$type" --from-file "$folder" "$@"
  done
done
