"""Temporary credentials that renew themselves: when, by whom, and what becomes of a renewal that fails."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from yunfn.access import cos, ots
from yunfn.access.documents import parse
from yunfn.access.grammar import CAM, RAM, Grammar, PolicyDocument
from yunfn.access.sts import (
    Caller,
    Credentials,
    RefreshingCredentials,
    RoleFacts,
    SessionRequest,
    session_policy,
)
from yunfn.exceptions import CloudAnswerError, ExpiredCredentialsError, MissingRightsError, ValidationError

ROLE = "acs:ram::1234567890123456:role/reader"
READ = session_policy([ots.read_only("fc-data", "wefe_process")], RAM)
COS_READ = session_policy([cos.read("data-1250000000")], CAM)
REQUEST = SessionRequest(READ, ROLE, "hospital", 900)
START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
FULL = parse('{"Version": "1", "Statement": [{"Effect": "Allow", "Action": "ots:*", "Resource": "*"}]}')
NONE = parse('{"Version": "1", "Statement": [{"Effect": "Deny", "Action": "ots:*", "Resource": "*"}]}')
SECRET = "the-secret"


class Clock:
    """A machine's clock that only tests move."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def at(self, seconds: float) -> None:
        """So many seconds after the start."""
        self.now = START + timedelta(seconds=seconds)


@dataclass
class Service:
    """A cloud's STS: numbered credentials by a clock that may be ahead of the machine's, or a refusal."""

    clock: Clock
    ahead: float = 0
    refusal: Exception | None = None
    policies: tuple[PolicyDocument, ...] = (FULL,)
    longest: int = 43200
    meanwhile: Callable[[], object] | None = None
    asked: list[SessionRequest] = field(default_factory=list)
    grammar: Grammar = RAM

    def caller(self) -> Caller:
        return Caller("1234567890123456", "user", "acs:ram::1234567890123456:user/hospital")

    def role(self, request: SessionRequest) -> RoleFacts:
        return RoleFacts(self.policies, self.longest)

    def assume(self, request: SessionRequest) -> Credentials:
        self.asked.append(request)
        if self.meanwhile:
            self.meanwhile()
        if self.refusal:
            raise self.refusal
        until = self.clock.now + timedelta(seconds=request.seconds + self.ahead)
        number = str(len(self.asked))
        return Credentials(f"STS.{number}", SECRET, f"{SECRET}-{number}", until, request.policy, request.role, "s1")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(clock: Clock) -> Service:
    return Service(clock)


@pytest.fixture
def held(service: Service) -> RefreshingCredentials:
    return RefreshingCredentials(service, REQUEST, margin=300, clock=service.clock)


DOWN = CloudAnswerError("STS AssumeRole: ServiceUnavailable: later (request r-17)", code="ServiceUnavailable")


def test_they_are_asked_for_when_needed_and_renewed_before_their_end(
    service: Service, clock: Clock, held: RefreshingCredentials
) -> None:
    assert service.asked == [] and repr(held) == "RefreshingCredentials()" and held.checked == ""
    numbers = []
    for seconds in (0, 1, 599, 600, 601, 1199, 1200, 1201):
        clock.at(seconds)
        numbers.append(held.current().access_key_id)
    assert numbers == ["STS.1"] * 3 + ["STS.2"] * 3 + ["STS.3"] * 2
    assert held.checked == "the session policy and the role's policies were checked"
    assert SECRET not in repr(held) and "reader" in repr(held)


@pytest.mark.parametrize("ahead", [-7200, -700, 0, 700, 7200])
def test_a_clock_that_is_off_neither_hastens_nor_delays_a_renewal(service: Service, clock: Clock, ahead: int) -> None:
    service.ahead = ahead
    held = RefreshingCredentials(service, REQUEST, margin=300, clock=clock)
    for seconds in (0, 599, 600, 899):
        clock.at(seconds)
        held.current()
    assert len(service.asked) == 2


def test_what_the_role_shortens_is_renewed_within_its_life(clock: Clock) -> None:
    full = parse('{"version": "2.0", "statement": [{"effect": "allow", "action": "cos:*", "resource": "*"}]}')
    service = Service(clock, longest=120, policies=(full,), grammar=CAM)
    held = RefreshingCredentials(
        service, SessionRequest(COS_READ, "qcs::cam::uin/100000000001:roleName/r"), clock=clock
    )
    for seconds in (0, 1, 79, 80, 81, 120):
        clock.at(seconds)
        held.current()
    # A third of 120 s; the API's default of 7200 s would have had 300 s.
    assert [each.seconds for each in service.asked] == [120, 120]


def test_a_failed_renewal_harms_nobody_while_the_old_ones_hold(
    service: Service, clock: Clock, held: RefreshingCredentials, caplog: pytest.LogCaptureFixture
) -> None:
    held.current()
    service.refusal = DOWN
    for seconds in (600, 601, 629, 630, 631, 899):
        clock.at(seconds)
        assert held.current().access_key_id == "STS.1"
    # At 600, 630 and 899 s: a tenth of the margin lies between two tries.
    assert (len(service.asked), held.failure) == (4, DOWN)
    assert len(caplog.records) == 3 and "not renewed yet, they still hold: STS AssumeRole" in caplog.text
    assert SECRET not in caplog.text
    service.refusal = None
    clock.at(899.9)
    assert held.current().access_key_id == "STS.1"
    clock.at(900)
    assert (held.current().access_key_id, held.failure) == ("STS.5", None)


