"""A decision in the words of the European Union's database of statements of reasons (Digital Services Act, art. 17).

The words are that database's own. What a site leaves open (its platform's id, its languages) is for whoever sends it.
"""

from collections.abc import Mapping
from typing import Any

CATEGORIES = {
    "child": "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
    "intimate": "STATEMENT_CATEGORY_CYBER_VIOLENCE",
    "violence": "STATEMENT_CATEGORY_VIOLENCE",
    "hate": "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
    "deceit": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
    "rights": "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
}
OTHER_CATEGORY = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
VISIBILITY = {
    "label": "DECISION_VISIBILITY_CONTENT_LABELLED",
    "blur": "DECISION_VISIBILITY_CONTENT_INTERACTION_RESTRICTED",
    "age_gate": "DECISION_VISIBILITY_CONTENT_AGE_RESTRICTED",
    "unlist": "DECISION_VISIBILITY_CONTENT_DEMOTED",
    "hold": "DECISION_VISIBILITY_CONTENT_DISABLED",
    "revoke_links": "DECISION_VISIBILITY_CONTENT_DISABLED",
    "hide": "DECISION_VISIBILITY_CONTENT_DISABLED",
    "remove": "DECISION_VISIBILITY_CONTENT_REMOVED",
    "block_hash": "DECISION_VISIBILITY_CONTENT_REMOVED",
    "divert": "DECISION_VISIBILITY_CONTENT_REMOVED",
}
PROVISION = {
    "limit": "DECISION_PROVISION_PARTIAL_SUSPENSION",
    "mute": "DECISION_PROVISION_PARTIAL_SUSPENSION",
}
ACCOUNT = {"suspend": "DECISION_ACCOUNT_SUSPENDED", "terminate": "DECISION_ACCOUNT_TERMINATED"}
SOURCES = {"notice": "SOURCE_ARTICLE_16", "own_initiative": "SOURCE_VOLUNTARY"}
STATED = frozenset({*VISIBILITY, *PROVISION, *ACCOUNT})  # outcomes that restrict something
FIELDS = (
    *("puid", "decision_visibility", "end_date_visibility_restriction"),
    *("decision_provision", "end_date_service_restriction"),
    *("decision_account", "end_date_account_restriction"),
    *("decision_ground", "illegal_content_legal_ground", "illegal_content_explanation"),
    *("incompatible_content_ground", "incompatible_content_explanation", "incompatible_content_illegal"),
    *("decision_ground_reference_url", "decision_facts", "category", "content_type", "content_date"),
    *("territorial_scope", "application_date", "source_type", "automated_detection", "automated_decision"),
)


def statement(decision: Mapping[str, Any]) -> dict[str, Any]:
    """`decision`: the columns of a Decision by their names, with the case's `subject_kind`.

    Neither the person, nor who decided, nor what was written for them alone is in it.
    """
    outcome, ends = decision["outcome"], _day(decision["ends_at"])
    restricted = {
        "decision_visibility": ([VISIBILITY[outcome]] if outcome in VISIBILITY else [], "visibility"),
        "decision_provision": (PROVISION.get(outcome), "service"),
        "decision_account": (ACCOUNT.get(outcome), "account"),
    }
    found: dict[str, Any] = {"puid": decision["id"]}
    for field, (value, kind) in restricted.items():
        found[field] = value
        found[f"end_date_{kind}_restriction"] = ends if value else None
    return {
        **found,
        **_ground(decision),
        "decision_facts": decision["facts"] or None,
        "category": CATEGORIES.get(decision["category"], OTHER_CATEGORY),
        "content_type": ["CONTENT_TYPE_OTHER" if is_account(decision) else "CONTENT_TYPE_SYNTHETIC_MEDIA"],
        "content_date": _day(decision["content_at"] or decision["decided_at"]),
        "territorial_scope": list(decision["territorial_scope"]),
        "application_date": _day(decision["decided_at"]),
        "source_type": SOURCES.get(decision["source_type"], "SOURCE_TYPE_OTHER_NOTIFICATION"),
        "automated_detection": "Yes" if decision["automated_detection"] else "No",
        "automated_decision": _automation(decision),
    }


def is_account(decision: Mapping[str, Any]) -> bool:
    return bool(decision["subject_kind"] == "user")


def _ground(decision: Mapping[str, Any]) -> dict[str, Any]:
    is_legal = decision["ground"] == "legal"
    words = decision["rule_text"] or decision["category"]
    return {
        "decision_ground": f"DECISION_GROUND_{'ILLEGAL' if is_legal else 'INCOMPATIBLE'}_CONTENT",
        "illegal_content_legal_ground": decision["legal_ground"] if is_legal else None,
        "illegal_content_explanation": words if is_legal else None,
        "incompatible_content_ground": None if is_legal else (decision["rule"] or words),
        "incompatible_content_explanation": None if is_legal else words,
        "incompatible_content_illegal": None if is_legal else "No",
        "decision_ground_reference_url": decision["reference_url"] or None,
    }


def _automation(decision: Mapping[str, Any]) -> str:
    if decision["automated_decision"]:
        return "AUTOMATED_DECISION_FULLY"
    return f"AUTOMATED_DECISION_{'PARTIALLY' if decision['automated_detection'] else 'NOT_AUTOMATED'}"


def _day(at: Any) -> str | None:
    return at.strftime("%Y-%m-%d") if at else None
