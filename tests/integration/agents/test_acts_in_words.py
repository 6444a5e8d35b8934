"""Acts on machines that stand, asked for in words: what becomes of them, what is asked, what is never guessed."""

import pytest

from agents.contracts import Proposal
from agents.crew import AdkCrew, Beside, CrewSettings
from iac.acts import Deed, Kept
from iac.spec import Limits
from tests.integration.agents.world import Desk, Seen, Talk, crew, guest, keys

CLEAN, LATER = Kept("clean", taken_at=1.0), Kept("later", taken_at=2.0)


class Album:
    def __init__(self, *kept):
        self.kept = kept

    async def snapshots(self, guests):
        return {each.name: self.kept for each in guests}


def talk(*kept):
    db = guest(300, "db01", "pmox01", tags=("prod", "debian"))
    beside = Beside(album=Album(*kept))
    return Talk(AdkCrew(CrewSettings(Limits()), Seen(db), Desk(), beside))


@pytest.mark.parametrize(
    ("text", "deed"),
    [
        ("start old01", Deed("start", "old01")),
        ("démarre old01 stp", Deed("start", "old01")),
        ("stop db01", Deed("shutdown", "db01")),
        ("éteins db01", Deed("shutdown", "db01")),
        ("force stop db01", Deed("stop", "db01")),
        ("arrête db01 de force", Deed("stop", "db01")),
        ("restart db01", Deed("reboot", "db01")),
        ("restart db01 immediately", Deed("reboot", "db01")),
        ("redémarre db01", Deed("reboot", "db01")),
        ("snapshot db01 and call it clean", Deed("snapshot_create", "db01", snapshot="clean")),
        ("prends un instantané de db01 nommé propre", Deed("snapshot_create", "db01", snapshot="propre")),
        ("take a snapshot of db01 with its memory", Deed("snapshot_create", "db01", has_memory=True)),
        ("roll back db01 to its snapshot", Deed("snapshot_rollback", "db01", snapshot="clean")),
        ("ramène db01 à son instantané", Deed("snapshot_rollback", "db01", snapshot="clean")),
        ("delete the snapshot of db01", Deed("snapshot_delete", "db01", snapshot="clean")),
        ("supprime l'instantané de db01", Deed("snapshot_delete", "db01", snapshot="clean")),
        ("move db01 to pmox03", Deed("migrate", "db01", "pmox03")),
        ("déplace db01 vers pmox03", Deed("migrate", "db01", "pmox03")),
        ("drain pmox02", Deed("drain", node="pmox02")),
        ("vide le noeud pmox02", Deed("drain", node="pmox02")),
        ("back up db01 now", Deed("backup", "db01")),
        ("sauvegarde db01 sur backup", Deed("backup", "db01", storage="backup")),
        ("enable HA on db01", Deed("ha_on", "db01")),
        ("retire db01 de la HA", Deed("ha_off", "db01")),
        ("protect db01 please", Deed("protect", "db01")),
        ("protège db01", Deed("protect", "db01")),
        ("lift the protection of db01", Deed("unprotect", "db01")),
        ("lève la protection de db01 stp", Deed("unprotect", "db01")),
    ],
)
async def test_an_act_in_words_becomes_one_deed(text, deed):
    proposal = await talk(CLEAN).proposal(text)
    assert (proposal.intent, proposal.acts, proposal.guests) == ("acts", (deed,), ())


async def test_several_acts_are_done_in_the_order_in_which_they_were_asked():
    proposal = await talk().proposal("snapshot db01 and call it clean, then restart it")
    assert proposal.acts == (Deed("snapshot_create", "db01", snapshot="clean"), Deed("reboot", "db01"))


async def test_acts_on_a_machine_of_production_go_by_the_rules_of_production():
    assert (await talk().proposal("restart db01")).environment == "prod"
    assert (await talk().proposal("restart web01")).environment == "dev"


@pytest.mark.parametrize(("text", "slot"), [("move db01 please", "to_node"), ("déplace db01 stp", "to_node")])
async def test_a_node_that_nobody_named_is_asked_for_and_the_answer_completes_the_act(text, slot):
    thread = talk()
    reply = await thread.reply(text)
    (question,) = reply.questions
    assert (question.slot, [c.value for c in question.choices]) == (slot, ["pmox02", "pmox03"])
    proposal = await thread.proposal(**{slot: "pmox03"})
    assert proposal.acts == (Deed("migrate", "db01", "pmox03"),)


async def test_a_machine_that_nobody_named_is_asked_for():
    thread = talk()
    reply = await thread.reply("restart the machine")
    assert [q.slot for q in reply.questions] == ["targets"]
    assert (await thread.proposal(targets="db01")).acts == (Deed("reboot", "db01"),)


async def test_which_of_several_snapshots_is_asked_and_never_guessed():
    thread = talk(CLEAN, LATER)
    reply = await thread.reply("roll back db01")
    (question,) = reply.questions
    assert (question.slot, [c.value for c in question.choices]) == ("snapshot_name", ["clean", "later"])
    assert (await thread.proposal(snapshot_name="later")).acts == (Deed("snapshot_rollback", "db01", snapshot="later"),)


@pytest.mark.parametrize(("text", "name"), [("roll back db01 to the latest snapshot", "later"),
                                            ("reviens au plus ancien instantané de db01", "clean")])  # fmt: skip
async def test_the_latest_and_the_oldest_snapshot_need_no_name(text, name):
    assert (await talk(CLEAN, LATER).proposal(text)).acts[0].snapshot == name


async def test_an_act_for_later_is_not_done_now():
    assert keys(await talk().reply("restart db01 tomorrow at 10:00")) == ["acts.later"]


async def test_what_is_asked_beside_acts_is_named_and_not_lost():
    proposal = await talk().proposal("restart db01 and give web01 8 cores")
    assert [note.key for note in proposal.notes] == ["acts.apart", "crew.heard.resize_vm"]


async def test_an_act_without_an_album_is_proposed_with_its_snapshot_open():
    thread = Talk(crew())
    assert isinstance(await thread.say("roll back web01"), Proposal)


@pytest.mark.parametrize("text", ["list the snapshots of db01", "quels sont les instantanés de db01 ?"])
async def test_the_snapshots_of_a_machine_are_listed(text):
    assert keys(await talk(CLEAN, LATER).reply(text)) == ["acts.snapshots", "acts.snapshot", "acts.snapshot"]
    assert keys(await talk().reply(text)) == ["acts.no_snapshots"]


@pytest.mark.parametrize("text", ["how do I protect db01?", "protect db01 with HA", "protect everything"])
async def test_other_ways_to_protect_are_not_taken_for_the_flag(text):
    result = await talk().say(text)
    assert not isinstance(result, Proposal) or result.acts[0].verb != "protect"


@pytest.mark.parametrize("text", ["console of web01", "give me the console of web01", "ouvre la console de web01 stp"])
async def test_a_console_is_a_link_into_the_page_of_the_cluster(text):
    reply = await Talk(crew(page="https://pve.example.net:8006")).reply(text)
    (line,) = reply.sentences
    link = "https://pve.example.net:8006/?console=kvm&novnc=1&vmid=200&vmname=web01&node=pmox02&resize=off"
    assert (line.key, line.values["link"]) == ("acts.console", link)
    assert keys(await talk().reply(text)) == ["acts.no_console"]
