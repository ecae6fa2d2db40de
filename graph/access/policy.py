"""Who may read which field of the API, and how: the one table. Pure data; `docs/access.md` is made from it.

Every field has a row. One that has none is nobody's, and fails `tests/api/gql/test_guard.py`. The table is enforced
before anything is run (`api/gql/guard.py`), so no way of answering can forget it.

Kinds of touchpoints are made from the catalogue of events, whose clear fields are declared non-personal there: they all
stand under `Touchpoint`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from graph.access.roles import Role


class Shown(StrEnum):
    """How a value is shown to who may read it."""

    PLAIN = "as it is"  # names nobody
    CLEAR = "in the clear"  # personal, and opened for everybody who may read it
    MASKED = "masked"  # but for a role that may see identifiers


@dataclass(frozen=True, slots=True)
class Rule:
    """Who reads a field; `filtered` says that a dealer's answer is computed of the rows it may see alone."""

    roles: frozenset[Role]
    shown: Shown = Shown.PLAIN
    filtered: bool = False
    refused_as_data: bool = False
    """A mutation that answers a refusal as a typed error itself."""


_READERS: Final = frozenset(
    {Role.FRONTEND, Role.DEALER, Role.STEWARD, Role.PRIVACY, Role.PROGRAMME, Role.ADMIN}
)
_BRAND: Final = _READERS - {Role.DEALER}

ANYONE: Final = Rule(_READERS)
"""What only carries other fields, or says that something was refused."""
PEOPLE: Final = Rule(_READERS, filtered=True)
NAMES: Final = Rule(_READERS, Shown.CLEAR, filtered=True)
IDENTIFIERS: Final = Rule(_READERS, Shown.MASKED, filtered=True)
BRAND: Final = Rule(_BRAND)
"""Derived from all dealers' rows together: no part of it is one dealer's."""
BRAND_NAMES: Final = Rule(_BRAND, Shown.CLEAR)
BRAND_IDENTIFIERS: Final = Rule(_BRAND, Shown.MASKED)
JUDGES: Final = Rule(frozenset({Role.STEWARD, Role.ADMIN}))
JUDGED: Final = Rule(JUDGES.roles, refused_as_data=True)
PROGRAMMES: Final = Rule(frozenset({Role.PROGRAMME, Role.ADMIN}))
MANAGED: Final = Rule(PROGRAMMES.roles, refused_as_data=True)
MANAGED_NOTES: Final = Rule(PROGRAMMES.roles, Shown.CLEAR, refused_as_data=True)
ERASERS: Final = Rule(frozenset({Role.PRIVACY, Role.ADMIN}))
ERASED: Final = Rule(ERASERS.roles, refused_as_data=True)
CORRECTORS: Final = Rule(frozenset({Role.STEWARD, Role.PRIVACY, Role.ADMIN}))
CORRECTED: Final = Rule(CORRECTORS.roles, refused_as_data=True)


def _rows(**fields: Rule) -> dict[str, Rule]:
    """One rule for several fields, whose names are written in one text."""
    return {name: rule for names, rule in fields.items() for name in names.split("_")}


