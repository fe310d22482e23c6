"""Whatever may be asked of a household, of visits to somebody in need, and of a matter of dogs."""

from datetime import date, timedelta
from typing import get_args

from hypothesis import strategies as st

from services.intake.domain import care, dog, household
from shared.law.here import Here
from tests.unit.intake import test_care as c
from tests.unit.intake import test_dog as g
from tests.unit.intake import test_household as h
from tests.unit.intake.desk import MONDAY, changed

days = st.integers(-40, 3).map(lambda number: date(2026, 11, 23) + timedelta(days=number))
times = st.integers(-10, 5_000).map(lambda hours: MONDAY + timedelta(hours=hours))
heres = st.sampled_from([Here(), h.XINXIANG])
ids = st.sampled_from(["1", "2"])
reasons = st.none() | st.just(g.REASON)

of_household: st.SearchStrategy[household.Command] = st.one_of(
    st.builds(
        lambda check, findings, on, here: changed(h.check, check=check, findings=findings, on=on, here=here),
        ids,
        st.sampled_from([h.LET, h.OVERFULL, household.Findings(occupied_by="owner")]),
        days,
        heres,
    ),
    st.builds(lambda on: changed(h.refuse, on=on), days),
    st.builds(lambda side, on: changed(h.tell, side=side, on=on), st.sampled_from(get_args(household.Side)), days),
    st.builds(lambda yes, on: changed(h.recheck, put_right=yes, on=on), st.booleans(), days),
    st.builds(lambda why, on: changed(h.hand_over, reason=why, on=on), reasons, days),
)
of_care: st.SearchStrategy[care.Command] = st.one_of(
    st.builds(lambda until: changed(c.agree, until=until), days),
    st.builds(
        lambda visit, outcome, on: changed(c.visit, visit=visit, outcome=outcome, on=on),
        ids,
        st.sampled_from(get_args(care.Outcome)),
        days,
    ),
    st.builds(lambda why, now: changed(c.expire, why=why, now=now), st.sampled_from(get_args(care.Why)), times),
)
of_dog: st.SearchStrategy[dog.Command] = st.one_of(
    st.builds(lambda kind: changed(g.open_matter, kind=kind), st.sampled_from(get_args(dog.Kind))),
    st.builds(lambda on, here: changed(g.advise, on=on, here=here), days, heres),
    st.builds(lambda on, why: changed(g.warn, on=on, reason=why), days, reasons),
    st.builds(lambda on, why: changed(g.hand_over, on=on, reason=why), days, reasons),
    st.builds(lambda on: changed(g.close, on=on), days),
)
