"""Whatever may be asked of an order of the hotline, and of what is handed over between it and 110."""

from typing import get_args

from hypothesis import strategies as st

from services.intake.domain import custody, order
from shared.law.here import Here
from tests.unit.intake import order_desk as d

times = st.integers(-10, 400).map(lambda hours: d.after(hours=hours))
heres = st.sampled_from([d.NATION, d.WEIFANG, d.CONFIRMED, Here(jurisdiction="110000")])
people = st.sampled_from([d.OFFICER, d.LEADER])
yes_or_no = st.booleans()

of_order: st.SearchStrategy[order.Command] = st.one_of(
    st.builds(
        lambda now, digest, direct: d.receive(now=now, digest=digest, direct=direct),
        times,
        st.sampled_from(["d1", "d2"]),
        yes_or_no,
    ),
    st.builds(order.AcceptOrder, by=people, now=times),
    st.builds(d.object_to, times, heres),
    st.builds(d.ask_extension, times, times, heres),
    st.builds(d.decide_extension, people, yes_or_no),
    st.builds(lambda now: d.finish.model_copy(update={"now": now}), times),
    st.builds(d.call_back, yes_or_no),
    st.builds(lambda yes: d.reopen.model_copy(update={"approved": yes}), yes_or_no),
    st.builds(
        d.update, st.sampled_from(get_args(order.UpdateKind)), st.sampled_from("uvwxyz"), times, st.none() | times
    ),
    st.builds(d.mark, times, st.sampled_from(get_args(order.ClockName)), heres),
)
of_custody: st.SearchStrategy[custody.Command] = st.one_of(
    st.builds(d.propose, times),
    st.builds(d.answer, yes_or_no, st.sampled_from(["", "a", "b"]), times),
    st.builds(lambda now: d.withdraw.model_copy(update={"now": now}), times),
    st.builds(lambda now: d.call.model_copy(update={"now": now}), times),
    st.builds(custody.EndUnanswered, now=times),
)
