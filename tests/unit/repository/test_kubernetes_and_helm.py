"""Manifests as they are, and templates as far as they can be known without Helm."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from agents.repository.facts import Gpu, Health, Note, Resources
from agents.repository.readers.helm import read_chart
from agents.repository.readers.kubernetes import read_manifest, services_of
from agents.repository.templates import HOLE, filled_template, value_at

CHART = "name: shop\nversion: 1.0.0\nappVersion: '2.1'\n"


def pod(**container):
    spec = {"containers": [{"name": "a", "image": "a", **container}]}
    return yaml.safe_dump({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec})


def services(text):
    objects, _ = read_manifest(text, "x.yaml")
    return services_of(objects).services


@pytest.mark.parametrize(
    ("limits", "gpu"),
    [
        ({"nvidia.com/gpu": 2}, Gpu("nvidia", 2, "limit")),
        ({"nvidia.com/gpu": "1"}, Gpu("nvidia", 1, "limit")),
        ({"nvidia.com/mig-1g.5gb": 1}, Gpu("nvidia", 1, "limit")),
        ({"amd.com/gpu": 1}, Gpu("amd", 1, "limit")),
        ({"gpu.intel.com/i915": 1}, Gpu("intel", 1, "limit")),
        ({"nvidia.com/gpu": 0}, None),
        ({"memory": "1Gi"}, None),
    ],
)
def test_a_gpu_is_a_limit_of_a_container(limits, gpu):
    assert services(pod(resources={"limits": limits}))[0].gpu == gpu


def test_resources_count_as_kubernetes_counts():
    asked = {"requests": {"cpu": "250m", "memory": "512Mi"}, "limits": {"cpu": 2, "memory": "1G"}}
    assert services(pod(resources=asked))[0].resources == Resources(0.25, 512, 2, 954)


@pytest.mark.parametrize(
    ("probe", "health"),
    [
        ({"httpGet": {"path": "/x?key=1", "port": 80}}, Health("http", port=80, path="/x")),
        ({"tcpSocket": {"port": "named"}, "periodSeconds": 3}, Health("tcp", port=8080, interval_s=3)),
        ({"grpc": {"port": 9}}, Health("grpc", port=9)),
        ({"exec": {"command": ["sh", "-c", "redis-cli -a secret ping"]}}, Health("command", "redis-cli")),
    ],
)
def test_a_probe_of_every_kind_is_read(probe, health):
    ports = [{"name": "named", "containerPort": 8080}]
    assert services(pod(livenessProbe=probe, ports=ports))[0].health == health


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet", "Job", "ReplicaSet"])
def test_every_kind_of_workload_is_read(kind):
    inner = {"spec": {"containers": [{"name": "a", "image": "a:1"}]}}
    text = yaml.safe_dump(
        {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "w"}, "spec": {"template": inner, "replicas": 0}}
    )
    assert [(s.name, s.image, s.replicas) for s in services(text)] == [("w", "a:1", 0)]


def test_yaml_that_is_no_manifest_is_nobodys_loss():
    assert read_manifest("title: x\n", "x.yaml") == ((), ())


BODY = st.recursive(
    st.none() | st.integers(-5, 99999) | st.sampled_from(["a", "80", "x.y"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["spec", "template", "containers", "env", "ports", "name", "rules", "selector", "volumes", "kind"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@given(BODY, st.sampled_from(["Deployment", "Service", "Ingress", "PersistentVolumeClaim", "CronJob", "List"]))
def test_an_object_of_any_shape_is_read_without_a_fault(body, kind):
    objects = [
        {"apiVersion": "v1", "kind": kind, "metadata": body, "spec": body, "items": body} for kind in (kind, "Pod")
    ]
    services(yaml.safe_dump_all(objects))


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("a: {{ .Values.x }}", "a: 1"),
        ("a: {{ .Values.deep.y | quote }}", "a: two"),
        ("a: {{ .Values.none | default 7 }}", "a: 7"),
        ('a: {{ .Values.empty | default "seven" }}', "a: seven"),
        ("a: {{ default .Chart.AppVersion .Values.empty }}", "a: 2.1"),
        ("a: {{ .Release.Name }}-{{ .Chart.Name }}", "a: shop-shop"),
        ('a: {{ include "shop.fullname" . }}', "a: shop"),
        ("a: {{ .Values.yes }}", "a: true"),
        ("a: {{ randAlphaNum 16 }}", f"a: {HOLE}"),
        ("{{- if .Values.yes }}\na: 1\n{{- else }}\na: 2\n{{- end }}", "\na: 1\n\n\n"),
        ("{{- if .Values.no }}\na: 1\n{{- else }}\na: 2\n{{- end }}", "\n\n\na: 2\n"),
        ("{{- if not .Values.no }}\na: 1\n{{- end }}", "\na: 1\n"),
        (
            "{{- if .Values.no }}\na: 1\n{{- else if .Values.yes }}\na: 2\n{{- else }}\na: 3\n{{- end }}",
            "\n\n\na: 2\n\n\n",
        ),
        ("{{- if and .Values.no (gt 1 2) }}\na: 1\n{{- end }}", "\na: 1\n"),
        ("{{- if .Values.no }}\n{{- if .Values.yes }}\na: 1\n{{- end }}\n{{- end }}", "\n\n\n\n"),
        ("{{/* a comment */}}\na: 1", "\na: 1"),
        ("{{- $x := 1 }}\na: 1", "\na: 1"),
        ('{{- define "x" }}\na: 1\n{{- end }}', "\n\n"),
        ("a:\n  {{- toYaml .Values.deep | nindent 2 }}", "a:\n  y: two"),
        ("{{- with .Values.deep }}\na:\n  {{- toYaml . | nindent 2 }}\n{{- end }}", "\na:\n  y: two\n"),
        ("{{- with .Values.none }}\na:\n  {{- toYaml . | nindent 2 }}\n{{- end }}", "\n\n\n"),
        ("a: {{ toYaml .Values.deep | nindent 2 }}", "a:\n  y: two"),
        ("{{- end }}{{- end }}", ""),
        ("a: {{ {{ }}", f"a: {{{{ {HOLE}"),
    ],
)
def test_a_template_is_filled_as_far_as_values_say(template, text):
    values = {"x": 1, "deep": {"y": "two"}, "empty": "", "yes": True, "no": False, "__version": "2.1"}
    filled, _ = filled_template(template, values, "shop")
    assert filled == text


def test_a_path_that_leads_nowhere_is_nothing():
    assert value_at({"a": {"b": 1}}, ".a.b.c") is None
    assert value_at({"a": 1}, ".x.y") is None


def test_a_chart_without_readable_templates_is_told_from_its_values():
    values = "image: {repository: reg/shop, tag: ''}\nservice: {port: 8080}\nreplicaCount: 2\n"
    found = read_chart("deploy", {"deploy/Chart.yaml": CHART, "deploy/values.yaml": values})
    assert [(s.image, s.ports[0].container, s.replicas) for s in found.services] == [("reg/shop:2.1", 8080, 2)]
    assert found.notes == (Note("values_only", "deploy/values.yaml", "shop"),)


def test_a_template_that_is_no_yaml_before_helm_has_run_is_said():
    found = read_chart("", {"Chart.yaml": CHART, "templates/x.yaml": "a: {{ x\nb: }}: [\n"})
    assert [note.reason for note in found.notes] == ["template", "templates"]


def test_the_image_of_a_hole_is_not_taken_for_one():
    template = pod(image="{{ .Values.a.b }}:{{ randAlphaNum 4 }}")
    found = read_chart("", {"Chart.yaml": CHART, "templates/x.yaml": template})
    assert found.services[0].image == ""
    assert found.notes == (Note("templates", "templates", "shop", 2),)


@given(st.text(alphabet=st.sampled_from("{}-.VIaif end with else range toYaml |\n \"'$"), max_size=250))
def test_a_template_of_any_shape_is_filled_without_a_fault(text):
    filled_template(text, {"a": 1}, "c")
