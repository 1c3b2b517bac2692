"""What calls about the menu answer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field


class NamesAnswer(BaseModel):
    """Names by language; null where there is none in it."""

    en: str | None = None
    fr: str | None = None
    ar: str | None = None


class CategoryAnswer(BaseModel):
    """A part of the menu."""

    key: str
    names: NamesAnswer


class OptionAnswer(BaseModel):
    """What can be chosen with a dish, and what it costs on top, in minor units."""

    names: NamesAnswer
    price: int


class ModifiersAnswer(BaseModel):
    """A group of options: of these `one`, or as `many` as somebody likes; `required`: one at the least."""

    names: NamesAnswer
    choose: Literal["one", "many"]
    required: bool
    options: list[OptionAnswer]


class DishAnswer(BaseModel):
    """A dish that is offered; its price is in minor units of the company's currency."""

    sku: str
    names: NamesAnswer
    category: Annotated[str | None, Field(description="The key of a category.")]
    station: Annotated[str | None, Field(description="Null: the words of a restaurant's stations say where.")]
    price: int | None
    prepare_seconds: int | None
    modifiers: list[ModifiersAnswer]
    sold_out: Annotated[bool | None, Field(description="In the restaurant that was asked about, if any was.")]


class MenuAnswer(BaseModel):
    """The menu in its order. It can be sent as it is answered."""

    items: list[DishAnswer]
    categories: list[CategoryAnswer]
    currency: str
    restaurant: str | None
