"""Files in: real FIX logs and tables, what waits for an instrument, and the click that frees it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from core import files, jobs
from core.models import User
from desk.models import ControlException
from refdata.models import Instrument, InstrumentAlias
from tests.factories import refdata as refdata_factories
from tests.factories import static_data
from tests.factories.trades import AT, facts, person, send, small_world
from trades.formats.execution_table import learn
from trades.forms import TicketForm
from trades.models import CaptureBatch, Execution, Trade
from trades.services import imports, repair
from trades.states import Outcome
from trades.views.intake import PREVIEW_COLUMNS

pytestmark = pytest.mark.django_db
SMALL = "fix/quickfix__quickfix-logviewer/small.log"


@pytest.fixture(autouse=True)
def _world() -> None:
    small_world()


def import_fix(content: bytes) -> dict[str, object]:
    actor = person()
    file = files.store(name="small.log", content=content, media_type="text/plain",
                       actor=actor, at=AT)  # fmt: skip
    return imports.import_fix(file=file, actor=actor, at=AT).counts


def test_a_real_log_waits_for_its_instrument_and_one_alias_frees_all(shared_data: Path) -> None:
    counts = import_fix((shared_data / SMALL).read_bytes())

    assert (counts["messages"], counts["exception"], counts["repeated"]) == (84, 2, 6)
    assert not Trade.objects.exists()
    waiting = Execution.objects.filter(outcome="EXCEPTION").first()
    assert waiting is not None
    dell = refdata_factories.InstrumentFactory.create(code="DELL-US", currency="USD")

    repair.name_instrument(execution_id=waiting.pk, instrument_id=dell.pk, actor=person(), at=AT)
    assert not Trade.objects.exists()
    static_data.granted()
    jobs.run_pending()

    trades = list(Trade.objects.order_by("id"))
    assert [t.currency for t in trades] == ["USD", "USD"]
    assert all(t.touched_by_hand_at for t in trades)
    jobs.run_pending()
    assert not Trade.objects.filter(state="RECEIVED").exists()
    assert not ControlException.objects.filter(kind="CAPTURE", state="OPEN").exists()
    assert imports.import_fix(
        file=files.store(name="again", content=(shared_data / SMALL).read_bytes(),
                         media_type="", actor=person(), at=AT),
        actor=person(), at=AT,
    ).counts["repeated"] == 8  # fmt: skip


def test_what_a_log_loses_is_counted_and_stands_before_what_only_warns(shared_data: Path) -> None:
    name = "fix/unknown_public_repo_index_id_60317037623/fix44_quickfix116_golden_frames.txt"
    unreadable = (shared_data / name).read_bytes()
    edited = (shared_data / SMALL).read_bytes()

    counts = import_fix(edited + b"\n" + unreadable)

    assert (counts["invalid"], counts["exception"]) == (1, 2)
    found = [shape["code"] for shape in CaptureBatch.objects.latest("id").findings]
    assert found.index("CAP-006") < found.index("FIX-001")
    assert set(found[found.index("FIX-001") :]) == {"FIX-001", "FIX-002"}


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("fix/unknown_public_repo_index_id_60317037623/fix44_quickfix116_golden_frames.txt",
         "1 fill cannot be read and becomes no trade"),
        ("fix/wannabegeek__PyFIX/pyfix_msg_1.fix", "There is no fill in this log"),
    ],
)  # fmt: skip
def test_the_preview_says_what_becomes_no_trade(
    shared_data: Path, client: Client, log: str, said: str
) -> None:
    client.force_login(User.objects.get(pk=person().user_id))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    file = SimpleUploadedFile("x.log", (shared_data / log).read_bytes())
    shown = client.post("/trades/fix/", {"file": file}).content.decode()

    assert said in shown


def test_a_message_that_went_on_meanwhile_says_so(shared_data: Path, client: Client) -> None:
    """Two people repair the same one; the form of the second would find nothing to say."""
    import_fix((shared_data / SMALL).read_bytes())
    waiting = Execution.objects.filter(outcome="EXCEPTION").first()
    assert waiting is not None
    dell = refdata_factories.InstrumentFactory.create(code="DELL-US", currency="USD")
    repair.name_instrument(execution_id=waiting.pk, instrument_id=dell.pk, actor=person(), at=AT)
    static_data.granted()
    jobs.run_pending()
    client.force_login(User.objects.get(pk=person().user_id))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    for act in ("add", "name"):
        answer = client.post(f"/trades/executions/{waiting.pk}/{act}/", {"isin": "x"})
        assert answer.status_code == 409
        assert "no longer waits" in answer.content.decode()


def test_a_new_instrument_frees_what_named_its_isin() -> None:
    send(facts(isin="US0378331005"))
    waiting = Execution.objects.get(outcome="EXCEPTION")
    apple = Instrument(isin="US0378331005", code="AAPL", name="Apple", asset_class="EQUITY",
                       currency="USD")  # fmt: skip

    repair.add_instrument(execution_id=waiting.pk, instrument=apple, actor=person(), at=AT)
    static_data.granted()
    jobs.run_pending()

    assert Trade.objects.get().instrument_id == Instrument.objects.get(code="AAPL").pk
    waiting.refresh_from_db()
    assert waiting.outcome == Outcome.BOOKED


def test_an_alias_made_elsewhere_frees_what_waits_through_its_event() -> None:
    send(facts(isin=None, symbol="TOTAL"))
    share = Instrument.objects.get(code="TTE")
    static_data.entered(
        InstrumentAlias(source_system="OMS", symbol="TOTAL", instrument_id=share.pk)
    )

    jobs.run_pending()

    assert Trade.objects.get().symbol == "TOTAL"


def field_of(header: str) -> str:
    """Return the field that a header names by itself, not for its likeness."""
    learned = learn([header])
    assert not learned.likely
    (name,) = learned.columns
    return name


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_table_may_be_headed_as_the_pages_name_the_terms(language: str) -> None:
    labels = {name: field.label for name, field in TicketForm.base_fields.items()}
    with translation.override(language):
        named = {str(label): name for name, label in labels.items()}
        shown = [str(label) for label in PREVIEW_COLUMNS]

    assert {label: field_of(label) for label in named} == named
    assert [field_of(label) for label in shown] == [
        "source_reference", "action", "symbol", "side", "quantity", "price", "currency",
        "traded_at",
    ]  # fmt: skip
