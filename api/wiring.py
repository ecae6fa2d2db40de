"""The composition root of serve and CLI: everything a program needs, opened in order, closed in reverse."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from api.metrics import Metrics
from api.rest.console.export import make_file
from api.slow import SlowStatements
from graph.access.audit import AuditLog
from graph.access.oidc import read_rules
from graph.access.service import AccessService
from graph.access.tokens import TokenVerifier
from graph.clock import Clock, system_clock
from graph.console.model import Limits
from graph.console.results import ResultFiles
from graph.console.saved import SavedQueries
from graph.console.scheduled import ScheduledRuns
from graph.console.schedules import QuerySchedules
from graph.console.service import Console
from graph.db.connect import connect
from graph.db.database import Database
from graph.db.migrations import migrate
from graph.erasure.service import ErasureService
from graph.errors import DatabaseError
from graph.explanation.service import Explanations
from graph.feed.follow import Follower
from graph.feed.reader import FeedReader
from graph.feed.tail import FeedTail
from graph.fraud.rules import load_fraud_rules
from graph.fraud.service import FraudLook
from graph.household.service import Households
from graph.identity.rules import Rules, load_rules
from graph.ingest.registry import SourceRegistry
from graph.ingest.writer import Writer
from graph.judgement.review import ReviewQueue
from graph.judgement.service import JudgementService
from graph.ledger.payout import Payouts
from graph.ledger.repository import LedgerRepository
from graph.ledger.service import LedgerService
from graph.matching.service import Matching
from graph.privacy.blind import BlindIndex
from graph.privacy.keyring import Keyring
from graph.profile.corrections import CorrectionService
from graph.profile.golden_rules import load_golden_rules
from graph.profile.remembered import Remembered
from graph.profile.repository import ProfileRepository
from graph.profile.service import RelationshipView
from graph.referral.activity import Activities
from graph.referral.follower import Referrals
from graph.referral.policy import Policies, load_policies
from graph.referral.programmes import Programmes
from graph.referral.service import ReferralService
from graph.referral.sharing import Sharing
from graph.runtime import Progress
from graph.runtime import database as runtime_database
from graph.search.rebuild import SearchRebuild
from graph.search.service import PeopleSearch
from graph.settings import Settings
from graph.webhook.sender import WebhookSender
from graph.webhook.service import WebhookService


@dataclass(frozen=True, slots=True)
class Services:
    """What the doors of the product share; belongs to one event loop, closed by `services`."""

    settings: Settings
    database: Database
    keyring: Keyring
    blind: BlindIndex
    rules: Rules
    writer: Writer
    access: AccessService
    audit: AuditLog
    sources: SourceRegistry
    judgements: JudgementService
    review: ReviewQueue
    erasures: ErasureService
    explanations: Explanations
    matching: Matching
    feed: FeedReader
    tail: FeedTail
    people: RelationshipView
    search: PeopleSearch
    search_rebuild: SearchRebuild
    corrections: CorrectionService
    households: Households
    ledger: LedgerRepository
    bookkeeping: LedgerService
    payouts: Payouts
    policies: Policies
    fraud: FraudLook
    programmes: Programmes
    sharing: Sharing
    activities: Activities
    referrals: ReferralService
    judging: Referrals
    webhooks: WebhookService
    sender: WebhookSender
    console: Console
    queries: SavedQueries
    schedules: QuerySchedules
    scheduled: ScheduledRuns
    metrics: Metrics
    clock: Clock

    @property
    def followers(self) -> tuple[Follower, ...]:
        """What is derived from the graph behind its writers, in the order in which each builds on the one before."""
        return (self.matching, self.households, self.judging, self.review)

    @property
    def background(self) -> tuple[Follower, ...]:
        """All that a server does beside its requests: the followers, and what follows an outbox or the clock."""
        return (*self.followers, self.sender, self.scheduled)


@asynccontextmanager
async def services(
    settings: Settings, *, progress: Progress | None = None, create: bool = True
) -> AsyncGenerator[Services]:
    """Everything on a database that is up, migrated and tied to its keyring, while the block runs.

    Starts or joins the embedded Neo4j, or uses NEO4J_URI. Without `create`, a missing keyring is an error and
    none is made. Safe for several programs at once. Raises what the parts raise, each with its remedy:
    RuntimeProvisionError, ConfigurationError, DatabaseUnavailableError, MigrationError, KeyringError.
    """
    rules = load_rules(settings.identity_rules)
    async with runtime_database(settings, progress=progress) as endpoint:
        driver = await connect(endpoint)
        try:
            metrics = Metrics()
            watch = SlowStatements(metrics, seconds=settings.slow_seconds)
            database = Database(driver, name=endpoint.database, observer=watch)
            watch.explain_by(Database(driver, name=endpoint.database))
            with Keyring.open(settings, create=create) as keyring:
                await migrate(database)
                await claim(database, keyring)
                found = compose(settings, database, keyring=keyring, rules=rules, metrics=metrics)
                await found.erasures.resume()  # what was cut off is ended before anybody reads
                yield found
                await found.console.aclose()
                await watch.aclose()
        finally:
            await driver.close()


async def claim(database: Database, keyring: Keyring) -> None:
    """Tie an unclaimed graph to this keyring; raises KeyringError where it belongs to another."""
    rows = await database.write("schema.claim_keyring", keyringId=keyring.id)
    if not rows:
        raise DatabaseError("The graph could not be tied to its keyring.", remedy="Run `guanxi doctor`.")
    keyring.check_same(rows[0]["keyringId"])


def compose(
    settings: Settings,
    database: Database,
    *,
    keyring: Keyring,
    rules: Rules,
    metrics: Metrics | None = None,
    clock: Clock = system_clock,
) -> Services:
    """The services on a database and keyring that are open, migrated and tied to each other."""
    blind = BlindIndex(keyring.index_root)
    oidc = read_rules(settings)
    ledger = LedgerRepository(database, clock=clock)
    policies = load_policies(settings.referral_policies)
    fraud = FraudLook(load_fraud_rules(settings.fraud_rules))
    programmes = Programmes(database, ledger, clock=clock)
    sharing = Sharing(database, keyring=keyring, programmes=programmes, policies=policies, clock=clock)
    matching = Matching(database, keyring=keyring, blind=blind, rules=rules, clock=clock)
    people = RelationshipView(
        ProfileRepository(database),
        keyring=keyring,
        blind=blind,
        golden=load_golden_rules(settings.golden_rules),
        remembered=(
            Remembered(database, seconds=settings.remember_seconds) if settings.remember_seconds else None
        ),
    )
    audit = AuditLog(settings.audit_file)
    console = Console(
        database,
        keyring=keyring,
        audit=audit,
        limits=Limits(
            seconds=settings.console_seconds,
            rows=settings.console_rows,
            result_bytes=settings.console_result_mb * 2**20,
        ),
        clock=clock,
    )
    access = AccessService(database, tokens=TokenVerifier(oidc, clock=clock) if oidc else None, clock=clock)
    files = ResultFiles(settings.results_dir)
    queries = SavedQueries(database, console=console, keyring=keyring, files=files, clock=clock)
    return Services(
        settings=settings,
        database=database,
        keyring=keyring,
        blind=blind,
        rules=rules,
        writer=Writer(database, keyring=keyring, blind=blind, rules=rules, clock=clock),
        access=access,
        audit=audit,
        sources=SourceRegistry(database, clock=clock),
        judgements=JudgementService(database, keyring=keyring, blind=blind, rules=rules, clock=clock),
        review=ReviewQueue(
            database, keyring=keyring, blind=blind, rules=rules, matching=matching, clock=clock
        ),
        erasures=ErasureService(database, keyring=keyring, blind=blind, rules=rules, clock=clock),
        explanations=Explanations(database, keyring=keyring, blind=blind, rules=rules, matching=matching),
        matching=matching,
        feed=FeedReader(database),
        tail=FeedTail(database),
        people=people,
        search=PeopleSearch(database, keyring=keyring, blind=blind, people=people),
        search_rebuild=SearchRebuild(database, keyring=keyring, blind=blind, clock=clock),
        households=Households(database, keyring=keyring, rules=rules, clock=clock),
        corrections=CorrectionService(database, keyring=keyring, clock=clock),
        ledger=ledger,
        bookkeeping=LedgerService(database, clock=clock),
        payouts=Payouts(database, clock=clock),
        policies=policies,
        fraud=fraud,
        programmes=programmes,
        sharing=sharing,
        activities=Activities(database, sharing=sharing, ledger=ledger, clock=clock),
        referrals=ReferralService(database, keyring=keyring, programmes=programmes, clock=clock),
        judging=Referrals(
            database,
            programmes=programmes,
            ledger=ledger,
            policies=policies,
            look=fraud,
            clock=clock,
        ),
        webhooks=WebhookService(database, keyring=keyring, allow=settings.webhook_allow, clock=clock),
        sender=WebhookSender(
            database,
            keyring=keyring,
            allow=settings.webhook_allow,
            clock=clock,
            keep_days=settings.webhook_keep_days,
        ),
        console=console,
        queries=queries,
        schedules=QuerySchedules(database, queries=queries, access=access, files=files, clock=clock),
        scheduled=ScheduledRuns(
            database,
            queries=queries,
            console=console,
            access=access,
            files=files,
            make_file=make_file,
            clock=clock,
        ),
        metrics=metrics or Metrics(),
        clock=clock,
    )
