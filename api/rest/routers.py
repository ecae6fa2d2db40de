"""The REST doors of all domains."""

from __future__ import annotations

from typing import Final

from api.rest.console.gallery import router as gallery
from api.rest.console.queries import router as queries
from api.rest.console.routes import router as console
from api.rest.console.schedules import router as schedules
from api.rest.ledger.payouts import router as payouts
from api.rest.ledger.routes import router as ledger
from api.rest.referral.fraud import router as fraud
from api.rest.referral.programmes import router as programmes
from api.rest.referral.routes import router as referrals

ROUTERS: Final = (ledger, payouts, programmes, fraud, referrals, console, queries, schedules, gallery)
