{{- define "wangge.name" -}}
{{- printf "%s-wangge" .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end }}

{{- define "wangge.selector" -}}
app.kubernetes.io/name: wangge
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .service }}
{{- end }}

{{- define "wangge.labels" -}}
app.kubernetes.io/name: wangge
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: wangge
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "wangge.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "wangge.name" .) -}}
{{- end }}

{{- define "wangge.image" -}}
{{- $image := (index .root.Values.services .service).image -}}
{{- $name := $image.name -}}
{{- if .root.Values.image.registry -}}{{- $name = printf "%s/%s" .root.Values.image.registry $image.name -}}{{- end -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $name $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (.root.Values.image.tag | default .root.Chart.AppVersion) -}}
{{- end -}}
{{- end }}

{{- define "wangge.secret" -}}
valueFrom:
  secretKeyRef:
    name: {{ .root.Values.existingSecret }}
    key: {{ .key }}
{{- end }}
