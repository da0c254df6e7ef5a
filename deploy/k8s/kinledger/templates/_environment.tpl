{{/* The variable of the connection to a database: dict root, database, role, name (of the variable). */}}
{{- define "kinledger.databaseEnvironment" }}
- name: {{ .name }}
  value: {{ include "kinledger.databaseUrl" (dict "root" .root "database" .database "role" .role) | quote }}
{{- end }}

{{/* The volume with a role's password, which a running pod follows when it is changed: the role. */}}
{{- define "kinledger.passwordVolume" -}}
name: database-{{ . }}
secret:
  secretName: kinledger-database-{{ . }}
  defaultMode: 288
  items: [{ key: password, path: password }]
{{- end }}

{{/* Where it is mounted. No subPath: that would stay as it is. */}}
{{- define "kinledger.passwordMount" -}}
{ name: database-{{ . }}, mountPath: /etc/kinledger/database/{{ . }}, readOnly: true }
{{- end }}

{{/* Variables of the bus: dict root, role. */}}
{{- define "kinledger.busEnvironment" -}}
{{- $bus := .root.Values.bus -}}
- name: KINLEDGER_BUS
  value: {{ $bus.kind }}
{{- if eq $bus.kind "postgres" }}
{{- include "kinledger.databaseEnvironment" (dict "root" .root "database" "bus" "role" .role "name" "KINLEDGER_BUS_URL") }}
{{- else }}
- name: KINLEDGER_KAFKA_BROKERS
  value: {{ include "kinledger.brokers" .root | quote }}
- name: KINLEDGER_KAFKA_PROTOCOL
  value: {{ $bus.kafka.protocol }}
{{- if hasPrefix "SASL_" $bus.kafka.protocol }}
- name: KINLEDGER_KAFKA_SASL_MECHANISM
  value: {{ $bus.kafka.mechanism }}
{{ include "kinledger.secretVariable" (dict "name" "KINLEDGER_KAFKA_USERNAME" "secret" (printf "kinledger-kafka-%s" .role) "key" "username") }}
- name: KINLEDGER_KAFKA_PASSWORD_FILE
  value: /etc/kinledger/kafka/password
{{- end }}
{{- if and $bus.caConfigMap (hasSuffix "SSL" $bus.kafka.protocol) }}
- name: KINLEDGER_KAFKA_CA_FILE
  value: /etc/kinledger/bus-ca/ca.crt
{{- end }}
{{- with $bus.kafka.prefix }}
- name: KINLEDGER_KAFKA_PREFIX
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* Variables of the ledger's store. */}}
{{- define "kinledger.eventStoreEnvironment" -}}
- name: KINLEDGER_EVENT_STORE
  value: {{ .Values.eventStore.kind }}
{{- if eq .Values.eventStore.kind "kurrentdb" }}
{{ include "kinledger.secretVariable" (dict "name" "KINLEDGER_KURRENTDB_URL" "secret" .Values.eventStore.kurrentdb.secret "key" "url") }}
{{- with .Values.eventStore.kurrentdb.prefix }}
- name: KINLEDGER_KURRENTDB_PREFIX
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* All variables of a service: dict root, service. */}}
{{- define "kinledger.environment" -}}
{{- $root := .root -}}
{{- $service := .service -}}
- name: KINLEDGER_HTTP_HOST
  value: 0.0.0.0
- name: KINLEDGER_HTTP_PORT
  value: '8080'
- name: KINLEDGER_LOG_LEVEL
  value: {{ $root.Values.logLevel }}
{{- if has $service (list "ingest" "projector" "reporting-api") }}
# Until nobody sends it requests any more.
- name: KINLEDGER_SHUTDOWN_DRAIN_SECONDS
  value: '5'
{{- end }}
- name: KINLEDGER_SHUTDOWN_GRACE_SECONDS
  value: '25'
- name: KINLEDGER_START_PATIENCE_SECONDS
  value: {{ $root.Values.pods.startPatienceSeconds | quote }}
{{- if has $service (list "ingest" "pseudonymiser") }}
{{- include "kinledger.databaseEnvironment" (dict "root" $root "database" "restricted" "role" $service "name" "KINLEDGER_RESTRICTED_URL") }}
- name: KINLEDGER_SECRETS_DIR
  value: /etc/kinledger/keys
{{- else }}
{{- $role := ternary "reporting" $service (eq $service "reporting-api") }}
{{- include "kinledger.databaseEnvironment" (dict "root" $root "database" "platform" "role" $role "name" "KINLEDGER_PLATFORM_URL") }}
{{- end }}
{{- if ne $service "reporting-api" }}
{{ include "kinledger.busEnvironment" (dict "root" $root "role" $service) }}
- name: KINLEDGER_PROGRAMME_DIR
  value: /etc/kinledger/programme
{{- end }}
{{- if ne $service "pseudonymiser" }}
- name: KINLEDGER_ACCESS_FILE
  value: /etc/kinledger/access/access.json
{{- else }}
- name: KINLEDGER_SUPPRESSIONS_FILE
  value: /var/lib/kinledger/suppressions.jsonl
{{- end }}
{{- if has $service (list "linker" "projector") }}
{{ include "kinledger.eventStoreEnvironment" $root }}
{{- end }}
{{- if eq $service "linker" }}
{{- include "kinledger.databaseEnvironment" (dict "root" $root "database" "platform" "role" "eraser" "name" "KINLEDGER_ERASER_URL") }}
- name: KINLEDGER_ERASURES_FILE
  value: /var/lib/kinledger/erasures.jsonl
