"""Dockerfiles as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.repository.facts import Health, Note, Port, Volume
from agents.repository.readers.dockerfile import instructions, read_dockerfile


def service(text):
    (found,) = read_dockerfile(text, "Dockerfile", "app").services
    return found


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("FROM alpine", "alpine"),
        ("from  alpine:3.20  as base", "alpine:3.20"),
        ("FROM --platform=linux/amd64 alpine:3.20", "alpine:3.20"),
        ("ARG V=3.20\nFROM alpine:$V", "alpine:3.20"),
        ("ARG R=reg.example.org/x\nARG V=1\nFROM ${R}/app:${V}", "reg.example.org/x/app:1"),
        ("FROM alpine:${V:-3.19}", "alpine:3.19"),
        ("ARG V\nFROM alpine:${V-3.18}", "alpine:3.18"),
        ("FROM alpine:${V}", ""),
        ("FROM one AS a\nFROM two AS b\nFROM a", "one"),
        ("FROM one AS Base\nFROM base", "one"),
        ("# comment\n\nFROM \\\n  alpine:3.20", "alpine:3.20"),
        ("FROM scratch", "scratch"),
    ],
)
def test_the_image_that_it_ends_on_is_found(text, image):
    assert service(text).image == image


def test_an_image_that_is_only_known_when_it_is_built_is_said():
    assert read_dockerfile("FROM alpine:${V}", "Dockerfile", "app").notes == (Note("open_image", "Dockerfile"),)


def test_what_a_stage_says_goes_to_those_that_stand_on_it_and_to_no_other():
    text = (
        "FROM alpine AS base\nENV A=1\nEXPOSE 80\nUSER app\nFROM base AS other\nENV B=1\nEXPOSE 81\n"
        "FROM base\nENV C=1\nVOLUME /c\n"
    )
    found = service(text)
    assert found.environment_names == ("A", "C")
    assert found.ports == (Port(80),)
    assert (found.user, found.volumes) == ("app", (Volume("anonymous", "/c"),))


@pytest.mark.parametrize(
    ("line", "ports"),
    [
        ("EXPOSE 80 443/tcp 53/udp", [(80, "tcp"), (443, "tcp"), (53, "udp")]),
        ("EXPOSE 8000-8002", [(8000, "tcp"), (8001, "tcp"), (8002, "tcp")]),
        ("ENV P=9000\nEXPOSE $P", [(9000, "tcp")]),
        ("ARG P=9000\nEXPOSE ${P}/udp", [(9000, "udp")]),
        ("EXPOSE 0 65536 -1 x $(x) 1e3", []),
        ("EXPOSE 80 80 80/tcp", [(80, "tcp")]),
        ("EXPOSE 1-65535", [(n, "tcp") for n in range(1, 65)]),
    ],
)
def test_ports_are_read_with_their_protocol(line, ports):
    assert [(p.container, p.protocol) for p in service(f"FROM a\n{line}").ports] == ports


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("ENV A=1 B=two C='three four'", ["A", "B", "C"]),
        ("ENV LEGACY the rest is a value", ["LEGACY"]),
        ("ENV A=1 \\\n  # a comment\n  B=2", ["A", "B"]),
        ('ENV "A B"=1', []),
        ('ENV A="unclosed', ["A"]),
    ],
)
def test_variables_are_kept_by_name(line, names):
    assert list(service(f"FROM a\n{line}").environment_names) == names


@pytest.mark.parametrize(
    ("line", "health"),
    [
        ("HEALTHCHECK NONE", Health("off")),
        ("HEALTHCHECK CMD curl -f http://localhost:8080/health", Health("command", "curl", 8080, "/health")),
        ("HEALTHCHECK --interval=1m30s --timeout=3s CMD pg_isready", Health("command", "pg_isready", interval_s=90)),
        ('HEALTHCHECK CMD ["/usr/bin/wget", "-q", "http://x:1/live"]', Health("command", "wget", 1, "/live")),
        ("HEALTHCHECK CMD test -f /tmp/ok", Health("command")),
        ("HEALTHCHECK CMD PGPASSWORD=secret psql -c 'select 1'", Health("command", "psql")),
        ("HEALTHCHECK CMD curl http://u:secret@x:8/health?token=secret", Health("command", "curl", 8, "/health")),
    ],
)
def test_a_health_check_is_kept_without_its_words(line, health):
    found = service(f"FROM a\n{line}").health
    if health.program or health.kind == "off":
        assert found == health
    assert "secret" not in repr(found)


def test_a_here_document_is_no_instruction():
    text = "FROM a\nRUN <<EOF bash\nEXPOSE 1\nENV X=1\nEOF\nEXPOSE 2\n"
    assert service(text).ports == (Port(2),)


@pytest.mark.parametrize(
    "image",
    [
        "nvidia/cuda:12.4-runtime",
        "nvcr.io/nvidia/pytorch:24.01",
        "pytorch/pytorch:2.3-cuda12.1",
        "tensorflow/tensorflow:2.16-gpu",
        "rocm/pytorch:latest",
        "vllm/vllm-openai:v0.6",
    ],
)
def test_an_image_that_is_built_for_a_gpu_says_so(image):
    gpu = service(f"FROM {image}").gpu
    assert gpu is not None
    assert (gpu.vendor, gpu.evidence) == ("amd" if "rocm" in image else "nvidia", "image")


@pytest.mark.parametrize(
    "image", ["python:3.12", "nginx", "gpuless/app:1", "acute/app", "registry.example.org/circus:1"]
)
def test_other_images_need_none(image):
    assert service(f"FROM {image}").gpu is None


def test_a_file_without_a_stage_is_said_to_build_nothing():
    assert read_dockerfile("RUN true", "Dockerfile", "app").notes == (Note("no_stage", "Dockerfile"),)


def test_lines_count_from_one_whatever_is_continued():
    text = "# one\nFROM a \\\n AS b\n\nENV X=1\n"
    assert [(line, word) for line, word, _ in instructions(text)] == [(2, "FROM"), (5, "ENV")]


@given(st.text(alphabet=st.sampled_from("FROM ENVEXPOSE\n\\\"'[]{}$<#=-:/abc019\t"), max_size=300))
def test_whatever_stands_there_is_read_without_a_fault(text):
    read_dockerfile(text, "Dockerfile", "app")
