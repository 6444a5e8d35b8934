"""The words of commands: what each does, and the language it is said in where only one has it. Pure."""

from collections.abc import Mapping
from typing import Final, Literal

Verb = Literal[
    "help", "request", "status", "list", "approve", "discard", "vm", "cluster", "forecast", "lease",
    "freeze", "unfreeze", "link", "unlink", "quota",
]  # fmt: skip
Tongue = Literal["en", "fr"]

VERBS: Final[Mapping[str, tuple[Verb, Tongue | None]]] = {
    "help": ("help", None), "aide": ("help", "fr"),
    "request": ("request", None), "ask": ("request", "en"), "demander": ("request", "fr"),
    "demande": ("request", "fr"),
    "status": ("status", None), "état": ("status", "fr"), "etat": ("status", "fr"), "statut": ("status", "fr"),
    "list": ("list", None), "ls": ("list", None), "lister": ("list", "fr"), "liste": ("list", "fr"),
    "approve": ("approve", None), "approuver": ("approve", "fr"), "approuve": ("approve", "fr"),
    "discard": ("discard", None), "reject": ("discard", "en"), "rejeter": ("discard", "fr"),
    "rejette": ("discard", "fr"), "abandonner": ("discard", "fr"), "abandonne": ("discard", "fr"),
    "vm": ("vm", None), "machine": ("vm", None),
    "cluster": ("cluster", None), "grappe": ("cluster", "fr"),
    "forecast": ("forecast", None), "prévision": ("forecast", "fr"), "prevision": ("forecast", "fr"),
    "prévisions": ("forecast", "fr"), "previsions": ("forecast", "fr"),
    "lease": ("lease", None), "bail": ("lease", "fr"),
    "freeze": ("freeze", None), "geler": ("freeze", "fr"),
    "unfreeze": ("unfreeze", None), "dégeler": ("unfreeze", "fr"), "degeler": ("unfreeze", "fr"),
    "link": ("link", None), "lier": ("link", "fr"),
    "unlink": ("unlink", None), "délier": ("unlink", "fr"), "delier": ("unlink", "fr"),
    "quota": ("quota", None), "quotas": ("quota", None),
}  # fmt: skip
"""Each word with what it does. An English word says nothing about the language: the manual is the same for both."""

SHOWN: Final[Mapping[Tongue, tuple[str, ...]]] = {
    "en": (
        "help", "request", "status", "list", "approve", "discard", "vm", "cluster", "forecast", "lease", "freeze",
        "unfreeze", "link", "unlink", "quota",
    ),
    "fr": (
        "aide", "demander", "état", "lister", "approuver", "abandonner", "vm", "cluster", "prévision", "bail",
        "geler", "dégeler", "lier", "délier", "quota",
    ),
}  # fmt: skip
"""The words that an answer offers."""

FREE: Final[frozenset[Verb]] = frozenset({"request", "discard", "freeze"})
"""What follows these is a person's own words, which tell their language."""

SHAREABLE: Final[frozenset[Verb]] = frozenset({"help", "status", "list", "vm", "cluster", "forecast", "quota"})
"""Answers that are said to everybody where the person asks for it; the others are theirs alone, or everybody's."""

SHARE: Final[Mapping[str, Tongue]] = {"share": "en", "partager": "fr", "partage": "fr"}

Scope = Literal["mine", "all", "stale"]
SCOPES: Final[Mapping[str, tuple[Scope, Tongue]]] = {
    "mine": ("mine", "en"), "my": ("mine", "en"), "miennes": ("mine", "fr"), "mes": ("mine", "fr"),
    "moi": ("mine", "fr"),
    "all": ("all", "en"), "everything": ("all", "en"), "toutes": ("all", "fr"), "tout": ("all", "fr"),
    "tous": ("all", "fr"),
    "stale": ("stale", "en"), "unused": ("stale", "en"), "oubliées": ("stale", "fr"), "oubliees": ("stale", "fr"),
    "inutilisées": ("stale", "fr"), "inutilisees": ("stale", "fr"),
}  # fmt: skip
"""Which machines are listed."""
FILLERS: Final = frozenset({"vms", "vm", "machines", "machine", "les", "the"})
"""Words that a person may say beside a scope and that change nothing: "list my machines"."""
EXTEND: Final[Mapping[str, Tongue]] = {"extend": "en", "renew": "en", "prolonger": "fr", "prolonge": "fr"}