- name: KINLEDGER_CHECKPOINTS_DIR
  value: /var/lib/kinledger/checkpoints
- name: KINLEDGER_SIGNING_KEY_FILE
  value: /etc/kinledger/signing-key/signing-key.pem
{{- end }}
{{- if $root.Values.gateway.enabled }}
{{- if eq $service "ingest" }}
- name: KINLEDGER_PUBLIC_URL
  value: https://{{ $root.Values.gateway.ingest.host }}
{{- else if eq $service "reporting-api" }}
- name: KINLEDGER_PUBLIC_URL
  value: https://{{ $root.Values.gateway.reporting.host }}
{{- else if and (eq $service "projector") $root.Values.gateway.ledger.host }}
- name: KINLEDGER_PUBLIC_URL
  value: https://{{ $root.Values.gateway.ledger.host }}
{{- end }}
{{- end }}
{{- if and (eq $service "ingest") $root.Values.mail.host }}
{{- with $root.Values.mail }}
- name: KINLEDGER_SMTP_HOST
  value: {{ .host | quote }}
- name: KINLEDGER_SMTP_PORT
  value: {{ .port | quote }}
- name: KINLEDGER_SMTP_TLS
  value: {{ .tls }}
{{- if .caConfigMap }}
- name: KINLEDGER_SMTP_CA_FILE
  value: /etc/kinledger/mail-ca/ca.crt
{{- end }}
{{- if .user }}
- name: KINLEDGER_SMTP_USER
  value: {{ .user | quote }}
- name: KINLEDGER_SMTP_PASSWORD_FILE
  value: /etc/kinledger/mail/password
{{- end }}
- name: KINLEDGER_MAIL_FROM
  value: {{ .from | quote }}
- name: KINLEDGER_MAIL_REMINDERS
  value: {{ ternary "on" "off" .reminders | quote }}
{{- end }}
{{- end }}
{{- with $root.Values.traces }}
{{- if .endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .endpoint | quote }}
- name: OTEL_EXPORTER_OTLP_PROTOCOL
  value: {{ .protocol }}
- name: OTEL_TRACES_SAMPLER
  value: parentbased_traceidratio
- name: OTEL_TRACES_SAMPLER_ARG
  value: {{ .ratio | quote }}
{{- end }}
{{- end }}
{{- range $name, $value := (index $root.Values.services $service).settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* The roles with which a service connects to its databases. */}}
{{- define "kinledger.rolesOf" -}}
{{- if eq . "linker" -}}linker eraser{{- else if eq . "reporting-api" -}}reporting{{- else -}}{{ . }}{{- end -}}
{{- end }}

