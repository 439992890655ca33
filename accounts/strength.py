"""How good a password is, by the rule the server will apply: the meter and the refusal agree."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User

MAX_LENGTH = 1000
# Characters from which a refused password counts as a beginning.
ALMOST = 6
WORDS = (
    gettext_lazy("Not enough yet"),
    gettext_lazy("Nearly there"),
    gettext_lazy("Good"),
    gettext_lazy("Strong"),
    gettext_lazy("Very strong"),
)


class MaximumLengthValidator:
    """Refuses a password that is a document: each try of it would cost a long hash."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) > MAX_LENGTH:
            raise ValidationError(_("A password has at most 1,000 characters."), "too_long")

    def get_help_text(self) -> str:
        return _("At most 1,000 characters.")


@dataclass(frozen=True)
class Strength:
    """`score` 0 to 4: 0 and 1 are refused, for the reasons in `messages`; the others are taken."""

    ok: bool
    messages: tuple[str, ...]
    score: int
    word: str

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def strength_of(password: str, *, user: User) -> Strength:
    """Judge a password for this person, saved or not: her e-mail and pen name count against it."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        score = int(len(error.messages) == 1 and len(password) >= ALMOST)
        return Strength(False, tuple(error.messages), score, str(WORDS[score]))
    variety = len(set(password))
    score = 2 + (len(password) >= 14 and variety >= 8) + (len(password) >= 18 and variety >= 10)
    return Strength(True, (), score, str(WORDS[score]))
