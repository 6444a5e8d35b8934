"""What an application is written in, from the files that package managers read. Pure."""

import json
import re
import tomllib
from collections.abc import Iterable

from agents.repository.facts import Found, Language, Note

_TELLING = """
aiohttp airflow bullmq celery chi cuda diffusers django dramatiq echo express fastapi fastify fiber flask gin
gorilla gradio gunicorn huggingface-hub jax kafka-python keras koa langchain lightgbm mlflow mongodb mongoose mysql
mysql2 nest next nuxt nvidia-cuda-runtime-cu12 onnxruntime onnxruntime-gpu pandas pg prefect prisma
prometheus-client psycopg psycopg2 psycopg2-binary pymongo pymysql quart react redis scikit-learn sequelize
socket.io spacy sqlalchemy starlette streamlit svelte tensorflow torch torchvision tornado transformers typeorm
uvicorn vite vllm vue xformers xgboost
"""
_KNOWN = frozenset(_TELLING.split())
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]{0,80})")
_VERSION = re.compile(r"[\w.*<>=~^|, -]{1,40}")
_MODULE = re.compile(r"^go\s+(\d[\w.]{0,12})", re.MULTILINE)
_GO = {"gin-gonic/gin": "gin", "labstack/echo": "echo", "gofiber/fiber": "fiber", "go-chi/chi": "chi"}
_BY_NAME = {
    "Cargo.toml": "rust", "pom.xml": "java", "build.gradle": "java", "build.gradle.kts": "kotlin", "Gemfile": "ruby",
    "composer.json": "php", "mix.exs": "elixir", "Pipfile": "python", "setup.py": "python",
}  # fmt: skip


def is_language(file: str) -> bool:
    """Whether a file says what is written here."""
    name = file.rpartition("/")[2]
    return name in _READERS or name in _BY_NAME or _is_requirements(name)


def read_language(text: str, file: str) -> Found:
    """The language that a file stands for, with its version and the packages that say what the application is."""
    name = file.rpartition("/")[2]
    if name in _BY_NAME:
        return Found(languages=(Language(_BY_NAME[name], file),))
    try:
        language, version, packages = _READERS.get(name, _requirements)(text)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Found(notes=(Note("package_file", file),))
    known = tuple(sorted({str(package).lower() for package in packages} & _KNOWN))
    safe = version if _VERSION.fullmatch(str(version)) else ""
    return Found(languages=(Language(language, file, safe, known),))


def _is_requirements(name: str) -> bool:
    return name.startswith("requirements") and name.endswith((".txt", ".in"))


def _requirements(text: str) -> tuple[str, str, Iterable[str]]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith(("#", "-"))]
    return "python", "", [match[1] for line in lines if (match := _REQUIREMENT.match(line))]


def _pyproject(text: str) -> tuple[str, str, Iterable[str]]:
    told = tomllib.loads(text)
    project = told.get("project", {})
    poetry = told.get("tool", {}).get("poetry", {}).get("dependencies", {})
    asked = [match[1] for line in project.get("dependencies", []) if (match := _REQUIREMENT.match(str(line)))]
    return "python", project.get("requires-python", "") or str(poetry.get("python", "")), [*asked, *poetry]


def _package(text: str) -> tuple[str, str, Iterable[str]]:
    told = json.loads(text)
    every = {**told.get("devDependencies", {}), **told.get("dependencies", {})}
    bare = [name.removeprefix("@").split("/")[0].removesuffix("js") for name in every if name.startswith("@")]
    return "node", str(told.get("engines", {}).get("node", "")), [*every, *bare]


def _go(text: str) -> tuple[str, str, Iterable[str]]:
    version = _MODULE.search(text)
    return "go", version[1] if version else "", [short for path, short in _GO.items() if path in text]


_READERS = {"pyproject.toml": _pyproject, "package.json": _package, "go.mod": _go}
