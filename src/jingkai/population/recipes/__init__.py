"""How facts of a synthetic entity follow from one another: recipes, read from files beside."""

from jingkai.population.recipes.book import RecipeBook, energy_recipe, recipe_book

__all__ = ["RecipeBook", "energy_recipe", "recipe_book"]
