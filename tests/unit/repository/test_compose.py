"""Compose files, short and long, old and new."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.repository.facts import Gpu, Health, Note, Port, Resources, Volume
from agents.repository.readers.compose import is_compose, merged, read_compose
from agents.repository.reading import read_files
from agents.repository.yamls import documents


def service(body):
    found = read_compose(f"services:\n  app: {body}\n", "compose.yaml")
    return found.services[0]


def notes(body):
    return read_compose(f"services:\n  app: {body}\n", "compose.yaml").notes


@pytest.mark.parametrize(
    ("ports", "read"),
    [
        ("['80']", [Port(80)]),
        ("[80]", [Port(80)]),
        ("['8080:80']", [Port(80, 8080)]),
        ("['8080:80/udp']", [Port(80, 8080, "udp")]),
        ("['127.0.0.1:8080:80']", [Port(80, 8080, "tcp", "127.0.0.1")]),
        ("['127.0.0.1::80']", [Port(80, None, "tcp", "127.0.0.1")]),
        ("['[::1]:8080:80']", [Port(80, 8080, "tcp", "::1")]),
        ("['3000-3001:4000-4001']", [Port(4000, 3000), Port(4001, 3001)]),
        ("['3000-3009:80']", [Port(80, None)]),
        ("['${P:-9000}:80']", [Port(80, 9000)]),
        ("['${P:-${Q:-9001}}:80']", [Port(80, 9001)]),
        ("['${P}:80']", []),
        ("[{target: 80, published: 8080, protocol: udp}]", [Port(80, 8080, "udp")]),
        ("[{target: 80}]", [Port(80)]),
        ("[{published: 80}]", []),
        ("[0, 70000, -1, x, '', '80:', ':80', '1:2:3:4']", [Port(80)]),
        ("['8080:80', '8080:80']", [Port(80, 8080)]),
        ("{a: b}", []),
        ("80", []),
    ],
)
def test_ports_are_read_in_every_form(ports, read):
    assert list(service(f"{{image: a, ports: {ports}}}").ports) == read


def test_what_only_other_services_see_comes_after_what_is_published_and_only_once():
    assert service("{image: a, ports: ['1:2'], expose: [2, 3]}").ports == (Port(2, 1), Port(3))


@pytest.mark.parametrize(
    ("volumes", "read"),
    [
        ("['data:/data']", [Volume("named", "/data", "data")]),
        ("['./src:/src:ro']", [Volume("bind", "/src", "./src", is_read_only=True)]),
        ("['~/x:/x:rw,z']", [Volume("bind", "/x", "~/x")]),
        ("['/data']", [Volume("anonymous", "/data")]),
        (
            "['/var/run/docker.sock:/var/run/docker.sock']",
            [Volume("configuration", "/var/run/docker.sock", "/var/run/docker.sock")],
        ),
        (
            "['./nginx.conf:/etc/nginx/nginx.conf:ro']",
            [Volume("configuration", "/etc/nginx/nginx.conf", "./nginx.conf", is_read_only=True)],
        ),
        ("['${D:-./d}:/d']", [Volume("bind", "/d", "./d")]),
        (
            "[{type: volume, source: data, target: /d, read_only: true}]",
            [Volume("named", "/d", "data", is_read_only=True)],
        ),
        ("[{type: bind, source: ./d, target: /d}]", [Volume("bind", "/d", "./d")]),
        ("[{type: volume, target: /d}]", [Volume("anonymous", "/d")]),
        ("[{type: tmpfs, target: /t, tmpfs: {size: 100m}}]", [Volume("tmpfs", "/t", size_gb=0.1)]),
        ("['C:\\data:/d']", [Volume("named", "/d", "C:\\data")]),
        ("['a:b:c:d', 'relative', {}, '', 7]", []),
    ],
)
def test_volumes_are_read_in_every_form(volumes, read):
    assert list(service(f"{{image: a, volumes: {volumes}}}").volumes) == read


def test_memory_that_is_mounted_is_no_disk():
    assert service("{image: a, tmpfs: /run}").volumes == (Volume("tmpfs", "/run"),)
    assert service("{image: a, tmpfs: [/run, '/x:size=64m']}").volumes == (
        Volume("tmpfs", "/run"),
        Volume("tmpfs", "/x"),
    )


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("environment: {A: 1, B: , C: x}", ("A", "B", "C")),
        ("environment: [A=1, B, 'C=a=b']", ("A", "B", "C")),
        ("environment: ['A B=1', '=x', 7]", ()),
        ("environment: text", ()),
    ],
)
def test_variables_are_kept_by_name_from_a_table_or_a_list(body, names):
    assert service(f"{{image: a, {body}}}").environment_names == names


@pytest.mark.parametrize(
    ("body", "gpu"),
    [
        (
            "deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 2, capabilities: [gpu]}]}}}",
            Gpu("nvidia", 2, "reservation"),
        ),
        (
            "deploy: {resources: {reservations: {devices: [{capabilities: [[gpu]], device_ids: ['0', '3']}]}}}",
            Gpu("any", 2, "reservation"),
        ),
        (
            "deploy: {resources: {reservations: {devices: [{driver: nvidia, count: all, capabilities: [gpu]}]}}}",
            Gpu("nvidia", None, "reservation"),
        ),
        ("deploy: {resources: {reservations: {devices: [{driver: x, capabilities: [tpu]}]}}}", None),
        ("gpus: all", Gpu("any", None, "reservation")),
        ("gpus: [{driver: nvidia, count: 1}]", Gpu("nvidia", 1, "reservation")),
        ("runtime: nvidia", Gpu("nvidia", None, "runtime")),
        ("devices: ['/dev/kfd:/dev/kfd', '/dev/dri']", Gpu("amd", None, "runtime")),
        ("devices: ['/dev/ttyUSB0']", None),
    ],
)
def test_a_gpu_is_found_however_it_is_asked_for(body, gpu):
    assert service(f"{{image: a, {body}}}").gpu == gpu


@pytest.mark.parametrize(
    ("body", "resources"),
    [
        (
            "deploy: {resources: {limits: {cpus: '0.5', memory: 512M}, reservations: {cpus: 0.25, memory: 128M}}}",
            Resources(0.25, 128, 0.5, 512),
        ),
        ("mem_limit: 1g, cpus: 2, mem_reservation: 512m", Resources(None, 512, 2, 1024)),
        ("mem_limit: 1073741824", Resources(most_memory_mb=1024)),
        ("mem_limit: lots, cpus: many", Resources()),
        ("mem_limit: '${M:-2g}'", Resources(most_memory_mb=2048)),
    ],
)
def test_resources_are_read_in_the_forms_of_all_versions(body, resources):
    assert service(f"{{image: a, {body}}}").resources == resources


@pytest.mark.parametrize(
    ("check", "health"),
    [
        ("{test: [CMD, pg_isready], interval: 5s}", Health("command", "pg_isready", interval_s=5)),
        ("{test: curl http://x:80/a || exit 1}", Health("command", "curl", 80, "/a")),
        ("{test: [CMD-SHELL, 'wget -q http://x/']}", Health("command", "wget", None, "/")),
        ("{disable: true}", Health("off")),
        ("{test: [NONE]}", Health("off")),
        ("{}", None),
    ],
)
def test_a_health_check_is_kept_by_its_program(check, health):
    assert service(f"{{image: a, healthcheck: {check}}}").health == health


def test_who_is_needed_comes_from_every_key_that_says_so():
    body = "{image: a, depends_on: {db: {condition: service_healthy}}, links: ['cache:c'], network_mode: service:vpn}"
    assert service(body).needs == ("db", "cache", "vpn")


def test_what_is_not_followed_is_said():
    assert notes("{extends: {service: x}, image: a}") == (Note("extends", "compose.yaml", "app"),)
    assert read_compose("include: [x.yaml]\nservices: {}", "c").notes == (Note("include", "c"),)
    assert read_compose("volumes: {}", "c").notes == (Note("no_services", "c"),)


def test_the_first_version_of_the_format_has_no_services_key():
    found = read_compose("web:\n  image: nginx\n  ports: ['80:80']\nx-note: text\n", "docker-compose.yml")
    assert [(s.name, s.line) for s in found.services] == [("web", 1)]


def test_an_override_is_merged_as_compose_merges():
    first, over = (
        next(documents(text)) for text in ("a: {x: 1, l: [1, 2], t: {p: 1}}", "a: {x: 2, l: [2, 3], t: {q: 2}, n: 1}")
    )
    assert merged(first, over) == {"a": {"x": 2, "l": [1, 2, 3], "t": {"p": 1, "q": 2}, "n": 1}}


def test_where_only_variants_are_there_each_stands_for_itself():
    files = {f"docker-compose.{v}.yml": f"services: {{{v}: {{image: a}}}}" for v in ("dev", "prod")}
    assert [s.name for s in read_files(files, "app").services] == ["dev", "prod"]


@pytest.mark.parametrize(
    ("file", "is_one"),
    [
        ("compose.yaml", True),
        ("a/docker-compose.prod.yml", True),
        ("compose.dev.yaml", True),
        ("docker-compose-ci.yml", True),
        ("mycompose.yaml", False),
        ("compose.json", False),
        ("decompose.yml", False),
    ],
)
def test_a_compose_file_is_known_by_its_name(file, is_one):
    assert is_compose(file) is is_one


WORDS = st.sampled_from(
    [
        "image",
        "ports",
        "volumes",
        "build",
        "deploy",
        "healthcheck",
        "environment",
        "depends_on",
        "80:80",
        "a:/b",
        "gpu",
        "x",
    ]
)
BODY = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 99999) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=25,
)


@given(BODY)
def test_a_service_of_any_shape_is_read_without_a_fault(body):
    import yaml

    read_compose(yaml.safe_dump({"services": {"app": body, "other": {"image": "a", "deploy": body}}}), "compose.yaml")
