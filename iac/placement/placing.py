"""Choose a node: ask every node, keep those that break no limit, take the best score. Deterministic and pure."""

from collections.abc import Sequence

from iac.errors import Refused, Sentence, say
from iac.inventory import Inventory
from iac.placement.effects import effects
from iac.placement.fitting import Fit, Question, fit
from iac.placement.scoring import score, why
from iac.placement.values import ANYWHERE, Bounds, Claim, NothingFits, Placement, Verdict
from iac.spec import GuestSpec


def place(
    spec: GuestSpec, inventory: Inventory, *, claims: Sequence[Claim] = (), bounds: Bounds = ANYWHERE
) -> Placement:
    """The best node for one guest, with its storage, network and template.

    Hard limits: the cluster has a quorum; the node is online, not in maintenance, one of those that ``bounds``
    allow and the one wished for, if any;
    it has at least as many CPU threads as cores are asked for; memory is never overcommitted (``room``); an active
    storage that holds images is reached from it, shared where HA is asked for, and stays under its fill limit;
    the network is there; the template lives there or lies wholly on shared storage. Among the nodes that pass,
    the highest score (``scoring``) wins. Raises ``NothingFits`` with every node's reason, ``Refused`` otherwise.
    """
    _check_cluster(spec, inventory)
    question = Question(spec, inventory, tuple(claims), bounds)
    answers = [(node, fit(question, node)) for node in sorted(inventory.nodes, key=lambda n: n.name)]
    fits = [answer for _, answer in answers if isinstance(answer, Fit)]
    ruled_out = tuple(Verdict(node.name, None, answer) for node, answer in answers if isinstance(answer, Sentence))
    if not fits:
        raise _nothing_fits(spec, ruled_out)
    scored = sorted(
        ((score(f, spec, question.claims), f) for f in fits), key=lambda pair: (-pair[0], pair[1].node.name)
    )
    verdicts = tuple(Verdict(f.node.name, points, why(f, spec, points)) for points, f in scored) + ruled_out
    return _placement(question, scored[0][1], verdicts)


def place_all(
    specs: Sequence[GuestSpec], inventory: Inventory, claims: Sequence[Claim] = (), bounds: Bounds = ANYWHERE
) -> tuple[Placement, ...]:
    """One placement a guest, in the order asked; each one placed holds its room against those after it."""
    held, placed = list(claims), list[Placement]()
    for spec in specs:
        placement = place(spec, inventory, claims=held, bounds=bounds)
        placed.append(placement)
        held.append(claim_of(spec, placement))
    return tuple(placed)


def claim_of(spec: GuestSpec, placement: Placement) -> Claim:
    """The room that a placed guest holds until a reading shows it."""
    return Claim(placement.node, spec.cores, spec.memory_mb, placement.storage, spec.disk_gb)


def _check_cluster(spec: GuestSpec, inventory: Inventory) -> None:
    if not inventory.is_quorate:
        raise Refused("place.no_quorum", cluster=inventory.cluster)
    if not inventory.nodes:
        raise Refused("place.no_nodes", cluster=inventory.cluster)
    if not any(spec.template in (g.name, str(g.vmid)) for g in inventory.templates):
        known = tuple(dict.fromkeys(g.name for g in inventory.templates))
        raise Refused("place.unknown_template", template=spec.template, templates=known)


def _nothing_fits(spec: GuestSpec, verdicts: tuple[Verdict, ...]) -> NothingFits:
    return NothingFits(
        "place.nothing_fits",
        verdicts,
        guest=spec.name,
        cores=spec.cores,
        memory_gb=round(spec.memory_mb / 1024, 1),
        disk_gb=spec.disk_gb,
        count=len(verdicts),
    )


def _placement(question: Question, best: Fit, verdicts: tuple[Verdict, ...]) -> Placement:
    return Placement(
        node=best.node.name,
        storage=best.storage.name,
        network=best.network.name,
        template=best.template,
        reasons=_reasons(question.spec, best, verdicts),
        verdicts=verdicts,
        effects=effects(question, best),
    )


def _reasons(spec: GuestSpec, best: Fit, verdicts: tuple[Verdict, ...]) -> tuple[Sentence, ...]:
    able = sum(1 for v in verdicts if v.score is not None)
    choice = (
        say("place.wished", node=best.node.name)
        if spec.node is not None
        else say("place.best_of", node=best.node.name, count=able)
    )
    near = "place.template_here" if best.template.node == best.node.name else "place.template_shared"
    template = say(near, template=best.template.name, node=best.node.name, template_node=best.template.node)
    return choice, verdicts[0].reason, template