{{/* Volumes of a service and where it finds them: dict root, service, part (volumes or mounts). */}}
{{- define "kinledger.files" -}}
{{- $root := .root -}}
{{- $service := .service -}}
{{- $zone := include "kinledger.zoneOf" $service -}}
{{- $mounts := list (dict "name" "tmp" "mountPath" "/tmp") -}}
{{- $volumes := list (dict "name" "tmp" "emptyDir" (dict "sizeLimit" "128Mi")) -}}
{{- if eq $service "ingest" -}}
{{- $items := list (dict "key" "landing-kek" "path" "landing-kek") (dict "key" "content-hash-key" "path" "content-hash-key") -}}
{{- $volumes = append $volumes (dict "name" "keys" "secret" (dict "secretName" "kinledger-ingest-keys" "defaultMode" 288 "items" $items)) -}}
{{- $mounts = append $mounts (dict "name" "keys" "mountPath" "/etc/kinledger/keys" "readOnly" true) -}}
{{- with $root.Values.mail -}}
{{- if and .host .user -}}
{{- $volumes = append $volumes (dict "name" "mail" "secret" (dict "secretName" "kinledger-mail" "defaultMode" 288 "items" (list (dict "key" "password" "path" "password")))) -}}
{{- $mounts = append $mounts (dict "name" "mail" "mountPath" "/etc/kinledger/mail" "readOnly" true) -}}
{{- end -}}
{{- if and .host .caConfigMap -}}
{{- $volumes = append $volumes (dict "name" "mail-ca" "configMap" (dict "name" .caConfigMap)) -}}
{{- $mounts = append $mounts (dict "name" "mail-ca" "mountPath" "/etc/kinledger/mail-ca" "readOnly" true) -}}
{{- end -}}
{{- end -}}
{{- else if eq $service "pseudonymiser" -}}
{{- $volumes = append $volumes (dict "name" "keys" "secret" (dict "secretName" "kinledger-pseudonymiser-keys" "defaultMode" 288)) -}}
{{- $mounts = append $mounts (dict "name" "keys" "mountPath" "/etc/kinledger/keys" "readOnly" true) -}}
{{- else if eq $service "linker" -}}
{{- $volumes = append $volumes (dict "name" "signing-key" "secret" (dict "secretName" "kinledger-signing-key" "defaultMode" 288)) -}}
{{- $mounts = append $mounts (dict "name" "signing-key" "mountPath" "/etc/kinledger/signing-key" "readOnly" true) -}}
{{- end -}}
{{- range $role := include "kinledger.rolesOf" $service | splitList " " -}}
{{- $volumes = append $volumes (include "kinledger.passwordVolume" $role | fromYaml) -}}
{{- $mounts = append $mounts (include "kinledger.passwordMount" $role | fromYaml) -}}
{{- end -}}
{{- if ne $service "pseudonymiser" -}}
{{- $volumes = append $volumes (dict "name" "access" "secret" (dict "secretName" "kinledger-access" "defaultMode" 288)) -}}
{{- $mounts = append $mounts (dict "name" "access" "mountPath" "/etc/kinledger/access" "readOnly" true) -}}
{{- end -}}
{{- if ne $service "reporting-api" -}}
{{- if $root.Values.programme.existingClaim -}}
{{- $volumes = append $volumes (dict "name" "programme" "persistentVolumeClaim" (dict "claimName" $root.Values.programme.existingClaim "readOnly" true)) -}}
{{- else -}}
{{- $items := list -}}
{{- range $path, $_ := $root.Values.programme.files -}}
{{- $items = append $items (dict "key" (replace "/" "__" $path) "path" $path) -}}
{{- end -}}
{{- $volumes = append $volumes (dict "name" "programme" "configMap" (dict "name" "kinledger-programme" "items" $items)) -}}
{{- end -}}
{{- $mounts = append $mounts (dict "name" "programme" "mountPath" "/etc/kinledger/programme" "readOnly" true) -}}
{{- if and (eq $root.Values.bus.kind "kafka") (hasPrefix "SASL_" $root.Values.bus.kafka.protocol) -}}
{{- $items := list (dict "key" "password" "path" "password") -}}
{{- $volumes = append $volumes (dict "name" "kafka" "secret" (dict "secretName" (printf "kinledger-kafka-%s" $service) "defaultMode" 288 "items" $items)) -}}
{{- $mounts = append $mounts (dict "name" "kafka" "mountPath" "/etc/kinledger/kafka" "readOnly" true) -}}
{{- end -}}
{{- if eq (include "kinledger.usesBusCa" $root) "yes" -}}
{{- $volumes = append $volumes (dict "name" "bus-ca" "configMap" (dict "name" $root.Values.bus.caConfigMap)) -}}
{{- $mounts = append $mounts (dict "name" "bus-ca" "mountPath" "/etc/kinledger/bus-ca" "readOnly" true) -}}
{{- end -}}
{{- end -}}
{{- with include "kinledger.databaseCaVolume" (dict "root" $root "database" $zone) -}}
{{- $volumes = append $volumes (fromYaml .) -}}
{{- $mounts = append $mounts (dict "name" "database-ca" "mountPath" "/etc/kinledger/database-ca" "readOnly" true) -}}
{{- end -}}
{{- if has $service (list "linker" "pseudonymiser") -}}
{{- $claim := index $root.Values.records.existingClaims $service | default (printf "kinledger-%s-records" $service) -}}
{{- $volumes = append $volumes (dict "name" "records" "persistentVolumeClaim" (dict "claimName" $claim)) -}}
{{- $mounts = append $mounts (dict "name" "records" "mountPath" "/var/lib/kinledger") -}}
{{- end -}}
{{- ternary $volumes $mounts (eq .part "volumes") | toYaml -}}
{{- end }}

{{- define "kinledger.usesBusCa" -}}
{{- if and .Values.bus.caConfigMap (or (and (eq .Values.bus.kind "kafka") (hasSuffix "SSL" .Values.bus.kafka.protocol)) (and (eq .Values.bus.kind "postgres") (ne .Values.postgresql.sslMode "disable"))) -}}yes{{- end -}}
{{- end }}

{{/* The volume with the CA of a database's server, its key left out; empty for none: dict root, database. */}}
{{- define "kinledger.databaseCaVolume" -}}
{{- if ne .root.Values.postgresql.sslMode "disable" -}}
{{- if include "kinledger.makesDatabase" . -}}
name: database-ca
secret:
  secretName: kinledger-{{ .database }}-ca
  items: [{ key: ca.crt, path: ca.crt }]
{{- else if (index .root.Values.postgresql .database).caConfigMap -}}
name: database-ca
configMap:
  name: {{ (index .root.Values.postgresql .database).caConfigMap }}
{{- end -}}
{{- end -}}
{{- end }}
