"""A menu as a document: what the API takes and answers, and what is exported and imported as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ordertrack.menu.checks import (
    LONGEST_NAME,
    LONGEST_SKU,
    LONGEST_STATION,
    LONGEST_TO_PREPARE,
    MOST_CATEGORIES,
    MOST_DISHES,
    MOST_GROUPS,
    MOST_MODIFIERS,
    MOST_PRICE,
)
from ordertrack.menu.dishes import Category, Dish, Menu, Modifier, ModifierGroup, Names

Word = Annotated[str, Field(min_length=1, max_length=LONGEST_SKU, description="Letters, digits, . - and _.")]
Price = Annotated[int, Field(ge=0, le=MOST_PRICE, description="In minor units of the company's currency.")]


class _Part(BaseModel):
    """Nothing in it is passed over."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NamesRequest(_Part):
    """Names by language, one at the least."""

    en: Annotated[str | None, Field(min_length=1, max_length=LONGEST_NAME)] = None
    fr: Annotated[str | None, Field(min_length=1, max_length=LONGEST_NAME)] = None
    ar: Annotated[str | None, Field(min_length=1, max_length=LONGEST_NAME)] = None

    def to_names(self) -> Names:
        return self.model_dump(exclude_none=True)


class CategoryRequest(_Part):
    """A part of the menu; dishes name it by its key."""

    key: Word
    names: NamesRequest

    def to_category(self) -> Category:
        return Category(self.key, self.names.to_names())


class OptionRequest(_Part):
    """What can be chosen with a dish, and what it costs on top."""

    names: NamesRequest
    price: Price = 0

    def to_modifier(self) -> Modifier:
        return Modifier(self.names.to_names(), self.price)


class ModifiersRequest(_Part):
    """A group of options: of these `one`, or as `many` as somebody likes; `required`: one at the least."""

    names: NamesRequest
    choose: Literal["one", "many"] = "many"
    required: bool = False
    options: Annotated[list[OptionRequest], Field(min_length=1, max_length=MOST_MODIFIERS)]

    def to_group(self) -> ModifierGroup:
        options = tuple(option.to_modifier() for option in self.options)
        return ModifierGroup(self.names.to_names(), options, self.choose, self.required)


class DishRequest(_Part):
    """A dish that is offered. Without `station` the words of a restaurant's stations say where it is made."""

    sku: Word
    names: NamesRequest
    category: Annotated[Word | None, Field(description="The key of a category.")] = None
    station: Annotated[str | None, Field(min_length=1, max_length=LONGEST_STATION)] = None
    price: Price | None = None
    prepare_seconds: Annotated[int | None, Field(ge=1, le=LONGEST_TO_PREPARE)] = None
    modifiers: Annotated[list[ModifiersRequest], Field(max_length=MOST_GROUPS, default_factory=list)]
    sold_out: Annotated[
        bool | None,
        Field(description="Whether `restaurant` has no more of it until its next business day begins."),
    ] = None

    def to_dish(self) -> Dish:
        return Dish(
            self.sku,
            self.names.to_names(),
            self.category,
            self.station,
            self.price,
            self.prepare_seconds,
            tuple(group.to_group() for group in self.modifiers),
        )


class MenuRequest(_Part):
    """The whole menu in its order: what it does not name is withdrawn. As it is answered it can be sent.

    Without `categories` they stay as they are; without `sold_out` a dish stays as it is in that.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "categories": [{"key": "grill", "names": {"en": "Grill", "ar": "مشاوي"}}],
                    "items": [
                        {
                            "sku": "kebab",
                            "names": {"en": "Kebab", "ar": "كباب"},
                            "category": "grill",
                            "price": 950,
                            "prepare_seconds": 720,
                        }
                    ],
                }
            ]
        }
    )

    items: Annotated[list[DishRequest], Field(max_length=MOST_DISHES)]
    categories: Annotated[list[CategoryRequest] | None, Field(max_length=MOST_CATEGORIES)] = None
    currency: Annotated[str | None, Field(description="The company's; another one is refused.")] = None
    restaurant: Annotated[str | None, Field(description="The slug of the one that `sold_out` is of.")] = None

    def to_menu(self, before: Menu) -> Menu:
        """The menu to be, where this one was."""
        categories = before.categories
        if self.categories is not None:
            categories = tuple(each.to_category() for each in self.categories)
        return Menu(categories, tuple(item.to_dish() for item in self.items))

    @property
    def sold_out(self) -> Mapping[str, bool]:
        """By sku, of those that say so."""
        return {item.sku: item.sold_out for item in self.items if item.sold_out is not None}


def document_of(menu: Menu, currency: str, restaurant: str | None = None) -> dict[str, Any]:
    """The menu as `MenuRequest` takes it; `restaurant` is the one that the menu was asked of."""
    return {
        "restaurant": restaurant,
        "currency": currency,
        "categories": [{"key": each.key, "names": dict(each.names)} for each in menu.categories],
        "items": [_item(dish, is_of_restaurant=restaurant is not None) for dish in menu.dishes],
    }


def _item(dish: Dish, *, is_of_restaurant: bool) -> dict[str, Any]:
    return {
        "sku": dish.sku,
        "names": dict(dish.names),
        "category": dish.category,
        "station": dish.station,
        "price": dish.price,
        "prepare_seconds": dish.prepare_seconds,
        "modifiers": [
            {
                "names": dict(group.names),
                "choose": group.choose,
                "required": group.is_required,
                "options": [{"names": dict(each.names), "price": each.price} for each in group.modifiers],
            }
            for group in dish.modifier_groups
        ],
        "sold_out": dish.is_sold_out if is_of_restaurant else None,
    }
