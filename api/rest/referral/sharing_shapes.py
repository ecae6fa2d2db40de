"""What `/v1/referrals` takes and answers about codes and invitations."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from api.rest.shapes import Instant, Shape
from graph.referral import sharing
from graph.referral.notes import LONGEST


class CodeShape(Shape):
    """A participant's code in a programme."""

    code: str = Field(description="The code, without a hyphen.", examples=["7KQM3XRT"])
    programme: str = Field(description="The programme's id.")
    one_id: str | None = Field(description="OneID of whose it is; null where they were erased.")
    issued_at: Instant = Field(description="Since when it is theirs.")
    disabled_at: Instant | None = Field(description="From when on it brings nobody; null while it does.")
    disabled_reason: str | None = Field(description="Why it was disabled.")

    @classmethod
    def of(cls, code: sharing.SharedCode) -> Self:
        """As it is shown."""
        return cls(
            code=code.code,
            programme=code.programme,
            one_id=code.one_id,
            issued_at=code.issued_at,
            disabled_at=code.disabled_at,
            disabled_reason=code.disabled_reason,
        )


class CodesShape(Shape):
    """A person's codes."""

    codes: list[CodeShape] = Field(description="In every programme, disabled ones too.")


class IssueInput(Shape):
    """Who is to get a code."""

    programme: str = Field(max_length=64, description="The programme's id.", examples=["two-sided"])
    one_id: str = Field(max_length=64, description="The person's OneID.")


class DisableInput(Shape):
    """Why a code is disabled."""

    reason: str = Field(
        min_length=1,
        max_length=LONGEST,
        description="Why. It is stored sealed, and gone when its owner is erased.",
        examples=["Posted on a forum"],
    )


class InviteInput(Shape):
    """Where an invitation goes."""

    channel: str | None = Field(
        None,
        description="1 to 64 letters, digits, dots, hyphens and underscores; null: not told.",
        examples=["wechat"],
    )


class InvitationShape(Shape):
    """A link to give away. It knows nothing of who gets it."""

    id: str = Field(description="Goes into the link, as `invitation`.")
    code: str = Field(description="The inviter's code.")
    programme: str = Field(description="The programme's id.")
    channel: str | None = Field(description="Where it goes.")

    @classmethod
    def of(cls, invitation: sharing.Invitation) -> Self:
        """As it is shown."""
        return cls(
            id=invitation.id,
            code=invitation.code,
            programme=invitation.programme,
            channel=invitation.channel,
        )
