"""The tables. Times are seconds since the epoch (UTC); JSON columns hold what ``bot.store.codec`` wrote."""

from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

metadata = MetaData()

Counter = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts only in a column that it calls INTEGER."""
Absent = JSON(none_as_null=True)
"""JSON or nothing: None is NULL, not the JSON word."""
WORKED_ON: Final = "state IN ('pending', 'planning', 'approved', 'applying')"
UNREPORTED: Final = "closed_at IS NULL AND state IN ('applied', 'errored', 'refused')"
UNDECIDED: Final = "state = 'planned'"
"""A query uses an index of some rows only where it names them in the very words of the index."""


def _zero(name: str) -> Column[float]:
    return Column(name, Double, nullable=False, server_default="0")


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def _only(condition: str) -> dict[str, Any]:
    """An index of these rows alone, on both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


stacks = Table(
    "stacks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("conversation", JSON, nullable=False),
    Column("environment", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("created_at", Double, nullable=False),
)

states = Table(
    "stack_states",
    metadata,
    Column("version", Counter, primary_key=True, autoincrement=True),
    Column("stack_id", Text, ForeignKey("stacks.id"), nullable=False),
    Column("serial", BigInteger, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Double, nullable=False),
    Index("stack_states_newest", "stack_id", "serial", "version"),
    sqlite_autoincrement=True,
)

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("stack_id", Text, ForeignKey("stacks.id"), nullable=False),
    Column("conversation", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("requester", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("proposal", JSON, nullable=False),
    Column("outcome", JSON, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("digest", Text),
    Column("state_serial", BigInteger),
    Column("decided_by", Text),
    Column("decided_at", Double),
    Column("expires_at", Double),
    Column("edited_by", Text),
    Column("remind_at", Double),
    Column("closed_at", Double),
    Column("owner", Text),
    _zero("lease_until"),
    _zero("due_at"),
    _count("fence"),
    Index("runs_of_stack", "stack_id", "created_at"),
    Index("runs_newest", "created_at"),
    # One apply at a time in a stack is a constraint of the database, not a convention.
    Index("one_apply_a_stack", "stack_id", unique=True, **_only("state = 'applying'")),
    # What the sweep asks for each second is short. An index of all runs by state would read all that have ended.
    Index("runs_due", "due_at", **_only(WORKED_ON)),
    Index("runs_unreported", "due_at", **_only(UNREPORTED)),
    Index("runs_expiring", "expires_at", **_only(UNDECIDED)),
    Index("runs_to_remind", "remind_at", **_only(UNDECIDED)),
)

attempts = Table(
    "attempts",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id"), primary_key=True),
    Column("token", Text, nullable=False),
    Column("beat_until", Double, nullable=False),
    Column("started_at", Double),
    Column("finished_at", Double),
    Column("exit_code", Integer),
    Column("stop_by", Text),
    Column("stop_at", Double),
    Index("attempts_open", "beat_until", **_only("finished_at IS NULL")),
)

votes = Table(
    "votes",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("at", Double, nullable=False),
)

plans = Table(
    "plans",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id"), primary_key=True),
    Column("digest", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Double, nullable=False),
)

freezes = Table(
    "freezes",
    metadata,
    # One row for each thing that can be frozen; the migration writes "all".
    Column("scope", Text, primary_key=True),
    Column("is_on", Boolean, nullable=False, server_default=text("false")),
    Column("by", Text),
    Column("reason", Text),
    Column("at", Double),
)

claims = Table(
    "claims",
    metadata,
    Column("run_id", Text, ForeignKey("runs.id"), primary_key=True),
    Column("guest", Text, primary_key=True),
    Column("stack_id", Text, ForeignKey("stacks.id"), nullable=False),
    Column("owner", Text, nullable=False),
    Column("environment", Text, nullable=False),
    Column("vmid", Integer),
    Column("node", Text, nullable=False),
    Column("storage", Text, nullable=False),
    Column("cores", Integer, nullable=False),
    Column("memory_mb", BigInteger, nullable=False),
    Column("disk_gb", BigInteger, nullable=False),
    Column("is_kept", Boolean, nullable=False, server_default=text("false")),
    Column("at", Double, nullable=False),
    Index("claims_of_stack", "stack_id", "guest"),
    Index("claims_of_owner", "owner"),
)

claims_head = Table(
    "claims_head",
    metadata,
    # Who claims room holds this row until the transaction ends: claims are decided one after the other.
    Column("id", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

workers = Table(
    "workers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("seen_at", Double, nullable=False),
)

paces = Table(
    "paces",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("free_at", Double, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("run_id", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("prev", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("audit_of_run", "run_id", "seq"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("key", Text, primary_key=True),
    Column("event", JSON, nullable=False),
    Column("at", Double, nullable=False),
    Column("done_at", Double),
    Column("owner", Text),
    Column("reason", Text),
    _zero("lease_until"),
    _count("tries"),
    Index("inbox_waiting", "done_at", "at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("thread", Text, nullable=False),
    Column("conversation", JSON, nullable=False),
    Column("kind", Text, nullable=False),
    Column("of", Text),
    Column("who", Absent),
    Column("card", JSON, nullable=False),
    Column("at", Double, nullable=False),
    Column("sent_at", Double),
    Column("failed_at", Double),
    Column("reason", Text),
    Column("message", Absent),
    Column("severity", Text, nullable=False, server_default="info"),
    _zero("lease_until"),
    _zero("due_at"),
    _count("tries"),
    Index("outbox_unsent", "thread", "seq", **_only("sent_at IS NULL AND failed_at IS NULL")),
    Index("outbox_failed", "at", **_only("failed_at IS NOT NULL")),
    Index("outbox_of", "of"),
    sqlite_autoincrement=True,
)

reservations = Table(
    "reservations",
    metadata,
    Column("id", Counter, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("stack_id", Text, ForeignKey("stacks.id"), nullable=False),
    Column("guest", Text, nullable=False),
    Column("address", Absent),
    Column("is_kept", Boolean, nullable=False, server_default=text("false")),
    Column("at", Double, nullable=False),
    Index("reserved_once", "kind", "scope", "value", unique=True),
    Index("reserved_once_a_guest", "stack_id", "guest", "kind", unique=True),
    sqlite_autoincrement=True,
)

holders = Table(
    "reservation_holders",
    metadata,
    Column("reservation_id", Counter, ForeignKey("reservations.id", ondelete="CASCADE"), primary_key=True),
    Column("run_id", Text, primary_key=True),
    Index("holders_of_run", "run_id"),
)

web_log = Table(
    "web_log",
    metadata,
    Column("seq", Counter, primary_key=True, autoincrement=True),
    Column("audience", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("ref", Counter),
    Column("key", Text, unique=True),
    Index("web_log_of_audience", "audience", "seq"),
    Index("web_log_edits", "ref", "seq"),
    sqlite_autoincrement=True,
)
