"""What an operator decides about language models: what they cost, and how much of them may be used."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from pydantic import BaseModel, ConfigDict, Field


class ModelPriceSetting(BaseModel):
    """What a million tokens cost, in EUR: those that are read, and those that are said or thought."""

    model_config = ConfigDict(extra="forbid")

    input: float = Field(ge=0)
    output: float = Field(ge=0)


class ModelBudgetSetting(BaseModel):
    """The most that live models may take: for one request, for one person a month, and for everybody a month.

    Tokens are all that are read, said and thought; money is counted in EUR. What is not named has no bound.
    """

    model_config = ConfigDict(extra="forbid")

    request_tokens: int | None = Field(None, ge=0)
    request_eur: float | None = Field(None, ge=0)
    person_tokens: int | None = Field(None, ge=0)
    person_eur: float | None = Field(None, ge=0)
    month_tokens: int | None = Field(None, ge=0)
    month_eur: float | None = Field(None, ge=0)

    @property
    def counts_money(self) -> bool:
        """Whether any bound is one of money: then every model needs a price."""
        return any(bound is not None for bound in (self.request_eur, self.person_eur, self.month_eur))


def price_of(model: str, book: Mapping[str, ModelPriceSetting]) -> ModelPriceSetting | None:
    """The price of a model: under its name, else under the longest pattern that fits (``gemini-2.5-*``)."""
    fitting = sorted((name for name in book if fnmatchcase(model, name)), key=len)
    return book.get(model) or (book[fitting[-1]] if fitting else None)


def without_price(models: Iterable[str], book: Mapping[str, ModelPriceSetting]) -> list[str]:
    """The models that nobody has said the price of."""
    return [model for model in models if price_of(model, book) is None]
