"""What can be waited for, in the schema."""

from __future__ import annotations

from typing import Final

from api.gql.modules import Module
from api.gql.subscription.people import UserSubscription
from api.gql.subscription.stewards import StewardSubscription

MODULE: Final = Module(subscriptions=(UserSubscription, StewardSubscription))
