"""Languages and countries by their codes, and what people write instead."""

import re

from monitor.config.shape import Value, Wrong
from monitor.text.language_tags import LANGUAGES, MISNAMED, meant

_LANGUAGE = re.compile(r"([a-z]{2,3})(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?\Z")

# With XK, which everybody uses for Kosovo.
_ISO_3166_1_ALPHA_2 = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
    CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
    GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
    KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
    MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
    SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
    UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
"""
_COUNTRIES = frozenset(_ISO_3166_1_ALPHA_2.split())
COUNTRY_MEANT = {"UK": "GB", "EL": "GR", "EN": "GB", "USA": "US", "UAE": "AE", "EU": "INT", "UN": "INT"}
"""What people write → the code that they mean."""
INTERNATIONAL = "INT"


def _language(text: str) -> str:
    found = _LANGUAGE.match(text)
    code = found[1] if found else ""
    if not found or (len(code) == 2 and code not in LANGUAGES) or code in MISNAMED:
        near = meant(text)
        raise Wrong(f'did you mean "{near}"?' if near else "")
    return text


LANGUAGE = Value(
    expected="a language code such as ar, he or pt-BR", parse=_language, pattern=_LANGUAGE.pattern.removesuffix(r"\Z")
)


def _country(text: str) -> str:
    if text not in _COUNTRIES and text != INTERNATIONAL:
        upper = text.upper()
        near = upper if upper in _COUNTRIES else COUNTRY_MEANT.get(upper, "")
        raise Wrong(f'did you mean "{near}"?' if near else "")
    return text


COUNTRY = Value(
    expected=f"a country code such as EG or PS, or {INTERNATIONAL}",
    parse=_country,
    choices=(*sorted(_COUNTRIES), INTERNATIONAL),
)
