"""What others do in people's names: a company that buys cars for its drivers, strangers who fill in false forms."""

from __future__ import annotations

from typing import Any, Final

from seed import rates
from seed.catalogue import MODELS, price
from seed.channels import Account, Desk, identifier
from seed.draw import pick
from seed.items import DAY_SECONDS, DAYS, START, SeedRecord, isoformat
from seed.names import chinese_family, chinese_given, european_family, european_given
from seed.people import Company, Household, Person
from seed.state import Car

_LAST: Final = DAYS * DAY_SECONDS - 1
_WITHIN: Final = 200 * DAY_SECONDS  # a false form follows the victim's first item within that time


def buy_fleet(household: Household, desk: Desk) -> tuple[Car, ...]:
    """A company's cars, one for each driver, delivered before any of them begins; none where there is no company.

    All of it stands in one record of the dealer's, under the company's name.
    """
    company = household.company
    if company is None:
        return ()
    rng, state, dealer = desk.rng, desk.state, household.dealer
    record_id = f"D{state.new_record():08d}"
    account = Account(dealer.dms, record_id)
    cars: list[Car] = []
    for driver in household.people:
        state.quota(rates.RESOLD_CAR).offer(eligible=False)  # a company's car is a delivered car too
        model = pick(rng, MODELS)
        car = state.new_car(
            model=model,
            dealer=dealer,
            delivered=max(0, driver.start - 30),
            year=START.year + (driver.start + 304) // 365,
            sold=None,
        )
        cars.append(car)
        at = car.delivered * DAY_SECONDS + 36_000
        order = f"SO{rng.getrandbits(40):012d}"
        amount, currency = price(rng, model=model, chinese=driver.chinese)
        _write(desk, company, account, at, {"vin": car.vin, "plate": car.plate, "city": dealer.city.name})
        for place, (name, said) in enumerate(
            (
                ("Order Placed", {"amount": amount, "currency": currency}),
                ("Vehicle Delivered", {"vin": car.vin, "plate": car.plate}),
            )
        ):
            properties = {
                "channel": "store",
                "dealer": dealer.id,
                "model": model.id,
                "orderId": order,
                **said,
            }
            body: dict[str, Any] = {"event": name, "properties": properties}
            desk.post_of_nobody("track", account, at + 60 + place, body, nobody=company.id)
    return tuple(cars)


def _write(desk: Desk, company: Company, account: Account, at: int, more: dict[str, str]) -> None:
    row = {
        "recordId": account.user_id or "",
        "name": company.name,
        "phone": company.phone,
        "email": company.email,
        "address": company.address,
        "postcode": company.postcode,
        **more,
        "updatedAt": isoformat(at),
    }
    desk.put(at, SeedRecord(account.source, row), person_id=company.id, household_id=company.id)


def claim_falsely(victim: Person, desk: Desk, *, since: int) -> None:
    """Let strangers type the person's phone into web forms, if the quota says so; `since` is their first item."""
    if not desk.state.quota(rates.FALSE_CLAIM).offer(eligible=len(desk.items) > since):
        return
    rng, state = desk.rng, desk.state
    first = min(entry[0] for entry in desk.items[since:])
    for _ in range(1 + int(rng.random() * 3)):
        nobody = f"x{state.next_stranger:07d}"
        state.next_stranger += 1
        at = min(first + int(rng.random() * _WITHIN), _LAST)
        source = "website" if victim.chinese else "website-europe"
        account = Account(source, anonymous_id=identifier(rng, "ajs-"))
        traits = {**_false_name(victim, desk), "phone": victim.phones[0]}
        desk.post_of_nobody("identify", account, at, {"traits": traits}, nobody=nobody)


def _false_name(victim: Person, desk: Desk) -> dict[str, str]:
    """Some name that is not the victim's."""
    rng, male = desk.rng, desk.rng.random() < 0.5
    while True:
        if victim.chinese:
            family, given = chinese_family(rng), chinese_given(rng, male=male, born=1990)
        else:
            family = european_family(rng, country=victim.country)
            given = european_given(rng, country=victim.country, male=male)
        if (family, given) != (victim.family, victim.given):
            break
    return {"name": family + given} if victim.chinese else {"givenName": given, "familyName": family}
