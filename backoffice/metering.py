"""How many requests, how long they took: counted per process, shown on `/metrics`."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Final

from django.http import HttpRequest, HttpResponse

#: Upper bounds of the histogram, in milliseconds; the page budget is 120 ms.
BOUNDS_MS: Final = (5, 10, 25, 50, 100, 120, 250, 500, 1_000, 2_500, 10_000)


class Meter:
    """Counters that threads share; cheap enough for every request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: Counter[tuple[str, str]] = Counter()
        self._within: Counter[int] = Counter()
        self._total_ms = 0

    def note(self, *, method: str, status: int, took_ms: int) -> None:
        """Count one answer."""
        with self._lock:
            self._answers[method, f"{status // 100}xx"] += 1
            self._total_ms += took_ms
            for bound in BOUNDS_MS:
                if took_ms <= bound:
                    self._within[bound] += 1

    def lines(self) -> Iterator[str]:
        """Yield the Prometheus text: a counter by method and class, a histogram of durations."""
        with self._lock:
            answers, within = dict(self._answers), dict(self._within)
            total_ms, count = self._total_ms, sum(self._answers.values())
        yield "# TYPE denouement_http_requests_total counter"
        for (method, status), number in sorted(answers.items()):
            yield f'denouement_http_requests_total{{method="{method}",status="{status}"}} {number}'
        name = "denouement_http_request_milliseconds"
        yield f"# TYPE {name} histogram"
        for bound in BOUNDS_MS:
            yield f'{name}_bucket{{le="{bound}"}} {within.get(bound, 0)}'
        yield f'{name}_bucket{{le="+Inf"}} {count}'
        yield f"{name}_sum {total_ms}"
        yield f"{name}_count {count}"


METER: Final = Meter()
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class MeterMiddleware:
    """Times everything below it; an unknown method is counted as `other`, so labels stay few."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        answer = self.get_response(request)
        method = request.method if request.method in METHODS else "other"
        took_ms = round((perf_counter() - began) * 1000)
        METER.note(method=str(method), status=answer.status_code, took_ms=took_ms)
        return answer
