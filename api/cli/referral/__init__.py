"""`guanxi referral`: programmes, referrals, claims and codes."""

from __future__ import annotations

import typer

from api.cli.referral import claims, programmes, referrals, sharing

app = typer.Typer(
    name="referral", help="Referral programmes and referrals (docs/referral.md).", no_args_is_help=True
)
for name, command in {
    "check": programmes.check,
    "publish": programmes.publish,
    "programmes": programmes.programmes,
    "programme": programmes.programme,
    "simulate": programmes.simulate,
    "what-if": programmes.what_if_,
    "list": referrals.list_referrals,
    "show": referrals.show_referral,
    "decide": referrals.decide,
    "reviews": referrals.reviews,
    "review": referrals.review,
    "claims": claims.claims,
    "claim-order": claims.claim_order,
    "claim": claims.claim,
    "code": sharing.code,
    "disable": sharing.disable,
    "report-activity": sharing.report_activity,
}.items():
    app.command(name)(command)
