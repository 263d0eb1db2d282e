"""Reference data for tests: each factory makes one valid row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import factory
from stdnum import isin as stdnum_isin
from stdnum.iso7064 import mod_97_10

from refdata import models


def isin(number: int, country: str = "FR") -> str:
    """Return the number-th valid ISIN of a country."""
    body = f"{country}{number:09d}"
    return body + stdnum_isin.calc_check_digit(body)


def lei(number: int) -> str:
    """Return the number-th valid LEI."""
    body = f"9695{number:014d}"
    return body + mod_97_10.calc_check_digits(body)


class CalendarFactory(factory.django.DjangoModelFactory[models.Calendar]):
    class Meta:
        model = models.Calendar
        django_get_or_create = ("code",)

    code = "TARGET"
    name = "TARGET"
    kind = "PAYMENT"
    first_day = date(2023, 1, 1)
    last_day = date(2028, 12, 31)


class CurrencyFactory(factory.django.DjangoModelFactory[models.Currency]):
    class Meta:
        model = models.Currency
        django_get_or_create = ("code",)

    code = "EUR"
    name = "Euro"
    calendar = factory.SubFactory(CalendarFactory)


class VenueFactory(factory.django.DjangoModelFactory[models.Venue]):
    class Meta:
        model = models.Venue
        django_get_or_create = ("mic",)

    mic = "XPAR"
    operating_mic = factory.SelfAttribute("mic")
    name = "EURONEXT PARIS"
    country = "FR"
    status = "ACTIVE"


class PartyFactory(factory.django.DjangoModelFactory[models.Party]):
    class Meta:
        model = models.Party
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"PARTY{n}")
    name = factory.LazyAttribute(lambda party: f"Party {party.code}")
    lei = factory.Sequence(lei)
    lei_status = "ISSUED"
    country = "FR"
    is_counterparty = True


class InstrumentFactory(factory.django.DjangoModelFactory[models.Instrument]):
    class Meta:
        model = models.Instrument
        django_get_or_create = ("code",)

    isin = factory.Sequence(isin)
    code = factory.LazyAttribute(lambda instrument: instrument.isin)
    name = factory.LazyAttribute(lambda instrument: f"Share {instrument.isin}")
    cfi = "ESVUFR"
    asset_class = "EQUITY"
    currency = "EUR"
    venue = factory.SubFactory(VenueFactory)
    lot_size = Decimal(1)


class DeskFactory(factory.django.DjangoModelFactory[models.Desk]):
    class Meta:
        model = models.Desk
        django_get_or_create = ("code",)

    code = "EQ"
    name = "Equities"


def known_desk(code: str) -> str:
    """Return the code of a desk that is there; a role is not given on another."""
    if code:
        DeskFactory.create(code=code)
    return code


class BookFactory(factory.django.DjangoModelFactory[models.Book]):
    class Meta:
        model = models.Book
        django_get_or_create = ("code",)

    code = "EQ-PAR-1"
    name = "Paris cash equities"
    desk = factory.SubFactory(DeskFactory)


class TraderFactory(factory.django.DjangoModelFactory[models.Trader]):
    class Meta:
        model = models.Trader
        django_get_or_create = ("code",)

    code = "T-ANA"
    name = "Ana Martin"
    first_name = "Ana"
    last_name = "Martin"
    birth_date = date(1985, 3, 7)
    country = "FR"
    branch_country = "FR"
    desk = factory.SubFactory(DeskFactory)


class AccountFactory(factory.django.DjangoModelFactory[models.Account]):
    class Meta:
        model = models.Account
        django_get_or_create = ("code",)

    code = "CASH-EUR"
    name = "Main cash account"
    kind = "CASH"
    currency = "EUR"
    iban = "FR7630006000011234567890189"
    custodian = factory.SubFactory(PartyFactory, is_custodian=True)
