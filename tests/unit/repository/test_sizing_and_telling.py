"""A suggestion has its reasons, and every note has words."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.repository.choosing import choose, rank_of
from agents.repository.facts import Gpu, Note, Port, Reason, Repository, Resources, Service, Volume
from agents.repository.git import Entry, reason_of
from agents.repository.limits import Limits
from agents.repository.sandbox import read_answer
from agents.repository.sizing import CORES, DISK_GB, MEMORY_GB, fitting, memory_of, suggest
from agents.repository.telling import sized, summary, told
from bot.chat.words import LANGUAGES, Words
from iac.errors import Refused


def service(name="a", kind="compose", **more):
    return Service(name=name, kind=kind, source_file="x", line=1, **more)


def of(*services):
    return suggest(Repository("https://github.com/a/b.git", services=services))


@pytest.mark.parametrize(
    ("one", "memory_mb"),
    [
        (service(resources=Resources(most_memory_mb=3000, memory_mb=100)), 3000),
        (service(resources=Resources(memory_mb=700)), 700),
        (service(image="postgres:16"), 512),
        (service(image="docker.elastic.co/elasticsearch/elasticsearch:8"), 4096),
        (service(image="redis:7"), 128),
        (service(build="."), 512),
        (service(image="unknown"), 256),
        (service(gpu=Gpu("nvidia", 1, "limit")), 16384),
    ],
)
def test_memory_is_what_is_said_else_what_is_known_of_the_server(one, memory_mb):
    assert memory_of(one) == memory_mb


def test_nothing_still_needs_a_machine():
    size = of()
    assert (size.cores, size.memory_mb, size.disk_gb, size.needs_gpu) == (2, 2048, 20, False)


def test_what_does_not_start_by_default_is_not_counted():
    heavy = service("heavy", resources=Resources(most_memory_mb=64_000))
    some = of(service(), heavy.with_more(profiles=("all",)))
    assert some == of(service())
    assert of(service(), heavy).memory_mb > of(service()).memory_mb


def test_copies_count_and_a_shared_volume_counts_once():
    one = service(resources=Resources(most_memory_mb=1000), volumes=(Volume("named", "/d", "data", size_gb=100),))
    assert of(one.with_more(replicas=8)).memory_mb > of(one).memory_mb
    assert of(one.with_more(replicas=8)).disk_gb == of(one).disk_gb
    assert of(one, service("b", volumes=one.volumes)).disk_gb == of(one).disk_gb


def test_a_claim_of_each_copy_counts_for_each():
    volume = Volume("claim_each", "/d", "data", size_gb=100)
    assert of(service(volumes=(volume,), replicas=3)).disk_gb == 400


def test_manifests_alone_suggest_k3s_and_a_compose_file_a_machine_with_docker():
    assert of(service(kind="kubernetes")).kind == "k3s"
    assert of(service(kind="kubernetes"), service("b")).kind == "vm"


def test_beyond_the_usual_sizes_it_is_what_is_wanted():
    assert fitting(1000.2, MEMORY_GB) == 1001
    assert of(service(resources=Resources(most_memory_mb=1024 * 1024))).memory_mb > 1024 * 1024


COUNTS = st.integers(1, 20)


@given(st.lists(st.tuples(COUNTS, st.sampled_from([None, 256, 4096]), st.sampled_from([None, 0.5, 3.0])), max_size=8))
def test_a_machine_always_holds_what_was_counted_and_more_never_asks_for_less(rows):
    every = [
        service(f"s{n}", replicas=count, resources=Resources(most_memory_mb=memory, cores=cores))
        for n, (count, memory, cores) in enumerate(rows)
    ]
    size, less = of(*every), of(*every[:-1])
    assert size.memory_mb >= sum(memory_of(s) * s.replicas for s in every) + 1024
    assert (size.cores, size.memory_mb, size.disk_gb) >= (less.cores, less.memory_mb, less.disk_gb)
    assert size.cores in CORES or size.cores > CORES[-1]
    assert size.disk_gb in DISK_GB or size.disk_gb > DISK_GB[-1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_a_note_has_words(language):
    words = Words.load()
    for reason in get_args(Reason):
        for count in (1, 2):
            said = words.say(told(Note(reason, "dir/file", "web", count)), language)
            assert said.endswith(".")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [1, 2, 20])
def test_the_facts_are_told_in_few_words_however_many_there_are(language, count):
    every = tuple(
        service(f"service{n}", build=".", environment_names=(f"NAME_{n}",), gpu=Gpu("nvidia", 1, "limit"))
        for n in range(count)
    )
    notes = tuple(Note("symlink", count=n + 1) for n in range(count))
    found = Repository("https://github.com/a/b.git", "0123456789ab", title="T", services=every, notes=notes)
    said = [Words.load().say(each, language) for each in (*summary(found), *sized(suggest(found)))]
    assert len(said) <= 16
    assert max(map(len, said)) < 300


@pytest.mark.parametrize(
    ("port", "is_open"),
    [
        (Port(80, 8080), True),
        (Port(80), False),
        (Port(80, 80, "tcp", "127.0.0.1"), False),
        (Port(80, 80, "tcp", "::1"), False),
        (Port(80, 80, "tcp", "10.0.0.1"), True),
    ],
)
def test_a_port_on_the_machines_own_address_is_not_open_to_others(port, is_open):
    assert port.is_open is is_open
    keys = [each.key for each in summary(Repository("https://github.com/a/b", services=(service(ports=(port,)),)))]
    assert ("repository.ports" in keys) is is_open


@pytest.mark.parametrize(
    ("volume", "keeps", "reaches_out"),
    [
        (Volume("named", "/d", "data"), True, False),
        (Volume("bind", "/d", "./d"), True, False),
        (Volume("bind", "/d", "/srv/d"), True, True),
        (Volume("bind", "/d", "/"), False, True),
        (Volume("bind", "/d", "../../etc"), False, True),
        (Volume("configuration", "/s", "/var/run/docker.sock"), False, True),
        (Volume("bind", "/d", "./d", is_read_only=True), False, False),
        (Volume("tmpfs", "/d"), False, False),
    ],
)
def test_what_must_stay_and_what_reaches_into_the_machine_are_told_apart(volume, keeps, reaches_out):
    assert (volume.keeps, volume.reaches_out) == (keeps, reaches_out)
    keys = [each.key for each in summary(Repository("https://github.com/a/b", services=(service(volumes=(volume,)),)))]
    assert ("repository.volumes" in keys, "repository.reaches_out" in keys) == (keeps, reaches_out)


def test_a_list_that_was_cut_says_by_how_much():
    found = Repository("https://github.com/a/b.git", services=tuple(service(f"s{n}") for n in range(20)))
    names = summary(found)[1].values["names"]
    assert len(names) == 8
    assert names[-1] == "+13"


@pytest.mark.parametrize(
    ("said", "key"),
    [
        (b"fatal: couldn't find remote ref HEAD", "empty"),
        (b"fatal: couldn't find remote ref refs/heads/x", "branch_there"),
        (b"fatal: could not read Username for 'https://github.com': terminal prompts disabled", "there"),
        (b"remote: Repository not found.", "there"),
        (b"fatal: unable to access: The requested URL returned error: 403", "there"),
        (b"fatal: unable to update url base from redirection", "moved"),
        (b"error: 301", "moved"),
        (b"server certificate verification failed", "certificate"),
        (b"SSL certificate problem", "certificate"),
        (b"error: index-pack died of signal 25", "large"),
        (b"fatal: fsck error in packed object", "broken"),
        (b"fatal: early EOF", "broken"),
        (b"Could not resolve host: github.com", "reach"),
        (b"Failed to connect to github.com port 443", "reach"),
        (b"\xff\xfe nonsense", "fetch"),
        (b"", "fetch"),
    ],
)
def test_what_git_said_becomes_one_sentence(said, key):
    assert reason_of(said) == f"repository.no.{key}"
    assert Words.load(is_strict=True).has(reason_of(said))


@pytest.mark.parametrize(
    "said", [b"", b"{", b"[]", b"{}", b'{"facts": 7}', b'{"facts": {}}', b'{"refused": {}}', b"\xff"]
)
def test_a_reader_that_died_or_says_nonsense_is_a_refusal(said):
    with pytest.raises(Refused, match="reader"):
        read_answer(said)


def test_a_fault_of_the_reader_itself_is_named_in_the_log_and_not_to_the_person():
    with pytest.raises(Refused, match=r"repository\.no\.reader \{\}"):
        read_answer(b'{"fault": "ValueError at hcl.py:7"}')


def test_the_telling_files_are_opened_first_when_there_are_too_many():
    names = [f"dir/file{n}.yaml" for n in range(50)] + ["compose.yaml", "Dockerfile", "main.tf"]
    entries = [Entry(name.encode(), "100644", "0" * 40) for name in names]
    chosen = choose(entries, Limits(most_read=3))
    assert list(chosen.files) == ["compose.yaml", "Dockerfile", "main.tf"]
    assert chosen.notes == [Note("files", count=50)]


def test_packages_of_others_are_counted_and_left_out():
    entries = [Entry(name, "100644", "0" * 40) for name in (b"node_modules/x/package.json", b"node_modules/x/index.js")]
    chosen = choose(entries, Limits())
    assert (chosen.files, chosen.notes) == ({}, [Note("left_out", count=1)])


@pytest.mark.parametrize(
    ("path", "rank"),
    [
        ("compose.yaml", 0),
        ("a/Chart.yaml", 0),
        ("Dockerfile.dev", 1),
        ("web.Dockerfile", 1),
        ("README.md", 1),
        ("a/README.md", None),
        ("values.yaml", 2),
        ("c/templates/x.yaml", 2),
        ("c/templates/x.tpl", None),
        ("go.mod", 3),
        ("x.tf", 3),
        ("k8s/x.yml", 4),
        ("main.py", None),
        ("Dockerfile.md", None),
    ],
)
def test_a_file_has_the_rank_of_what_it_can_tell(path, rank):
    assert rank_of(path) == rank
