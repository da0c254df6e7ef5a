#!/bin/sh
# Copies the certificate of the authority that signs the bus (public, no key) from where its operator keeps it into a
# ConfigMap of both zones. Run it again when the operator renews that authority, then restart the services.
#
#   copy-bus-ca.sh RESTRICTED-NAMESPACE PLATFORM-NAMESPACE BUS-NAMESPACE kafka|postgres [CONFIGMAP]
set -eu

if [ "$#" -lt 4 ]; then
  echo "usage: $0 RESTRICTED-NAMESPACE PLATFORM-NAMESPACE BUS-NAMESPACE kafka|postgres [CONFIGMAP]" >&2
  exit 2
fi
restricted=$1 platform=$2 bus=$3 kind=$4 name=${5:-kinledger-bus-ca}

case $kind in
  kafka) secret=kinledger-cluster-ca-cert ;;
  postgres) secret=kinledger-bus-ca ;;
  *)
    echo "the bus is kafka or postgres" >&2
    exit 2
    ;;
esac

certificate=$(kubectl --namespace "$bus" get secret "$secret" --output 'jsonpath={.data.ca\.crt}' | base64 -d)
[ -n "$certificate" ] || {
  echo "secret $secret in $bus has no ca.crt yet: wait for the operator" >&2
  exit 1
}
for namespace in "$restricted" "$platform"; do
  kubectl --namespace "$namespace" create configmap "$name" --from-literal="ca.crt=$certificate" \
    --dry-run=client --output yaml | kubectl apply --filename -
done
