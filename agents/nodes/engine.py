"""The running crew: one ADK app for the process, one short session a turn, and the trace of who did what."""

import uuid
from contextlib import ExitStack

from google.adk import Runner
from google.adk.agents import RunConfig
from google.adk.apps import App
from google.adk.sessions import InMemorySessionService
from google.genai import types

from agents.contracts import Desk, Proposal, Reply, TraceStep, Turn
from agents.models.building import chain_of
from agents.models.offline import ANSWER_TOOL
from agents.models.spending import SPENDING, Spending
from agents.nodes.beside import Beside
from agents.nodes.hiring import version_of
from agents.nodes.judging import wrong_with
from agents.nodes.looking_up import DOCUMENTS
from agents.nodes.offline import RULES
from agents.nodes.repository_tool import REPOSITORY_TOOLS
from agents.nodes.serving import notice, served_as
from agents.nodes.settings import CrewSettings
from agents.nodes.team import team_of
from agents.nodes.tools import NAMES
from agents.nodes.work import WORK, NoAnswer, Work
from agents.nodes.workflow import workflow_of
from agents.plugins.budget import CallBudget
from agents.plugins.journal import NOTES, Journal, Note, Notes
from agents.plugins.tool_policy import ToolPolicy
from agents.rules.language import language_of
from agents.rules.remembered import Remembered
from iac.inventory import Cluster

APP = "threadform"
PERSON = "thread"
"""ADK's user is the thread, never the author: two people in one thread are one conversation."""

_DID = {
    "manager": "routed", "validator": "validated", "collector": "looked", "analyser": "placed",
    "drafter": "drafted", "linter": "checked", "reviewer": "reviewed", "refiner": "refined",
    "librarian": "worded",
}  # fmt: skip


class Engine:
    """The agents, hired once. Turns may run at the same time; each has its own session, notes and work."""

    def __init__(self, settings: CrewSettings, beside: Beside) -> None:
        """Hire everybody on the chain of models, with the tool policy before every other plugin."""
        self._first = settings.models[0].name if settings.models else ""
        self._beside = beside
        self._chain = chain_of(settings.models, RULES, wrong_with)
        self._sessions = InMemorySessionService()
        tools = NAMES | REPOSITORY_TOOLS | DOCUMENTS
        policy = ToolPolicy({"collector": tools | {ANSWER_TOOL}}, writes=frozenset(), untrusted=tools)
        app = App(
            name=APP,
            root_agent=workflow_of(team_of(self._chain)),
            plugins=[policy, CallBudget(most=settings.max_reviews + 2), Journal()],
        )
        self._runner = Runner(app=app, session_service=self._sessions)
        self._limits = RunConfig(max_llm_calls=40)

    async def answer(
        self, turn: Turn, known: Remembered, parts: tuple[CrewSettings, Cluster, Desk]
    ) -> Reply | Proposal:
        """One turn from start to end; raises what its agents and tools raise."""
        settings, cluster, desk = parts
        language = turn.language or language_of(turn.text, known.language)
        work = Work(turn, settings, cluster, desk, known, language, manifests=self._beside.manifests)
        work.album = self._beside.album
        notes = Notes()
        account = Spending(turn.person or turn.author, settings.allowance, self._beside.purse)
        with ExitStack() as of_the_turn:
            of_the_turn.callback(WORK.reset, WORK.set(work))
            of_the_turn.callback(NOTES.reset, NOTES.set(notes))
            of_the_turn.callback(SPENDING.reset, SPENDING.set(account))
            await self._run(turn)
        if work.outcome is None:
            raise NoAnswer(APP)
        return self._traced(work.outcome, notes, work)

    async def close(self) -> None:
        """Give the connections to live models back."""
        await self._chain.close()

    async def _run(self, turn: Turn) -> None:
        """Run and always drain: what is left in the generator would keep its tasks alive."""
        session = await self._sessions.create_session(app_name=APP, user_id=PERSON, session_id=uuid.uuid4().hex)
        message = types.UserContent(parts=[types.Part(text=turn.text or "answers")])
        events = self._runner.run_async(
            user_id=PERSON, session_id=session.id, new_message=message, run_config=self._limits
        )
        try:
            async for _ in events:
                pass
        finally:
            await self._sessions.delete_session(app_name=APP, user_id=PERSON, session_id=session.id)

    def _traced(self, outcome: Reply | Proposal, notes: Notes, work: Work) -> Reply | Proposal:
        """The outcome with its trace; and with one sentence where the models that serve this thread changed."""
        before, now = work.known.served, served_as(notes.steps, self._first)
        update: dict[str, object] = {
            "understood": work.understood,
            "trace": tuple(_step(note) for note in notes.steps),
            "slots": {**outcome.slots, "served": now or before},
        }
        told = notice(before, now, notes.steps)
        if told:
            field = "notes" if isinstance(outcome, Proposal) else "sentences"
            update[field] = (*getattr(outcome, field), told)
        return outcome.model_copy(update=update)


def _step(note: Note) -> TraceStep:
    tokens_in, tokens_out, thoughts = (note.tokens(kind) for kind in ("in", "out", "thoughts"))
    return TraceStep(
        agent=note.agent,
        served_by=note.served_by,
        did=_DID.get(note.agent, note.agent),
        tools=tuple(tool for tool in note.tools if tool != ANSWER_TOOL),
        ms=round((max(note.ended, note.began) - note.began) * 1000, 2),
        tokens=tokens_in + tokens_out + thoughts,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        tokens_thoughts=thoughts,
        cost_eur=note.cost_eur,
        calls=len(note.spent),
        skipped=tuple(note.skipped),
        found=note.found,
        prompt=version_of(note.agent),
    )