def test_a_renewal_that_failed_is_tried_again_and_then_forgotten(
    service: Service, clock: Clock, held: RefreshingCredentials
) -> None:
    held.current()
    service.refusal = DOWN
    clock.at(600)
    held.current()
    service.refusal = None
    clock.at(630)
    assert (held.current().access_key_id, held.failure) == ("STS.3", None)
    clock.at(631)
    assert held.current().access_key_id == "STS.3" and len(service.asked) == 3


def test_credentials_that_ended_are_told_with_what_the_cloud_said(
    service: Service, clock: Clock, held: RefreshingCredentials
) -> None:
    held.current()
    service.refusal = DOWN
    clock.at(900)
    for _ in range(2):
        with pytest.raises(ExpiredCredentialsError) as caught:
            held.current()
        assert "role/reader" in str(caught.value) and "they have ended" in str(caught.value)
        assert str(caught.value).endswith(": STS AssumeRole: ServiceUnavailable: later (request r-17)")
        assert caught.value.__cause__ is DOWN and SECRET not in str(caught.value)
    assert len(service.asked) == 3


def test_what_was_never_given_is_told_as_it_is(service: Service, held: RefreshingCredentials) -> None:
    service.refusal = DOWN
    with pytest.raises(CloudAnswerError) as caught:
        held.current()
    assert caught.value is DOWN and caught.value.__cause__ is None
    service.refusal = None
    assert held.current().access_key_id == "STS.2"


def test_a_role_that_lost_its_rights_is_told_at_the_renewal(
    service: Service, clock: Clock, held: RefreshingCredentials
) -> None:
    held.current()
    service.policies = (NONE,)
    clock.at(600)
    assert held.current().access_key_id == "STS.1" and isinstance(held.failure, MissingRightsError)
    clock.at(900)
    with pytest.raises(ExpiredCredentialsError, match=r"missing rights: ots:BatchGet\* on .*wefe_process"):
        held.current()
    assert len(service.asked) == 1


def test_only_what_is_wanted_must_be_in_the_role(service: Service, clock: Clock) -> None:
    wanted = [ots.read("fc-data", "wefe_process")]
    service.policies = (PolicyDocument(RAM, ots.read("fc-data", "wefe_process").statements()),)
    assert RefreshingCredentials(service, REQUEST, wanted, clock=clock).current().lacking
    with pytest.raises(MissingRightsError):
        RefreshingCredentials(service, REQUEST, clock=clock).current()


def test_others_go_on_with_the_old_ones_while_one_thread_renews(
    service: Service, clock: Clock, held: RefreshingCredentials
) -> None:
    held.current()
    clock.at(600)
    seen: list[str] = []

    def others() -> None:
        with ThreadPoolExecutor(4) as pool:
            seen.extend(each.access_key_id for each in pool.map(lambda _: held.current(), range(8), timeout=20))

    service.meanwhile = others
    assert held.current().access_key_id == "STS.2"
    assert seen == ["STS.1"] * 8 and len(service.asked) == 2


@pytest.mark.parametrize("refusal", [None, DOWN])
@pytest.mark.parametrize("ended", [False, True])
def test_those_who_have_none_wait_for_the_one_who_asks(
    service: Service, clock: Clock, held: RefreshingCredentials, ended: bool, refusal: Exception | None
) -> None:
    if ended:
        held.current()
        clock.at(900)
    before = len(service.asked)
    service.refusal = refusal
    started, inside = threading.Semaphore(0), threading.Event()

    def wait_for_the_others() -> None:
        inside.set()
        for _ in range(3):
            assert started.acquire(timeout=20)

    service.meanwhile = wait_for_the_others

    def ask(first: bool) -> str:
        if not first:
            assert inside.wait(20)
            # What they see of the clock is the last thing before they wait.
            held._clock = lambda: (started.release(), clock.now)[1]
        try:
            return held.current().access_key_id
        except (CloudAnswerError, ExpiredCredentialsError) as error:
            return type(error).__name__

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(ask, (True, False, False, False), timeout=30))
    told = "ExpiredCredentialsError" if ended else "CloudAnswerError"
    assert answers == {told if refusal else f"STS.{before + 1}"}
    assert len(service.asked) == before + 1


def test_what_a_service_refuses_is_renewed_whatever_the_clock_says(
    service: Service, held: RefreshingCredentials
) -> None:
    first = held.current()
    assert held.renew(first).access_key_id == "STS.2"
    # A thread that was refused the same ones a moment later gets what there is.
    assert held.renew(first).access_key_id == "STS.2" and len(service.asked) == 2
    service.refusal = DOWN
    with pytest.raises(ExpiredCredentialsError, match="request r-17"):
        held.renew(held.current())


def test_an_error_of_the_programs_own_is_no_failed_renewal(
    service: Service, clock: Clock, held: RefreshingCredentials
) -> None:
    held.current()
    service.refusal = ZeroDivisionError()
    clock.at(600)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            held.current()
    service.refusal = None
    assert held.current().access_key_id == "STS.4"


@pytest.mark.parametrize("margin", [-1, 900, 901])
def test_a_margin_lies_within_the_life(service: Service, margin: float) -> None:
    with pytest.raises(ValidationError, match=r"margin=.*less than the 900 that the credentials live"):
        RefreshingCredentials(service, REQUEST, margin=margin)


def test_short_lives_get_short_margins(clock: Clock) -> None:
    assert RefreshingCredentials(Service(clock), REQUEST)._margin == timedelta(seconds=300)
    short = SessionRequest(COS_READ, "", "s1", 60)
    assert RefreshingCredentials(Service(clock, grammar=CAM), short)._margin == timedelta(seconds=20)
