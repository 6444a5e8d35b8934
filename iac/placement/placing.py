"""Choose the nodes: ask every node, keep those that break no limit, take the best. Deterministic and pure."""

from collections.abc import Iterator, Sequence

from iac.errors import Refused, Sentence, say
from iac.inventory import Inventory
from iac.placement.effects import effects
from iac.placement.ground import Held, ground_of, held_of
from iac.placement.party import Party, party_of
from iac.placement.resilience import Loss, losses
from iac.placement.trying import Choice, Order, Site, attempt, by_balance, by_score, by_tightness
from iac.placement.values import ANYWHERE, Bounds, Claim, NothingFits, Placement
from iac.spec import GuestSpec


def place(
    spec: GuestSpec, inventory: Inventory, *, claims: Sequence[Claim] = (), bounds: Bounds = ANYWHERE
) -> Placement:
    """The best node for one guest, with its storage, network and template; see ``place_all``."""
    return place_all([spec], inventory, claims, bounds)[0]


def place_all(
    specs: Sequence[GuestSpec], inventory: Inventory, claims: Sequence[Claim] = (), bounds: Bounds = ANYWHERE
) -> tuple[Placement, ...]:
    """One placement a guest, in the order asked; the order itself changes nothing about where they go.

    Hard limits: the cluster has a quorum; the node is online, not in maintenance, one of those that ``bounds``
    allow and the one wished for, if any; it is where the guests are that were named as neighbours, and not where
    those are that were named to be kept away from; its processor gives the type asked for, and the devices asked
    for are there and free; it has at least as many CPU threads as cores are asked for; memory is never
    overcommitted (``room``); an active storage that holds images is reached from it, shared where HA is asked for,
    and stays under its fill limit; the network is there; the template lives there or lies wholly on shared storage.

    Among the nodes that pass, the highest score (``scoring``) wins. The largest guest is placed first; each holds
    its room against those after it; those to be spread go where the fewest of them are. Where the score leaves one
    of them without a node, they are packed tightly instead; where it leaves the cluster unable to lose a node and an
    even spread of memory does not, that is taken. Raises ``NothingFits`` with every node's reason, ``Refused``
    otherwise.
    """
    if not specs:
        return ()
    site, held, party = Site(ground_of(inventory), bounds), held_of(claims), party_of(specs)
    _check(specs, site, held)
    choices, lost, reason = _choices(party, site, held)
    held = held.plus(*(choice.claim for choice in choices))
    placed = {choice.question.spec.name: choice for choice in choices}
    return tuple(
        _placement(placed[spec.name], reason, effects(site.ground, held, placed[spec.name].best.fit, lost))
        for spec in specs
    )


def claim_of(spec: GuestSpec, placement: Placement) -> Claim:
    """The room that a placed guest holds until a reading shows it."""
    sizes = spec.cores, spec.memory_mb, placement.storage, spec.disk_gb
    return Claim(placement.node, *sizes, spec.name, spec.devices)


def _choices(party: Party, site: Site, held: Held) -> tuple[list[Choice], Sequence[Loss], str]:
    """The choices, what may not fail with them, and the key of why they were made so where it was not the score."""
    first, key = _attempt(party, site, held, by_score), ""
    if isinstance(first, NothingFits):
        packed = _attempt(party, site, held, by_tightness) if len(party.units) > 1 else first
        if isinstance(packed, NothingFits):
            raise first
        first, key = packed, "place.for_all"
    lost = _lost(site, held, first)
    even = _attempt(party, site, held, by_balance) if lost and not key else None
    if isinstance(even, list) and not _lost(site, held, even):
        return even, (), "place.for_spare"
    return first, lost, key


def _attempt(party: Party, site: Site, held: Held, order: Order) -> list[Choice] | NothingFits:
    try:
        return attempt(party, site, held, order)
    except NothingFits as no:
        return no


def _lost(site: Site, held: Held, choices: Sequence[Choice]) -> tuple[Loss, ...]:
    return losses(site.ground, held.plus(*(choice.claim for choice in choices)))


def _check(specs: Sequence[GuestSpec], site: Site, held: Held) -> None:
    """What rules out every node at once: no quorum, no nodes, a template or a neighbour that nobody knows."""
    ground, inventory = site.ground, site.ground.inventory
    if not inventory.is_quorate:
        raise Refused("place.no_quorum", cluster=inventory.cluster)
    if not inventory.nodes:
        raise Refused("place.no_nodes", cluster=inventory.cluster)
    known = {*ground.homes, *held.homes, *(spec.name for spec in specs)}
    for spec in specs:
        if spec.template not in ground.templates:
            names = tuple(dict.fromkeys(g.name for g in inventory.templates))
            raise Refused("place.unknown_template", template=spec.template, templates=names)
        for guest in (*spec.near, *spec.apart):
            if guest not in known:
                raise Refused("place.unknown_neighbour", name=spec.name, guest=guest)


def _placement(choice: Choice, key: str, after: tuple[Sentence, ...]) -> Placement:
    best, verdicts = choice.best.fit, choice.verdicts
    return Placement(
        node=best.node.name,
        storage=best.storage.name,
        network=best.network.name,
        template=best.template,
        reasons=_reasons(choice, verdicts[0].reason, key),
        verdicts=verdicts,
        effects=after,
    )


def _reasons(choice: Choice, score: Sentence, key: str) -> tuple[Sentence, ...]:
    """Why this node, what its score says, where the template lies, what the wishes came to, what was not measured."""
    best, spec = choice.best.fit, choice.question.spec
    near = "place.template_here" if best.template.node == best.node.name else "place.template_shared"
    template = say(near, template=best.template.name, node=best.node.name, template_node=best.template.node)
    return _chosen(choice, key), score, template, *_kept(spec, best.node.name), *_unmeasured(choice)


def _chosen(choice: Choice, key: str) -> Sentence:
    node, able = choice.best.node, 1 + len(choice.others)
    if choice.is_joined:
        return say("place.joined", node=node)
    if choice.question.spec.node is not None:
        return say("place.wished", node=node)
    if any(verdict.reason.key == "place.spread" for verdict in choice.ruled_out):
        return say("place.for_spread", node=node)
    if key and choice.others:
        return say(key, node=node)
    return say("place.best_of", node=node, count=able)


def _kept(spec: GuestSpec, node: str) -> Iterator[Sentence]:
    """The wishes that were kept; high availability may later move a guest that nothing in Proxmox VE ties down."""
    if spec.near:
        yield say("place.near", node=node, guests=spec.near)
    if spec.apart:
        yield say("place.apart", node=node, guests=spec.apart)
    if spec.devices:
        yield say("place.devices", node=node, devices=spec.devices)
    if spec.is_ha and (spec.near or spec.apart):
        yield say("place.ha_may_move", name=spec.name)
    if spec.is_ha and spec.devices:
        yield say("place.ha_device", name=spec.name, devices=spec.devices)


def _unmeasured(choice: Choice) -> tuple[Sentence, ...]:
    return choice.question.ground.inventory.signals.missing
