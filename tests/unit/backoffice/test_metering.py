"""Figures that a Prometheus server can read."""

from __future__ import annotations

import re

import pytest
from django.http import HttpRequest, HttpResponse

from backoffice.metering import BOUNDS_MS, Meter, MeterMiddleware

LINE = re.compile(r'^(# TYPE \w+ (counter|histogram)|\w+(\{\w+="[^"]+"(,\w+="[^"]+")*\})? \d+)$')


def test_counts_and_durations_add_up() -> None:
    meter = Meter()
    for took_ms, status in ((3, 200), (7, 201), (130, 404), (99_000, 503)):
        meter.note(method="GET", status=status, took_ms=took_ms)

    lines = list(meter.lines())

    assert [line for line in lines if not LINE.match(line)] == []
    assert 'denouement_http_requests_total{method="GET",status="2xx"} 2' in lines
    assert 'denouement_http_request_milliseconds_bucket{le="5"} 1' in lines
    assert 'denouement_http_request_milliseconds_bucket{le="120"} 2' in lines
    assert f'denouement_http_request_milliseconds_bucket{{le="{BOUNDS_MS[-1]}"}} 3' in lines
    assert 'denouement_http_request_milliseconds_bucket{le="+Inf"} 4' in lines
    assert "denouement_http_request_milliseconds_sum 99140" in lines


@pytest.mark.parametrize(("method", "label"), [("GET", "GET"), ("BREW", "other")])
def test_a_stranger_cannot_make_labels(
    method: str, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meter = Meter()
    monkeypatch.setattr("backoffice.metering.METER", meter)
    request = HttpRequest()
    request.method = method

    MeterMiddleware(lambda _request: HttpResponse(status=204))(request)

    expected = f'denouement_http_requests_total{{method="{label}",status="2xx"}} 1'
    assert expected in list(meter.lines())
