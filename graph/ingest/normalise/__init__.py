"""Normalisation: raw values of clients and files to what can be compared, or to the reason why not.

Pure and total: no clock, no I/O, no exception for any value that JSON can hold.
"""

from graph.ingest.normalise.identifiers import LONGEST_ID, address_key, identifier
from graph.ingest.normalise.names import NameResult, comparison_form, person_name
from graph.ingest.normalise.namespaces import Namespace
from graph.ingest.normalise.person import birth_date, city, gender, postcode
from graph.ingest.normalise.placeholders import is_placeholder
from graph.ingest.normalise.values import Analysis, Normal, RefusalCode, Refused

__all__ = [
    "LONGEST_ID",
    "Analysis",
    "NameResult",
    "Namespace",
    "Normal",
    "RefusalCode",
    "Refused",
    "address_key",
    "birth_date",
    "city",
    "comparison_form",
    "gender",
    "identifier",
    "is_placeholder",
    "person_name",
    "postcode",
]
