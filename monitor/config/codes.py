"""Languages and countries by their codes, and what people write instead."""

import re

from monitor.config.shape import Value, Wrong

_ISO_639_1 = """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es
    et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki
    kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no
    nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te
    tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
LANGUAGES = frozenset(_ISO_639_1.split())
"""ISO 639-1."""
_INSTEAD_OF_LANGUAGE = {
    "iw": "he", "in": "id", "ji": "yi", "jp": "ja", "cn": "zh", "gr": "el", "ua": "uk", "cz": "cs", "dk": "da",
    "ir": "fa", "il": "he", "ara": "ar", "heb": "he", "eng": "en", "tur": "tr", "fra": "fr",
    "fre": "fr", "deu": "de", "ger": "de", "spa": "es", "ita": "it", "por": "pt", "rus": "ru", "zho": "zh", "chi": "zh",
    "fas": "fa", "per": "fa", "urd": "ur", "ind": "id", "jpn": "ja", "kor": "ko", "ukr": "uk", "pol": "pl", "nld": "nl",
    "arabic": "ar", "hebrew": "he", "english": "en", "turkish": "tr", "french": "fr", "german": "de", "spanish": "es",
    "persian": "fa", "farsi": "fa", "russian": "ru", "italian": "it", "chinese": "zh",
}  # fmt: skip
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
_INSTEAD_OF_COUNTRY = {"UK": "GB", "EL": "GR", "EN": "GB", "USA": "US", "UAE": "AE", "EU": "INT", "UN": "INT"}
INTERNATIONAL = "INT"


def _language(text: str) -> str:
    found = _LANGUAGE.match(text)
    code = found[1] if found else ""
    if not found or (len(code) == 2 and code not in LANGUAGES) or code in _INSTEAD_OF_LANGUAGE:
        code = re.split("[-_]", text.lower())[0]
        near = _INSTEAD_OF_LANGUAGE.get(code, code if code in LANGUAGES else "")
        raise Wrong(f'did you mean "{near}"?' if near else "")
    return text


LANGUAGE = Value(expected="a language code such as ar, he or pt-BR", parse=_language)


def _country(text: str) -> str:
    if text not in _COUNTRIES and text != INTERNATIONAL:
        upper = text.upper()
        near = upper if upper in _COUNTRIES else _INSTEAD_OF_COUNTRY.get(upper, "")
        raise Wrong(f'did you mean "{near}"?' if near else "")
    return text


COUNTRY = Value(expected=f"a country code such as EG or PS, or {INTERNATIONAL}", parse=_country)
