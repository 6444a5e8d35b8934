"""From a Git address to the machine that its application needs: a real git server, the real reader, a real plan."""

import json

import pytest

from tests.fixtures.repositories import from_directory, serving
from tests.fixtures.terminals import ROOT, terminal

pytestmark = [pytest.mark.terraform]

FIXTURES = ROOT / "tests" / "evals" / "repository" / "fixtures"


@pytest.fixture
def server(tmp_path):
    (tmp_path / "tls").mkdir()
    from_directory(FIXTURES / "prediction-api", tmp_path / "shelf" / "team" / "churn.git")
    with serving(tmp_path / "shelf", tmp_path / "tls") as served:
        yield served


@pytest.fixture
def environment(tmp_path, toolchain, server):
    allowed = {"hosts": [server.host], "allow_private": True, "ca": str(server.ca_file)}
    return {
        "THREADFORM_HOME": str(tmp_path / "home"),
        "THREADFORM_TOOLS_HOME": str(toolchain.home),
        "THREADFORM_LAB_PACE": "0",
        "THREADFORM_REPOSITORIES": json.dumps(allowed),
        "LANG": "fr_FR.UTF-8",
        "TERM": "xterm",
    }


def test_what_a_repository_needs_is_told_and_its_machine_is_planned(environment, server, tmp_path):
    with terminal(["chat"], environment) as desk:
        desk.wait_for("Alice")
        desk.type(f"de quoi a besoin ce dépôt ? https://{server.host}/team/churn.git")
        told = plain(desk.wait_for("déploie-le sur une nouvelle machine"))
        assert "Il fait tourner 5 services : api, mlflow, db, prometheus et grafana." in told
        assert "Joignables de l'extérieur : api 5000, api 5678, mlflow 5001 et grafana 3000." in told
        assert "compose.prod.yaml est une autre version de compose.yaml" in told
        assert "8 cœurs, 8 Go de mémoire, 80 Go de disque" in told
        desk.type("déploie-le sur une nouvelle machine")
        card = plain(desk.wait_for("[A]pprouver"))
        assert "churn" in card
        assert "je n'y installe pas encore l'application" in card
        desk.type("/quit")
        assert desk.end() == 0
    assert "planted" not in desk.text
    assert list((tmp_path / "home" / "repositories").iterdir()) == []


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2019", "'")
