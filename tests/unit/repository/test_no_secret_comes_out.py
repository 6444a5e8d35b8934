"""Property: whatever secret stands in a value, a command, a URL or a label, the facts do not hold it."""

import base64
import json
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.repository.facts import Repository
from agents.repository.reading import read_files
from agents.repository.sizing import suggest
from agents.repository.telling import sized, summary

FORMS = (
    "hunter2{}",
    "S3cr3t-{}",
    "ghp_{}abcdefghijklmnopqrstuv",
    "AKIA{}",
    "{}==",
    "p@ss{}",
    "/{}",
    "-----BEGIN {}",
    "a.b/{}",
)

FILES = {
    "Dockerfile": """
FROM alpine:3.20
ARG TOKEN=SECRET
ENV TOKEN=SECRET OTHER="SECRET" PORT=80
ENV LEGACY SECRET
LABEL key=SECRET
RUN curl -H "Authorization: SECRET" https://u:SECRET@example.org
HEALTHCHECK CMD curl -u admin:SECRET http://localhost:80/?key=SECRET
USER $TOKEN
VOLUME $TOKEN
EXPOSE $TOKEN $PORT
CMD ["serve", "--key", "SECRET"]
""",
    "web/compose.yaml": """
services:
  web:
    image: nginx
    command: serve --key SECRET
    environment: {A: "SECRET", B: SECRET}
    labels: ["key=SECRET"]
    healthcheck: {test: ["CMD", "curl", "http://u:SECRET@x/?k=SECRET"]}
    build: {context: ., args: {KEY: SECRET}}
    env_file: [.env]
  list:
    image: nginx
    environment: ["A=SECRET", "B=${X:-SECRET}"]
    healthcheck: {test: "redis-cli -a SECRET ping"}
    logging: {driver: SECRET, options: {key: SECRET}}
    extra_hosts: ["SECRET:1.2.3.4"]
secrets: {db: {environment: SECRET}}
configs: {c: {content: SECRET}}
""",
    "k8s/app.yaml": """
apiVersion: apps/v1
kind: Deployment
metadata: {name: api, annotations: {key: SECRET}}
spec:
  template:
    metadata: {labels: {app: api, key: SECRET}}
    spec:
      containers:
        - name: api
          image: nginx
          command: [serve, --key, SECRET]
          args: [SECRET]
          env: [{name: A, value: SECRET}]
          livenessProbe: {exec: {command: [check, SECRET]}}
          readinessProbe: {httpGet: {path: /x, httpHeaders: [{name: Authorization, value: SECRET}]}}
---
apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData: {A: SECRET}
data: {A: BASE64}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {A: SECRET}
""",
    "chart/Chart.yaml": "name: c\nversion: 1.0.0\nannotations: {key: SECRET}\n",
    "chart/values.yaml": "image: {repository: nginx, tag: '1'}\npassword: SECRET\nenv: {A: SECRET}\n",
    "chart/templates/x.yaml": """
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
    - name: p
      image: nginx
      env:
        - {name: A, value: "{{ .Values.password }}"}
        - name: B
          value: {{ .Values.env.A | quote }}
""",
    "main.tf": """
variable "password" { default = "SECRET" }
locals { key = "SECRET" }
provider "x" { token = "SECRET" }
module "m" { source = "git::https://u:SECRET@example.org/m.git" }
resource "a" "b" {
  password = "SECRET"
  user_data = <<EOT
SECRET
EOT
}
output "o" { value = "SECRET" }
""",
    "requirements.txt": "--index-url https://u:SECRET@example.org/simple\nflask\n",
    "package.json": '{"name": "x", "config": {"key": "SECRET"}, "dependencies": {"y": "git+https://SECRET@example.org/y"}}',
}


def facts(secret, *only):
    packed = base64.b64encode(secret.encode()).decode()
    files = {file: text.replace("SECRET", secret).replace("BASE64", packed) for file, text in FILES.items()}
    files = {file: text for file, text in files.items() if not only or file in only}
    return read_files(files, "app"), packed


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FORMS), st.text("abcdefghjkmnpqrstuvwxyz0123456789", min_size=10, max_size=14), st.booleans())
def test_a_secret_never_leaves_the_readers(form, word, is_alone):
    word = f"q7{word}x9"  # no word that could stand in a fact by itself
    secret = form.format(word)
    found, packed = facts(secret, *(["Dockerfile"] if is_alone else []))
    told = json.dumps(asdict(found))
    assert word not in told
    assert packed not in told
    repository = Repository(
        "https://github.com/a/b", services=found.services, declared=found.declared, notes=found.notes
    )
    said = [dict(each.values) for each in (*summary(repository), *sized(suggest(repository)))]
    assert word not in repr(said)


def test_the_names_that_belong_to_those_secrets_are_kept():
    found, _ = facts("hunter2planted")
    names = {name for service in found.services for name in service.environment_names}
    assert {"A", "B"} <= names
    assert [d.name for d in found.declared if d.kind == "variable"] == ["password"]
    assert {s.kind for s in found.services} == {"compose", "kubernetes", "helm"}


@pytest.mark.parametrize("secret", ["0" * 12, "8080", "true", "localhost"])
def test_a_secret_that_looks_like_an_ordinary_word_breaks_nothing(secret):
    assert facts(secret)[0].services
