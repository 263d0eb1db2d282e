"""Readers of sanctions lists: the real files whole, and what is broken named by its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from refdata.facts import ListedIdentifier, ListedName, ListedRow, ListReading
from refdata.formats import csl, eu_journal, eu_list, ofac, un_list
from refdata.formats.listed import first_day, moments, scheme_of
from refdata.formats.source import UnreadableReferenceFile
from refdata.formats.territories import codes_in

WATCHMAN = "sanctions/moov-io__watchman"
JOURNAL = "sanctions/opensanctions__opensanctions/datasets/eu/journal_sanctions/data"
Files = Callable[[str], bytes]


@pytest.fixture
def joined(shared_data: Path) -> Files:
    """Return the content of the real files that fit a pattern, one after the other."""

    def read(pattern: str) -> bytes:
        return b"\n".join(path.read_bytes() for path in sorted(shared_data.glob(pattern)))

    return read


def by_reference(reading: ListReading) -> dict[str, ListedRow]:
    return {row.reference: row for row in reading.rows}


def test_the_three_files_of_the_sdn_list_are_one_list(joined: Files) -> None:
    """Also in the order of their names: what an alternative name belongs to may come later."""
    reading = ofac.read(joined(f"{WATCHMAN}/ofac/*_head.csv"))

    rows = by_reference(reading)
    assert (len(reading.rows), reading.seen, reading.findings) == (2500, 7500, ())
    kinds = Counter(row.kind for row in reading.rows)
    assert kinds == {"PERSON": 1468, "ENTITY": 1028, "VESSEL": 4}
    bank = rows["306"]
    assert bank.names == (
        ListedName("BANCO NACIONAL DE CUBA"),
        ListedName("BNC", strong=False),
        ListedName("NATIONAL BANK OF CUBA"),
    )
    assert bank.countries == ("CH", "ES", "JP", "PA")
    assert rows["11940"].births == ("1977-02-10", "1976-09-28", "1977-02-11")
    assert rows["11940"].countries == ("MX",)
    assert rows["4243"].identifiers == (ListedIdentifier("CALL_SIGN", "P3QG3"),)
    assert rows["4243"].countries == ("CY",)


def test_the_other_ofac_list_names_securities_and_legal_entities(joined: Files) -> None:
    reading = ofac.read(joined(f"{WATCHMAN}/test/testdata/cons_prim.csv"))

    schemes = Counter(number.scheme for row in reading.rows for number in row.identifiers)
    assert (len(reading.rows), reading.findings) == (442, ())
    assert (schemes["ISIN"], schemes["LEI"], schemes["BIC"]) == (160, 14, 8)
    last = reading.rows[-1]
    assert last.names == (
        ListedName("MARTELLY, Michel Joseph"),
        ListedName("Sweet Micky", strong=False),
    )
    assert last.births == ("1961-02-12",)


def test_the_list_of_the_united_nations_is_read_whole(joined: Files) -> None:
    reading = un_list.read(joined(f"{WATCHMAN}/test/testdata/UN_consolidated.xml"))

    rows = by_reference(reading)
    assert (len(reading.rows), reading.findings) == (1003, ())
    assert reading.as_of == date(2026, 2, 27)
    assert all(row.listed_on for row in reading.rows)
    assert rows["CDi.001"].births == ("1971",)
    assert rows["CDi.001"].countries == ("CD", "RW")
    assert ListedName("AIGLE BLANC") in rows["CDi.002"].names
    assert sum(not name.strong for row in reading.rows for name in row.names) == 619
    assert reading.notes["births_unread"] == 2


def test_the_us_screening_list_is_read_whole(joined: Files) -> None:
    reading = csl.read(joined(f"{WATCHMAN}/test/testdata/csl.csv"))

    rows = by_reference(reading)
    assert (len(reading.rows), reading.findings) == (115, ())
    kunlun = rows["CAP 15268"]
    assert [name.text for name in kunlun.names] == [
        "BANK OF KUNLUN CO LTD",
        "KARAMAY URBAN CREDIT COOPERATIVES",
        "KARAMAY CITY COMMERCIAL BANK CO LTD.",
    ]
    assert kunlun.countries == ("CN",)
    assert ListedIdentifier("BIC", "CKLBCNBJ") in kunlun.identifiers
    assert "561-Related" in kunlun.programmes


def test_annexes_of_the_journal_are_read_one_behind_the_other(joined: Files) -> None:
    """Two entries are twice in the annexes, one in an act that amends them: told, with the line."""
    reading = eu_journal.read(joined(f"{JOURNAL}/*/*.csv"))

    assert (len(reading.rows), reading.seen) == (2026, 2029)
    assert [(f.code, f.column) for f in reading.findings] == [("REF-004", "recordId")] * 3
    assert Counter(row.kind for row in reading.rows) == {
        "PERSON": 1524, "ENTITY": 452, "VESSEL": 43, "ASSET": 7,
    }  # fmt: skip
    assert sum(n.scheme == "IMO" for row in reading.rows for n in row.identifiers) == 43
    by_name = {row.names[0].text: row for row in reading.rows}
    russian = by_name["Alexei Viktorovich KHAVETSKY"]
    assert russian.names[1].text == "Алексей Викторович ХАВЕЦКИЙ"
    assert (russian.births, russian.countries) == (("1989-12-23",), ("RU",))
    assert russian.listed_on == date(2026, 7, 13)


EU_HEADER = (
    "fileGenerationDate;Entity_LogicalId;Entity_EU_ReferenceNumber;Entity_DesignationDate;"
    "Entity_Remark;Entity_SubjectType;Entity_SubjectType_ClassificationCode;"
    "Entity_Regulation_Programme;NameAlias_LastName;NameAlias_FirstName;NameAlias_MiddleName;"
    "NameAlias_WholeName;NameAlias_Function;NameAlias_Remark;Address_CountryIso2Code;"
    "Address_CountryDescription;BirthDate_BirthDate;BirthDate_Year;Identification_Number;"
    "Identification_TypeDescription;Citizenship_CountryIso2Code;Citizenship_CountryDescription"
)


def test_an_entry_of_the_eu_list_is_put_together_from_its_lines() -> None:
    lines = (
        "05/08/2026;13;EU.27.28;2003-07-07;;person;P;IRQ;Hussein;Saddam;;Saddam Hussein;;;;;;;;;;",
        "05/08/2026;13;EU.27.28;2003-07-07;;person;P;IRQ;;;;Abu Ali;;Low quality alias;;;;;;;;",
        "05/08/2026;13;EU.27.28;2003-07-07;;person;P;IRQ;;;;;;;;;1937-04-28;1937;;;;",
        "05/08/2026;13;EU.27.28;2003-07-07;;person;P;IRQ;;;;;;;;;;;;;00;IRAQ",
        "05/08/2026;13;EU.27.28;2003-07-07;;person;P;IRQ;;;;;;;;;;;A 12;National passport;;",
        "05/08/2026;20;;2001-10-06;;enterprise;E;TAQA;;;;Une maison;;;FR;FRANCE;;;;;;",
    )

    reading = eu_list.read("\n".join((EU_HEADER, *lines)).encode())

    rows = by_reference(reading)
    assert reading.as_of == date(2026, 8, 5)
    assert rows["EU.27.28"] == ListedRow(
        line=2,
        reference="EU.27.28",
        kind="PERSON",
        names=(ListedName("Saddam Hussein"), ListedName("Abu Ali", strong=False)),
        births=("1937-04-28",),
        countries=("IQ",),
        identifiers=(ListedIdentifier("PASSPORT", "A 12"),),
        programmes=("IRQ",),
        listed_on=date(2003, 7, 7),
    )
    assert (rows["20"].kind, rows["20"].countries) == ("ENTITY", ("FR",))


ENTRY = '36,"A NAME",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n'
OTHER = ENTRY.replace("36", "37")


@pytest.mark.parametrize(
    ("case", "read", "content", "found"),
    [
        ("five_columns_too_many", ofac.read, ENTRY + "1,2,3,4,5,6,7\n", ("REF-049", 2, "7")),
        ("an_unknown_kind", ofac.read, ENTRY + OTHER.replace("-0- ,", '"ship",', 1),
         ("REF-047", 2, "ship")),
        ("the_same_number_twice", ofac.read, ENTRY * 2, ("REF-004", 2, "36")),
        ("a_name_of_nobody", ofac.read, ENTRY + '37,1,"aka","B",-0- \n', ("REF-048", 2, "37")),
        ("an_entry_without_a_name", ofac.read, ENTRY + OTHER.replace('"A NAME"', "-0-"),
         ("REF-001", 2, "")),
        ("an_annex_of_other_things", eu_journal.read,
         "schema,name,programKey,measure\nPerson,A,P,M\nHouse,B,P,M\n", ("REF-047", 3, "House")),
        ("an_annex_with_a_cell_too_many", eu_journal.read,
         "schema,name,programKey,measure\nPerson,A,P,M\nPerson,B,P,M,x\n", ("REF-044", 3, "")),
        ("a_screened_thing", csl.read,
         "source,type,name,programs,alt_names\nS,,A,,\nS,Boat,B,,\n", ("REF-047", 3, "Boat")),
        ("a_line_without_its_entry", eu_list.read,
         f"{EU_HEADER}\n;1;;;;person;P;;;;;A;;;;;;;;;;\n;;;;;person;P;;;;;B;;;;;;;;;;\n",
         ("REF-001", 3, "")),
        ("an_entry_without_any_name", eu_list.read,
         f"{EU_HEADER}\n;1;;;;person;P;;;;;A;;;;;;;;;;\n;2;;;;person;P;;;;;;;;FR;;;;;;;\n",
         ("REF-001", 3, "")),
        ("a_person_without_a_name", un_list.read,
         "<L><INDIVIDUAL><REFERENCE_NUMBER>A</REFERENCE_NUMBER><FIRST_NAME>A</FIRST_NAME></INDIVIDUAL>\n"
         "<INDIVIDUAL><REFERENCE_NUMBER>B</REFERENCE_NUMBER></INDIVIDUAL></L>", ("REF-001", 2, "")),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_named_and_the_others_are_kept(
    case: str,
    read: Callable[[bytes], ListReading],
    content: str,
    found: tuple[str, int, str],
) -> None:
    reading = read(content.encode())

    assert [(f.code, f.line, f.found) for f in reading.findings] == [found], case
    assert len(reading.rows) == 1, case


@pytest.mark.parametrize("read", [ofac.read, un_list.read, csl.read, eu_list.read, eu_journal.read])
@pytest.mark.parametrize(
    ("case", "content"),
    [
        ("nothing", b""),
        ("another_encoding", b"\xff\xfe1,2"),
        ("another_table", b"a,b,c\n1,2,3\n"),
        ("another_document", b"<a><b/></a>"),
        ("a_quotation_mark_left_open", b'36,"A NAME\n'),
        ("a_control_character", b"36,\x00"),
    ],
)
def test_another_file_is_refused_as_a_whole(
    case: str, content: bytes, read: Callable[[bytes], ListReading]
) -> None:
    with pytest.raises(UnreadableReferenceFile) as refused:
        read(content)

    assert refused.value.findings, case


def test_an_entity_that_expands_is_not_read() -> None:
    bomb = (
        '<!DOCTYPE l [<!ENTITY a "x">]><l><INDIVIDUAL><FIRST_NAME>&a;</FIRST_NAME></INDIVIDUAL></l>'
    )

    with pytest.raises(UnreadableReferenceFile):
        un_list.read(bomb.encode())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("10 Feb 1977", ["1977-02-10"]),
        ("circa 1967", ["~1967"]),
        ("Approximately 1963", ["~1963"]),
        ("Feb. 1977", ["1977-02"]),
        ("1968 to 1973", ["1968/1973"]),
        ("Between 1968 and 1973", ["~1968/1973"]),
        ("23.12.1989", ["1989-12-23"]),
        ("01/01/1960; 1.1.1961", ["1960-01-01", "1961-01-01"]),
        ("1978-04-28", ["1978-04-28"]),
        ("31.2.1970", []),
        ("30-35 years old", []),
        ("", []),
    ],
)
def test_dates_of_birth_are_said_as_exactly_as_the_list_does(text: str, said: list[str]) -> None:
    assert moments(text) == said


def test_the_day_of_listing_is_a_whole_day() -> None:
    assert first_day("26 Feb. 2011 (amended 1.3.2012)") == date(2011, 2, 26)
    assert first_day("in 2011") is None


@pytest.mark.parametrize(
    ("text", "codes", "unknown"),
    [
        ("Russian", ["RU"], []),
        ("Korea, North", ["KP"], []),
        ("Democratic People’s Republic of Korea (DPRK)", ["KP"], []),
        ("Myanmar/Burma", ["MM"], []),
        ("Iran (Islamic Republic of)", ["IR"], []),
        ("Trinidad and Tobago", ["TT"], []),
        ("Syrian, French", ["SY", "FR"], []),
        ("Côte d'Ivoire", ["CI"], []),
        ("Ruritania; Cuba", ["CU"], ["Ruritania"]),
        ("FR", ["FR"], []),
        ("unknown", [], []),
    ],
)
def test_countries_are_known_by_name_adjective_and_code(
    text: str, codes: list[str], unknown: list[str]
) -> None:
    assert codes_in(text) == (codes, unknown)


@pytest.mark.parametrize(
    ("words", "scheme"),
    [
        ("Legal Entity Number", "LEI"),
        ("SWIFT/BIC", "BIC"),
        ("Vessel Registration Identification IMO", "IMO"),
        ("Numéro de passeport", "PASSPORT"),
        ("Tax ID No.", "TAX_NUMBER"),
        ("Afghan national identification card (tazkira) number", "NATIONAL_ID"),
        ("Company Number", "REGISTRATION"),
        ("Website", "OTHER"),
    ],
)
def test_what_a_number_is_is_told_by_the_words_beside_it(words: str, scheme: str) -> None:
    assert scheme_of(words) == scheme


def test_a_number_with_wrong_check_digits_is_kept_as_what_it_is_not() -> None:
    remark = '"Legal Entity Number 253400V1H6ART1UQ0N99; ISIN CNE100000HD4."'

    (row,) = ofac.read(ENTRY.replace("-0- \n", f"{remark}\n").encode()).rows

    assert row.identifiers == (
        ListedIdentifier("OTHER", "253400V1H6ART1UQ0N99"),
        ListedIdentifier("ISIN", "CNE100000HD4"),
    )
    assert "253400V1H6ART1UQ0N99" in row.remarks