FIELDS: Final[Mapping[str, Mapping[str, Rule]]] = {
    "Query": _rows(
        user_userByIdentifier_usersByIdentifier_userByPhone_users_node_search_vehicle_dealerDesk_consultantDesk=PEOPLE,
        identityChanges_household_households_path_neighbourhood_why_whyNot_how_weakestLinks=BRAND,
        campaign_content=BRAND,
        vehicleLineage_superSpreaders_bridges_growth_leaderboard=BRAND,
        whatIf_judgements_likelyPairs_ambiguities=JUDGES,
        whatIfErase=ERASERS,
        reward_rewards_programmeAccounts_programmes_referral_referrals_referralReviews=PROGRAMMES,
        referralCode_referralClaims_fraudWhatIf=PROGRAMMES,
    )
    | {"_entities": PEOPLE, "_service": ANYONE},  # Apollo Federation's names
    "_Service": _rows(sdl=ANYONE),
    "Mutation": _rows(
        correctField_retractCorrection=CORRECTORS,
        setField_takeFieldBack=CORRECTED,
        tagUser_untagUser=JUDGED,
        confirmSame_confirmDifferent_splitUser_moveProfile_markIdentifier_retractJudgement=JUDGED,
        eraseProfile_eraseUser=ERASED,
        fundBudget_approveRewards_redeemRewards_reverseRewards_decideReferral_decideReferralReview=MANAGED,
        publishProgramme_issueReferralCode_disableReferralCode_claimReferral_decideReferralClaim=MANAGED,
        reportReferralActivity=MANAGED,
    ),
    "Subscription": _rows(
        userChanged_dealerDeskChanged_consultantDeskChanged=PEOPLE,
        identityChanged=BRAND,
        stewardQueueChanged=JUDGES,
    ),
    # A person.
    "Node": _rows(id=PEOPLE),
    "User": _rows(
        id_oneId_asOf_firstSeenAt_lastSeenAt_profiles_identifiers_vehicles_golden_touchpoints_timeline=PEOPLE,
        dealers=PEOPLE,
        orders_consents_nextFollowUp_followUps=PEOPLE,
        displayName=NAMES,
        household_sharesWith_tags=BRAND,
        referrers_referrals_alsoReferred_influence=BRAND,
        rewards_balances_statement_madeReferrals_receivedReferrals=BRAND,  # programmes are the brand's
    ),
    "FormerUser": _rows(id_until_currentUser=BRAND),
    "UserConnection": _rows(edges_pageInfo=PEOPLE),
    "UserEdge": _rows(cursor_node=PEOPLE),
    "SearchConnection": _rows(edges_hasMore=PEOPLE),
    "SearchEdge": _rows(node_matched_score=PEOPLE),
    "UserUpdate": _rows(cursor_at_by_user=PEOPLE),
    "Profile": _rows(id_source=PEOPLE, recordId=NAMES),
    "Identifier": _rows(namespace_scope_trusted=PEOPLE, value=IDENTIFIERS),
    "IdentifierHolders": _rows(holders_hasMore=PEOPLE),
    "IdentifierHolder": _rows(
        user_profile_role_scope=PEOPLE,
        # A contact with another dealer may have set these times.
        firstAt_lastAt_ownerSince_recordedAt_retractedAt=BRAND,
    ),
    "Vehicle": _rows(id_model_role_owners_drivers_services_touchpoints=PEOPLE, vin=IDENTIFIERS),
    "VehicleHolders": _rows(holders_hasMore_complete=PEOPLE),
    "VehicleHolder": _rows(
        oneId_role_current_user=PEOPLE,
        since_lastAt=BRAND,  # as those of IdentifierHolder
    ),
    "Timeline": _rows(groups_hasMore_complete=PEOPLE),
    "TimelineGroup": _rows(key_count_firstAt_lastAt=PEOPLE),
    "GoldenField": _rows(field_profiles_provenance_alternatives=PEOPLE, value=IDENTIFIERS),
    "GoldenAlternative": _rows(profiles_provenance=PEOPLE, value=IDENTIFIERS),
    "ValueProvenance": _rows(source_profile_at_rule_correction_correctedBy_why=PEOPLE),
    "Touchpoint": _rows(
        id_occurredAt_receivedAt_event_kind_channel_campaign_dealer_consultant_model_content=PEOPLE,
        durationSeconds_amount_currency_price=PEOPLE,
    ),
    "TouchpointConnection": _rows(edges_pageInfo=PEOPLE),
    "TouchpointEdge": _rows(cursor_node=PEOPLE),
    "PageInfo": _rows(hasNextPage_hasPreviousPage_startCursor_endCursor=PEOPLE),
    "Correction": _rows(
        id_field_by_profile_recordedAt_retractedAt=CORRECTED
    )  # what corrections answer, no more
    | _rows(value_why=Rule(CORRECTORS.roles, Shown.CLEAR, refused_as_data=True)),
    "FieldCorrected": _rows(correction_repeated=ANYONE),
    # What stands of a person's history.
    "Order": _rows(
        id_status_orderedAt_deliveredAt_cancelledAt_returnedAt_amount_currency_price_model_dealer_consultant=PEOPLE,
        vehicle=PEOPLE,
    ),
    "Consent": _rows(purpose_state_dealer_since_channel_wording_source_profile=PEOPLE),
    "FollowUp": _rows(id_kind_dueAt_plannedAt_open_topic_dealer_consultant_model_closedAt_outcome=PEOPLE),
    # Desks.
    "DealerRelation": _rows(dealer_since_lastAt_step_consultant=PEOPLE),
    "Desk": _rows(until_dealer_consultant_followUps_pipeline_people=PEOPLE),
    "DeskFollowUp": _rows(oneId_relation_dueAt_plan_user=PEOPLE),
    "DeskFollowUpConnection": _rows(edges_pageInfo=PEOPLE),
    "DeskFollowUpEdge": _rows(cursor_node=PEOPLE),
    "DeskPerson": _rows(oneId_relation_user=PEOPLE),
    "DeskPersonConnection": _rows(edges_pageInfo=PEOPLE),
    "DeskPersonEdge": _rows(cursor_node=PEOPLE),
    "DeskUpdate": _rows(cursor_at_people_hasMore_desk=PEOPLE),
    "PipelineCount": _rows(step_people=PEOPLE),
    # Reach counts the touchpoints of all dealers together.
    "Reach": _rows(id_touchpoints_people_firstAt_lastAt_complete_byKind_byChannel_recent=BRAND),
    "KindCount": _rows(kind_touchpoints=BRAND),
    "ChannelCount": _rows(channel_touchpoints=BRAND),
    "ReachedPerson": _rows(oneId_at_kind_channel_user=BRAND),
    "ReachedPersonConnection": _rows(edges_pageInfo=BRAND),
    "ReachedPersonEdge": _rows(cursor_node=BRAND),
    "Tag": _rows(name_by_since=BRAND, why=BRAND_IDENTIFIERS),
    "UserTagged": _rows(oneId_tags_repeated=ANYONE),
    # Groups of people, and who became who.
    "Household": _rows(id_kind_confidence_reasons_members_memberCount_membersConnection_vehicles=BRAND),
    "HouseholdMemberConnection": _rows(edges_pageInfo=BRAND),
    "HouseholdMemberEdge": _rows(cursor_node=BRAND),
    "VehicleConnection": _rows(edges_pageInfo=BRAND),
    "VehicleEdge": _rows(cursor_node=BRAND),
    "HouseholdMember": _rows(oneId_role_confidence_since_user=BRAND),
    "HouseholdConnection": _rows(edges_pageInfo=BRAND),
    "HouseholdEdge": _rows(cursor_node=BRAND),
    "IdentityChange": _rows(kind_oneId_other_profiles=BRAND),
    "IdentityChangeConnection": _rows(edges_pageInfo=BRAND),
    "IdentityChangeEdge": _rows(cursor_at_by_node=BRAND),
    # Who is tied to whom: ties lead through people and profiles of all dealers.
    "Path": _rows(people_ties_complete=BRAND),
    "Neighbourhood": _rows(people_ties_complete=BRAND),
    "NetworkPerson": _rows(oneId_distance_user=BRAND),
    "Tie": _rows(kind_detail_people=BRAND),
    # Chains of referrals, and growth by them: they lead through people of all dealers.
    "ChainReferrer": _rows(oneId_distance_at_reason_user=BRAND),
    "ChainReferral": _rows(oneId_generation_by_at_progress_deliveredAt_user=BRAND),
    "ChainReferralConnection": _rows(edges_pageInfo=BRAND),
    "ChainReferralEdge": _rows(cursor_node=BRAND),
    "AlsoReferral": _rows(oneId_at_reason_progress_deliveredAt_user=BRAND),
    "Influence": _rows(discount_people_generations_values=BRAND),
    "InfluenceValue": _rows(currency_own_direct_below_referral_orders=BRAND),
    "GenerationCount": _rows(generation_people=BRAND),
    "VehicleLineage": _rows(owners_hasMore_vehicle=BRAND),
    "LineageOwner": _rows(oneId_since_current_referrers_referrals_user=BRAND),
    "Bridges": _rows(people_complete_bridges=BRAND),
    "Bridge": _rows(oneId_parts_separated_dealers_cities_user=BRAND),
    "Spreader": _rows(oneId_brought_firstAt_lastAt_user=BRAND),
    "SpreaderConnection": _rows(edges_pageInfo_complete=BRAND),
    "SpreaderEdge": _rows(cursor_node=BRAND),
    "Growth": _rows(
        owners_complete_windowDays_k_matureK_curve_cohorts_cycleTime_stageTimes_funnel_generations_groups=BRAND,
        amplification_effectiveCac_projection=BRAND,
    ),
    "Estimate": _rows(estimate_lower_upper_events_of=BRAND),
    "DaysEstimate": _rows(days_lower_upper_came_of=BRAND),
    "GrowthPoint": _rows(days_k=BRAND),
    "GrowthCohort": _rows(month_owners_referees_k=BRAND),
    "GrowthStageTime": _rows(stage_time=BRAND),
    "GrowthFunnel": _rows(owners_participation_invitations_steps=BRAND),
    "GrowthStep": _rows(stage_share=BRAND),
    "GrowthGeneration": _rows(generation_owners_k_kept=BRAND),
    "GrowthGroup": _rows(part_owners_k=BRAND),
    "EffectiveCac": _rows(cost_lower_upper=BRAND),
    "LeaderboardConnection": _rows(edges_pageInfo_complete=BRAND),
    "LeaderboardEdge": _rows(cursor_node=BRAND),
    "LeaderboardPlace": _rows(rank_tied_name_brought=BRAND),
    # Rewards and the ledger.
    "Reward": _rows(
        key_programme_referral_rule_side_state_unit_amount_pending_available_spent_expired_returned_settled=BRAND,
        grantedAt_changedAt_expiresAt_oneId_holder=BRAND,
    ),
    "RewardConnection": _rows(edges_pageInfo=BRAND),
    "RewardEdge": _rows(cursor_node=BRAND),
    "Balance": _rows(programme_unit_pending_available_spent=BRAND),
    "StatementLine": _rows(
        at_recordedAt_kind_programme_sentence_cause_outcomes_changes_reverses=BRAND,
    ),
    "StatementLineConnection": _rows(edges_pageInfo=BRAND),
    "StatementLineEdge": _rows(cursor_node=BRAND),
    "LedgerOutcome": _rows(reward_result_unit_asked_amount_reason_referral_rule=ANYONE),
    "LedgerChange": _rows(account_unit_amount=BRAND),
    "ProgrammeAccounts": _rows(unit_funded_budget_floor_outstanding_claimed_owed_paid=PROGRAMMES),
    "LedgerPosted": _rows(key_kind_effectiveAt_repeated_outcomes=ANYONE),
    "LedgerError": _rows(message_remedy=ANYONE),
    "LedgerForbidden": _rows(message_remedy=ANYONE),
    "LedgerNotFound": _rows(message_remedy=ANYONE),
    "LedgerConflict": _rows(message_remedy_code=ANYONE),
    "LedgerInvalid": _rows(message_remedy=ANYONE),
    # Programmes and referrals.
    "Referral": _rows(
        id_programme_version_code_channel_progress_judgement_automatic_flags_openedAt_closesAt_orderedAt=BRAND,
        deliveredAt_maturedAt_returnedAt_order_model_dealer_credited_lost_joins_counts_referrerId_friendId=BRAND,
        referrer_friend=BRAND,
    ),
    "ReferralConnection": _rows(edges_pageInfo=PROGRAMMES),
    "ReferralEdge": _rows(cursor_node=PROGRAMMES),
    "ReferralDetail": _rows(referral_flags_decisions_reviews_rewards=MANAGED),
    "ReferralFlag": _rows(code_score_path_clears_since=MANAGED),
    "ReferralHop": _rows(kind_of_to_rarity=MANAGED),
    "ReferralDecision": _rows(outcome_flags_by_at=MANAGED, note=MANAGED_NOTES),
    "ReferralReview": _rows(key_referral_reward_kind_state_at=MANAGED, note=MANAGED_NOTES),
    "ReferralReviewConnection": _rows(edges_pageInfo=PROGRAMMES),
    "ReferralReviewEdge": _rows(cursor_node=PROGRAMMES),
    "Programme": _rows(id_version_name_nameZh_jurisdiction_digest_unpayable_publishedAt=MANAGED),
    "ReferralCode": _rows(code_programme_oneId_issuedAt_disabledAt=MANAGED, disabledReason=MANAGED_NOTES),
    "ReferralCodeWeight": _rows(code_weight=MANAGED),
    "ReferralClaim": _rows(
        id_programme_friendId_order_codes_state_madeAt_decidedAt=MANAGED, evidence_note=MANAGED_NOTES
    ),
    "ReferralClaimConnection": _rows(edges_pageInfo=PROGRAMMES),
    "ReferralClaimEdge": _rows(cursor_node=PROGRAMMES),
    "PublishedProgramme": _rows(programme_changes=MANAGED),
    "ReferralActivity": _rows(outcomes=MANAGED),
    "FraudPreview": _rows(lookedAt_before_after_flagged_cleared_byCode=PROGRAMMES),
    "FraudChange": _rows(code_flagged_cleared_kept_flaggedExamples_clearedExamples=PROGRAMMES),
    "ReferralError": _rows(message_remedy=ANYONE),
    "ReferralForbidden": _rows(message_remedy=ANYONE),
    "ReferralNotFound": _rows(message_remedy=ANYONE),
    "ReferralConflict": _rows(message_remedy=ANYONE),
    "ReferralInvalid": _rows(message_remedy=ANYONE),
    # Explanations.
    "Why": _rows(left_right_same_path_basis_sentence_past=BRAND),
    "WhyNot": _rows(left_right_same_hindrances_needed_basis_sentence_past=BRAND),
    "How": _rows(oneId_records_steps_refusals_near_history_basis_sentence_past=BRAND),
    "WeakestLinks": _rows(oneId_records_links_basis_sentence=BRAND),
    "WeakLink": _rows(removal_parts_sentence=BRAND),
    "BuildStep": _rows(number_tier_parts_links_sentence=BRAND),
    "JoinRefusal": _rows(rule_tier_namespace_records_sentence=BRAND),
    "NearlyFull": _rows(size_namespace_count_limit_sentence=BRAND),
    "NeededChange": _rows(change_records_identifier_name_probability_sentence=BRAND),
    "Hindrance": _rows(
        obstacle_namespace_records_identifier_identifierClass_count_limit_probability_needed_tier_sentence=BRAND,
        leftValues_rightValues=BRAND_IDENTIFIERS,
    ),
    "EvidenceLink": _rows(
        kind_tier_left_right_identifier_leftGrade_rightGrade_identifierClass_people_name=BRAND,
        probability_model_weights_sentence=BRAND,
        leftValue_rightValue=BRAND_IDENTIFIERS,
    ),
    "ExplainedIdentifier": _rows(namespace_scope=BRAND, value=BRAND_IDENTIFIERS),
    "ExplainedRecord": _rows(label_id_source=BRAND, recordId=BRAND_NAMES),
    "ExplanationBasis": _rows(rules_outdated_differs=BRAND),
    "FieldWeight": _rows(field_level_bits=BRAND),
    "PastAnswer": _rows(asOf_decisions_untold=BRAND),
    "RecordGroup": _rows(records=BRAND),
    "StoredDecision": _rows(record_oneId_since_until_tier_rule_namespace_rules_model_current_sentence=BRAND),
    "UntoldPart": _rows(code_sentence=BRAND),
    # The stewards' queue and judgements.
    "StewardQueueUpdate": _rows(likelyPairs_ambiguities_cursor_at=JUDGES),
    "LikelyPairConnection": _rows(edges_pageInfo=JUDGES),
    "LikelyPairEdge": _rows(cursor_node=JUDGES),
    "LikelyPair": _rows(left_right_probability_model_valueAtStake_reasons=JUDGES),
    "LikelyProfile": _rows(profile_oneId_source=JUDGES),
    "FieldAgreement": _rows(field_level_agrees_bits_leftMask_rightMask=JUDGES),
    "AmbiguousConnection": _rows(edges_pageInfo=JUDGES),
    "AmbiguousEdge": _rows(cursor_node=JUDGES),
    "AmbiguousProfile": _rows(profile_oneId_tier_candidates_valueAtStake=JUDGES),
    "ChangePreview": _rows(changes_appearing_vanishing_profiles_attached_obstacles_repeated=JUDGES),
    "JudgementRecorded": _rows(judgement_changes_repeated=ANYONE),
    "Judgement": _rows(id_kind_by_recordedAt_retractedAt_retractedBy_profiles_identifiers_why=ANYONE),
    "MarkedIdentifier": _rows(namespace_value=ANYONE),
    "AttachedCount": _rows(type_label_count=ANYONE),
    "MergeObstacle": _rows(kind_namespace_values_profiles=ANYONE),
    # Erasing.
    "EraseSuccess": _rows(tombstones_removed_changes_repeated=ANYONE),
    "ErasurePreview": _rows(profiles_removed_changes_repeated=ERASERS),
    "ErasedCounts": _rows(
        profiles_messages_touchpoints_evidence_identifiers_vehicles_corrections_judgements_deadLetters=ANYONE
    ),
    "Tombstone": _rows(profile_birthId_successor_at=ANYONE),
    # Refusals.
    "Forbidden": _rows(message_remedy=ANYONE),
    "InvalidInput": _rows(message_remedy=ANYONE),
    "JudgementError": _rows(message_remedy=ANYONE),
    "MergeConflict": _rows(message_remedy_obstacles=ANYONE),
    "NotFound": _rows(message_remedy=ANYONE),
    "UserNotFound": _rows(message_remedy_ref=ANYONE),
    "ProfileNotFound": _rows(message_remedy=ANYONE),
    "CorrectionError": _rows(message_remedy=ANYONE),
    "CorrectionNotFound": _rows(message_remedy=ANYONE),
    "CorrectionForbidden": _rows(message_remedy=ANYONE),
    "CorrectionInvalid": _rows(message_remedy=ANYONE),
    "TagError": _rows(message_remedy=ANYONE),
    "TagUserNotFound": _rows(message_remedy=ANYONE),
    "TagForbidden": _rows(message_remedy=ANYONE),
    "TagInvalid": _rows(message_remedy=ANYONE),
    "ErasureError": _rows(message_remedy=ANYONE),
    "ErasureForbidden": _rows(message_remedy=ANYONE),
    "ErasureInvalid": _rows(message_remedy=ANYONE),
}
"""The table: each type's fields."""

BY_CATALOGUE: Final = "Touchpoint"
"""The interface whose types are made from the catalogue of events."""


def rule_of(type_name: str, field: str, *, interfaces: frozenset[str] = frozenset()) -> Rule | None:
    """The rule of a field; None for one that nobody may read, since it has no row."""
    if BY_CATALOGUE in interfaces:
        return FIELDS[BY_CATALOGUE].get(field, PEOPLE)
    return FIELDS.get(type_name, {}).get(field)
