"""Which moves somebody may make on an assignment now: found by asking the decider itself, so that no button lies."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias, get_args

from services.intake.domain import assignment_commands as commands
from services.intake.domain.assignment import State, Unassigned, assignment
from services.intake.domain.levels import LEVELS, SENDS_DOWN_TO, Level, Official, Owner
from shared.access.rights import Action
from shared.eventsourcing.decider import Refusal
from shared.eventsourcing.sealed import Sealed

Move: TypeAlias = Literal[
    "start",
    "object",
    "settle",
    "up",
    "across",
    "delay",
    "grant",
    "decline",
    "down",
    "offer",
    "accept_offer",
    "decline_offer",
    "withdraw_offer",
    "ask_co_handler",
    "accept_part",
    "refuse_part",
    "arrive",
    "finish_part",
    "waive_part",
    "finish",
    "check",
    "reopen",
]
MOVES: Final[tuple[Move, ...]] = get_args(Move)
_DIRECTING: Final[frozenset[Move]] = frozenset(
    {
        "settle",
        "grant",
        "decline",
        "down",
        "offer",
        "accept_offer",
        "decline_offer",
        "withdraw_offer",
        "check",
        "reopen",
    }
)
_NOBODY: Final = "-"
"""An account that is nobody's, for a move that names somebody."""


def action_of(move: Move) -> Action:
    return "report.direct" if move in _DIRECTING else "report.handle"


def possible(state: State, by: Official, now: datetime) -> list[Move]:
    """The moves that would store something; who and when a move names is still to be chosen, and may be refused."""
    if isinstance(state, Unassigned):
        return []
    matter, words = state.matter, Sealed(of=_NOBODY, box="s1.")
    station, level = matter.owner.station, matter.owner.level
    beside = Official(account=_NOBODY, level=level, station=station, community=matter.community)
    lower = next((each for each in reversed(LEVELS) if each in SENDS_DOWN_TO[by.level]), by.level)
    longer = max(now, matter.due.until if matter.due is not None else now) + timedelta(days=1)
    parts = [account for account, part in matter.parts.items() if part in ("asked", "accepted", "on_site")]
    asked: Mapping[Move, Callable[[], commands.Command]] = {
        "start": lambda: commands.StartHandling(by=by, now=now),
        "object": lambda: commands.ObjectNotOurs(reason=words, by=by, now=now),
        "settle": lambda: commands.SettleObjection(to=None, reason=words, by=by, now=now),
        "up": lambda: commands.AskStep(step="up", reason=words, by=by, now=now),
        "across": lambda: commands.AskStep(step="across", reason=words, to=beside, by=by, now=now),
        "delay": lambda: commands.AskStep(step="delay", reason=words, until=longer, by=by, now=now),
        "grant": lambda: commands.GrantStep(reason=words, by=by, now=now),
        "decline": lambda: commands.DeclineStep(reason=words, by=by, now=now),
        "down": lambda: commands.SendDown(to=_somebody(lower, station), reason=words, by=by, now=now),
        "offer": lambda: commands.ProposeHandover(to_station=_NOBODY, reason=words, by=by, now=now),
        "accept_offer": lambda: commands.AcceptHandover(
            to=Owner(station=by.station, level="station"), reason=words, by=by, now=now
        ),
        "decline_offer": lambda: commands.DeclineHandover(reason=words, by=by, now=now),
        "withdraw_offer": lambda: commands.WithdrawHandover(reason=words, by=by, now=now),
        "ask_co_handler": lambda: commands.AskCoHandler(official=beside, task=words, by=by, now=now),
        "accept_part": lambda: commands.AcceptCoHandling(by=by, now=now),
        "refuse_part": lambda: commands.RefuseCoHandling(reason=words, by=by, now=now),
        "arrive": lambda: commands.ArriveOnSite(by=by, now=now),
        "finish_part": lambda: commands.FinishCoHandling(note=words, by=by, now=now),
        "waive_part": lambda: commands.WaiveCoHandling(
            account=parts[0] if parts else _NOBODY, reason=words, by=by, now=now
        ),
        "finish": lambda: commands.FinishHandling(outcome="solved", answered=True, result=words, by=by, now=now),
        "check": lambda: commands.CheckHandling(passed=True, reason=words, by=by, now=now),
        "reopen": lambda: commands.ReopenHandling(reason=words, due=None, by=by, now=now),
    }
    return [move for move in MOVES if _moves(state, asked[move]())]


def _somebody(level: Level, station: str) -> Official:
    return Official(account=_NOBODY, level=level, station=station)


def _moves(state: State, command: commands.Command) -> bool:
    try:
        return bool(assignment.decide(command, state))
    except Refusal:
        return False
