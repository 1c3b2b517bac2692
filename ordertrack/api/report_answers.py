"""What calls about reports answer: the figures of the report page, as numbers."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

from pydantic import BaseModel, Field

from ordertrack.rules.stages import LeftOut, Stage
from ordertrack.rules.state_machine import Fulfilment
from ordertrack.sla.measure.figures import Figures, Over, SlowOrder, Under
from ordertrack.sla.report.contents import Report

_TIMES = ("mean", "p50", "p90", "p95")
Seconds = Annotated[float | None, Field(description="Seconds, within 2 %; null where there are none.")]


class FiguresAnswer(BaseModel):
    """Of the times of one stage. `judged` of `count` had a target, and `in_target` of those met it.

    `left_out` says how many are doubtful, and why: they are in no other figure unless they were asked for.
    `again` were left and entered again; `cancelled` orders were called off late while the stage ran, and have
    no time, nor have those that a channel `skipped`. `drawn` began or ended at a time that a replay drew and
    nobody measured: they are in no other figure.
    """

    count: int
    mean: Seconds
    p50: Seconds
    p90: Seconds
    p95: Seconds
    at_least: Annotated[
        list[str],
        Field(description="Which of these times are known only to be longer, as are those over 36 hours."),
    ]
    at_most: Annotated[
        list[str],
        Field(description="Which of these times are known only to be shorter, as are those under 5 seconds."),
    ]
    judged: int
    in_target: int
    share: Annotated[float | None, Field(description="In target, 0 to 1; null where nothing had a target.")]
    left_out: dict[LeftOut, int]
    again: int
    cancelled: int
    skipped: int
    drawn: int

    @classmethod
    def of(cls, figures: Figures) -> FiguresAnswer:
        times = {name: getattr(figures, name) for name in _TIMES}
        return cls(
            count=figures.count,
            **{name: None if time is None else round(time, 3) for name, time in times.items()},
            at_least=[name for name, time in times.items() if isinstance(time, Over)],
            at_most=[name for name, time in times.items() if isinstance(time, Under)],
            judged=figures.judged,
            in_target=figures.in_target,
            share=None if figures.share is None else round(figures.share, 6),
            left_out={reason: figures.left_out.get(reason, 0) for reason in LeftOut},
            again=figures.again,
            cancelled=figures.cancelled,
            skipped=figures.walked,
            drawn=figures.drawn,
        )


class StageAnswer(BaseModel):
    """A stage in the chosen days, and on the same weekdays before them (`before` of the report).

    `compared` is the part of `now` to hold against it: of a day that still runs only the hours that are over.
    """

    stage: Stage
    now: FiguresAnswer
    compared: FiguresAnswer
    before: FiguresAnswer


class DaysAnswer(BaseModel):
    """Business days, both included."""

    from_: Annotated[dt.date, Field(serialization_alias="from")]
    to: dt.date


class ShiftAnswer(BaseModel):
    """`shift` is null for what began outside of all shifts."""

    shift: str | None
    figures: FiguresAnswer


class DayAnswer(BaseModel):
    """`day` is a business day."""

    day: dt.date
    figures: FiguresAnswer


class OfRestaurantAnswer(BaseModel):
    restaurant: str
    name: str
    figures: FiguresAnswer


class HourAnswer(BaseModel):
    """An hour on the restaurant's clock, 0 to 23, of a weekday of the business day: 0 is Monday."""

    weekday: int
    hour: int
    figures: FiguresAnswer


class NamedOrderAnswer(BaseModel):
    """An order, and how long its stage took; `left_out` says why that is doubtful."""

    id: uuid.UUID
    number: int
    restaurant: Annotated[str, Field(description="Its name.")]
    fulfilment: Fulfilment
    day: dt.date
    shift: str | None
    seconds: float
    left_out: LeftOut | None
    is_late: Annotated[bool, Field(description="Beyond its target.")]

    @classmethod
    def of(cls, order: SlowOrder) -> NamedOrderAnswer:
        return cls(
            id=order.order_id,
            number=order.number,
            restaurant=order.restaurant,
            fulfilment=order.fulfilment,
            day=order.business_date,
            shift=order.shift,
            seconds=round(order.seconds, 3),
            left_out=order.left_out,
            is_late=order.late_by is not None,
        )


class ReportAnswer(BaseModel):
    """The figures of the report page. All but `stages` are of the chosen `stage`.

    `as_of` is up to when everything that happened is in it; `is_behind` where that lags.
    """

    from_: Annotated[dt.date, Field(serialization_alias="from")]
    to: dt.date
    before: DaysAnswer
    stage: Stage
    fulfilment: Fulfilment | None
    doubtful: Annotated[str, Field(description="`in` where doubtful times were asked for, else `out`.")]
    as_of: dt.datetime | None
    is_behind: bool
    stages: list[StageAnswer]
    shifts: list[ShiftAnswer]
    days: list[DayAnswer]
    restaurants: list[OfRestaurantAnswer]
    hours: list[HourAnswer]
    slowest: list[NamedOrderAnswer]

    @classmethod
    def of(cls, report: Report) -> ReportAnswer:
        selection, figures = report.selection, FiguresAnswer.of
        return cls(
            from_=selection.first,
            to=selection.last,
            before=DaysAnswer(from_=selection.before.first, to=selection.before.last),
            stage=selection.stage,
            fulfilment=selection.fulfilment,
            doubtful="in" if selection.with_left_out else "out",
            as_of=report.as_of,
            is_behind=report.is_behind,
            stages=[
                StageAnswer(
                    stage=each.stage,
                    now=figures(each.now),
                    compared=figures(each.compared),
                    before=figures(each.before),
                )
                for each in report.stages
            ],
            shifts=[
                ShiftAnswer(shift=each.key or None, figures=figures(each.figures)) for each in report.shifts
            ],
            days=[
                DayAnswer(day=dt.date.fromisoformat(each.key), figures=figures(each.figures))
                for each in report.days
            ],
            restaurants=[
                OfRestaurantAnswer(restaurant=each.key, name=each.label, figures=figures(each.figures))
                for each in report.restaurants
            ],
            hours=[
                HourAnswer(weekday=each.weekday, hour=each.hour, figures=figures(each.figures))
                for each in report.heat
            ],
            slowest=[NamedOrderAnswer.of(each) for each in report.slowest],
        )
