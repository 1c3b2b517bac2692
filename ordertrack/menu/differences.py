"""What of a menu is another than it was: for who looks before saving, and for who asks afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ordertrack.menu.dishes import Category, Dish, Menu


@dataclass(frozen=True)
class Difference:
    """What comes of a menu by saving another one."""

    before: Menu
    after: Menu

    @cached_property
    def added(self) -> list[Dish]:
        """What is offered and was not; also what had been withdrawn."""
        return [dish for dish in self.after.dishes if not self._was_offered(dish)]

    @cached_property
    def changed(self) -> list[tuple[Dish, Dish]]:
        """What is offered as it was not, each as it was and as it is."""
        pairs = ((self.before.by_sku.get(dish.sku), dish) for dish in self.after.dishes)
        return [(was, now) for was, now in pairs if was is not None and was.is_offered and was != now]

    @cached_property
    def withdrawn(self) -> list[Dish]:
        """What is offered no more."""
        still = {dish.sku for dish in self.after.dishes}
        return [dish for dish in self.before.dishes if dish.sku not in still]

    @property
    def unchanged(self) -> int:
        """How many dishes stay as they were."""
        return len(self.after.dishes) - len(self.added) - len(self.changed)

    @cached_property
    def categories_added(self) -> list[Category]:
        return [each for each in self.after.categories if each.key not in self._keys_before]

    @cached_property
    def categories_changed(self) -> list[tuple[Category, Category]]:
        """What is called otherwise now, each as it was and as it is."""
        before = {each.key: each for each in self.before.categories}
        pairs = ((before.get(each.key), each) for each in self.after.categories)
        return [(was, now) for was, now in pairs if was is not None and was != now]

    @cached_property
    def categories_removed(self) -> list[Category]:
        still = {each.key for each in self.after.categories}
        return [each for each in self.before.categories if each.key not in still]

    @property
    def is_reordered(self) -> bool:
        """Whether what was there and still is stands in another order."""
        return self._moved_dishes or self._moved_categories

    def __bool__(self) -> bool:
        """Whether anything is another."""
        return bool(
            self.added
            or self.changed
            or self.withdrawn
            or self.categories_added
            or self.categories_changed
            or self.categories_removed
            or self.is_reordered
        )

    @property
    def _keys_before(self) -> set[str]:
        return {each.key for each in self.before.categories}

    @property
    def _moved_categories(self) -> bool:
        before, after = ([each.key for each in menu.categories] for menu in (self.before, self.after))
        return [key for key in before if key in after] != [key for key in after if key in before]

    @property
    def _moved_dishes(self) -> bool:
        """Among those that stay in their category: what changes it is changed, and moves nobody else."""
        stays = {
            dish.sku
            for dish in self.after.dishes
            if self._was_offered(dish) and self.before.by_sku[dish.sku].category == dish.category
        }
        by_category = [
            [
                [dish.sku for dish in menu.of_category(key) if dish.sku in stays]
                for key in (*(each.key for each in self.after.categories), None)
            ]
            for menu in (self.before, self.after)
        ]
        return by_category[0] != by_category[1]

    def _was_offered(self, dish: Dish) -> bool:
        was = self.before.by_sku.get(dish.sku)
        return was is not None and was.is_offered
