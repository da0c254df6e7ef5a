{{/* The zone of a service. */}}
{{- define "kinledger.zoneOf" -}}
{{- if has . (list "ingest" "pseudonymiser") -}}restricted{{- else -}}platform{{- end -}}
{{- end }}

{{/* The namespace of a zone: dict root, zone. */}}
{{- define "kinledger.namespace" -}}
{{- (index .root.Values.zones .zone).namespace -}}
{{- end }}

{{/* An image: dict root, name. */}}
{{- define "kinledger.image" -}}
{{- $image := .root.Values.image -}}
{{- with index $image.digests .name -}}
{{ $image.registry }}/{{ $.name }}@{{ . }}
{{- else -}}
{{ $image.registry }}/{{ .name }}:{{ $image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end }}

{{/* What selects the pods of a component: dict root, component. */}}
{{- define "kinledger.selector" -}}
app.kubernetes.io/name: kinledger
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* Labels of an object: dict root, component. */}}
{{- define "kinledger.labels" -}}
{{ include "kinledger.selector" . }}
app.kubernetes.io/part-of: kinledger
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{/* Pod Security "restricted", and more: no identity at the Kubernetes API, no variables of other services. */}}
{{- define "kinledger.podDefaults" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .root.Values.pods.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .root.Values.pods.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.pods.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "kinledger.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* Requests and limits, the disk included: dict resources. */}}
{{- define "kinledger.resources" -}}
requests:
  {{- toYaml .resources.requests | nindent 2 }}
  ephemeral-storage: 64Mi
limits:
  {{- toYaml .resources.limits | nindent 2 }}
  ephemeral-storage: 256Mi
{{- end }}

{{/* Whether the chart makes the PostgreSQL of a database: dict root, database. Empty for no. */}}
{{- define "kinledger.makesDatabase" -}}
{{- if and .root.Values.postgresql.operator (or (ne .database "bus") (eq .root.Values.bus.kind "postgres")) -}}yes{{- end -}}
{{- end }}

{{/* The folder of the CA of a database's server; empty for the system's authorities: dict root, database. */}}
{{- define "kinledger.databaseCa" -}}
{{- if eq .root.Values.postgresql.sslMode "disable" -}}
{{- else if eq .database "bus" -}}{{- if .root.Values.bus.caConfigMap -}}/etc/kinledger/bus-ca{{- end -}}
{{- else if or .root.Values.postgresql.operator (index .root.Values.postgresql .database).caConfigMap -}}/etc/kinledger/database-ca{{- end -}}
{{- end }}

{{/* The URL of a database; the password is in a file: dict root, database, role. */}}
{{- define "kinledger.databaseUrl" -}}
{{- $database := index .root.Values.postgresql .database -}}
{{- $host := $database.host -}}
{{- if .root.Values.postgresql.operator -}}
{{- $host = printf "kinledger-%s-rw.%s.svc" .database (include "kinledger.namespace" (dict "root" .root "zone" .database)) -}}
{{- end -}}
{{- $name := $database.database | default (printf "kinledger_%s" .database) -}}
{{- $ca := include "kinledger.databaseCa" . -}}
postgres://kinledger_{{ .role }}@{{ $host }}:{{ if .root.Values.postgresql.operator }}5432{{ else }}{{ $database.port }}{{ end }}/{{ $name }}?sslmode={{ .root.Values.postgresql.sslMode }}&passwordfile=/etc/kinledger/database/{{ .role }}/password
{{- if $ca }}&sslrootcert={{ $ca }}/ca.crt{{ end }}
{{- end }}

{{/* A variable from a Secret: dict name, secret, key. */}}
{{- define "kinledger.secretVariable" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .key }}
{{- end }}

{{/* Brokers as host:port. */}}
{{- define "kinledger.brokers" -}}
{{- if .Values.bus.kafka.operator -}}
kinledger-kafka-bootstrap.{{ .Values.zones.bus.namespace }}.svc:9093
{{- else -}}
{{ .Values.bus.kafka.bootstrapServers }}
{{- end -}}
{{- end }}

{{/* Values that contradict each other, which a schema cannot express. */}}
{{- define "kinledger.check" -}}
{{- $namespaces := list .Values.zones.restricted.namespace .Values.zones.platform.namespace .Values.zones.bus.namespace -}}
{{- if ne (len (uniq $namespaces)) 3 -}}
{{- fail "zones: the two zones and the bus are three namespaces: name each differently" -}}
{{- end -}}
{{- if not (or .Values.programme.files .Values.programme.existingClaim) -}}
{{- fail "programme: give the definition, for example with --values of what `kinledger install programme` writes" -}}
{{- end -}}
{{- if not .Values.postgresql.operator -}}
{{- range $database := ternary (list "restricted" "platform" "bus") (list "restricted" "platform") (eq .Values.bus.kind "postgres") -}}
{{- if not (index $.Values.postgresql $database).host -}}
{{- fail (printf "postgresql.%s.host: name the server, or let the operator make it (postgresql.operator)" $database) -}}
{{- end -}}
{{- end -}}
{{- if eq .Values.postgresql.restricted.host .Values.postgresql.platform.host -}}
{{- if not .Values.postgresql.insecure -}}
{{- fail "postgresql: the zones have servers of their own, so that neither zone reaches the other's; postgresql.insecure accepts one server for both" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (eq .Values.postgresql.sslMode "disable") (not .Values.postgresql.insecure) -}}
{{- fail "postgresql.sslMode: disable sends passwords and rows in clear; postgresql.insecure accepts that" -}}
{{- end -}}
{{- if eq .Values.bus.kind "kafka" -}}
{{- if not (or .Values.bus.kafka.operator .Values.bus.kafka.bootstrapServers) -}}
{{- fail "bus.kafka.bootstrapServers: name brokers, or let the operator make them (bus.kafka.operator)" -}}
{{- end -}}
{{- if and (ne .Values.bus.kafka.protocol "SASL_SSL") (not .Values.bus.kafka.insecure) -}}
{{- fail "bus.kafka.protocol: other protocols than SASL_SSL send in clear; bus.kafka.insecure accepts that" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.services.pseudonymiser.autoscaling.enabled (ne .Values.bus.kind "kafka") -}}
{{- fail "services.pseudonymiser.autoscaling: it follows the lag of a topic, so that it needs bus.kind kafka" -}}
{{- end -}}
{{- range $name := list "ingest" "reporting-api" "projector" -}}
{{- $service := index $.Values.services $name -}}
{{- if and (or (dig "autoscaling" "enabled" false $service) (gt (int $service.replicas) 1)) (not $.Values.gateway.sessionPersistence) -}}
{{- fail (printf "services.%s: a browser's session is in one replica's memory: several need gateway.sessionPersistence" $name) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.mail.host (not .Values.mail.from) -}}
{{- fail "mail.from: name the address from which mails come" -}}
{{- end -}}
{{- if and .Values.mail.host (not .Values.gateway.enabled) -}}
{{- fail "mail: mails link to the pages of intake, so that they need gateway.enabled" -}}
{{- end -}}
{{- if and .Values.mail.user (eq .Values.mail.tls "none") -}}
{{- fail "mail.tls: none sends the password in clear; choose starttls or implicit" -}}
{{- end -}}
{{- if and .Values.secrets.externalSecrets.enabled (not .Values.secrets.externalSecrets.store.name) -}}
{{- fail "secrets.externalSecrets.store.name: name the store" -}}
{{- end -}}
{{- if and .Values.gateway.enabled (not (and .Values.gateway.parentRef.name .Values.gateway.ingest.host .Values.gateway.reporting.host)) -}}
{{- fail "gateway: name the Gateway (parentRef.name) and both hosts" -}}
{{- end -}}
{{- if and .Values.postgresql.backup.enabled (not .Values.postgresql.backup.destinationPath) -}}
{{- fail "postgresql.backup.destinationPath: say where backups go, such as s3://bucket/kinledger" -}}
{{- end -}}
{{- end }}

{{/* A rule to addresses outside the cluster: cidr, ports. */}}
{{- define "kinledger.addresses" -}}
- to:
    - ipBlock: { cidr: {{ .cidr }} }
  ports:
    {{- range .ports }}
    - { protocol: TCP, port: {{ . }} }
    {{- end }}
{{- end }}
