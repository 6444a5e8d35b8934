"""The running crew: one ADK app for the process, one short session a turn, and the trace of who did what."""

import uuid

from google.adk import Runner
from google.adk.agents import RunConfig
from google.adk.apps import App
from google.adk.sessions import InMemorySessionService
from google.genai import types

from agents.contracts import Desk, Proposal, Reply, TraceStep, Turn, Understood
from agents.models.building import RULES as RULES_LINK
from agents.models.building import chain_of
from agents.models.offline import ANSWER_TOOL
from agents.nodes.offline import RULES
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
from iac.errors import say
from iac.inventory import Cluster

APP = "threadform"
PERSON = "thread"
"""ADK's user is the thread, never the author: two people in one thread are one conversation."""

_DID = {
    "manager": "routed", "validator": "validated", "collector": "looked", "analyser": "placed",
    "drafter": "drafted", "reviewer": "reviewed", "refiner": "refined",
}  # fmt: skip


class Engine:
    """The agents, hired once. Turns may run at the same time; each has its own session, notes and work."""

    def __init__(self, settings: CrewSettings) -> None:
        """Hire everybody on the chain of models, with the tool policy before every other plugin."""
        self._is_live = bool(settings.models)
        self._sessions = InMemorySessionService()
        policy = ToolPolicy({"collector": NAMES | {ANSWER_TOOL}}, writes=frozenset(), untrusted=NAMES)
        app = App(
            name=APP,
            root_agent=workflow_of(team_of(chain_of(settings.models, RULES))),
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
        work = Work(turn, settings, cluster, desk, known, language)
        work_token, notes = WORK.set(work), Notes()
        notes_token = NOTES.set(notes)
        try:
            await self._run(turn)
        finally:
            WORK.reset(work_token)
            NOTES.reset(notes_token)
        if work.outcome is None:
            raise NoAnswer(APP)
        return self._traced(work.outcome, notes, work.understood)

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

    def _traced(self, outcome: Reply | Proposal, notes: Notes, understood: Understood | None) -> Reply | Proposal:
        """The outcome with its trace; and with one sentence where live models were asked for and did not answer."""
        update: dict[str, object] = {"understood": understood, "trace": tuple(_step(note) for note in notes.steps)}
        is_degraded = self._is_live and any(note.served_by == RULES_LINK for note in notes.steps)
        if is_degraded:
            field = "notes" if isinstance(outcome, Proposal) else "sentences"
            update[field] = (*getattr(outcome, field), say("crew.degraded"))
        return outcome.model_copy(update=update)


def _step(note: Note) -> TraceStep:
    return TraceStep(
        agent=note.agent,
        served_by=note.served_by,
        did=_DID.get(note.agent, note.agent),
        tools=tuple(tool for tool in note.tools if tool != ANSWER_TOOL),
        ms=round((max(note.ended, note.began) - note.began) * 1000, 2),
        tokens=note.tokens,
    )
