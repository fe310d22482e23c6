"""The channels: what leaves, how it is signed, where it may go, and what each answer of a receiver means."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import hmac
import ipaddress
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.notify.adapters.channel import (
    Channel,
    Outcome,
    OutgoingMessage,
    PermanentFailure,
    Sent,
    TechnicalFailure,
    TemporaryFailure,
)
from services.notify.adapters.inbox import Inbox
from services.notify.adapters.signing import Signer
from services.notify.adapters.target import Misconfigured, Resolver, Target, system_resolver
from services.notify.adapters.webhook import LARGEST_ANSWER, Patience, Unusable, Webhook, webhook
from services.notify.application.templates import CATALOGUE
from services.notify.domain.delivery import Fail
from tests.unit.notify.examples import ABOUT, MONDAY, at
from tests.unit.notify.receiver import Receiver, answering, nobody, receiver, saying, silent_after

KEY, OLD_KEY = b"k" * 32, b"o" * 24
SECRET = "whsec_" + base64.b64encode(KEY).decode()
OLD_SECRET = "whsec_" + base64.b64encode(OLD_KEY).decode()
MESSAGE = OutgoingMessage(
    delivery=ABOUT.delivery,
    notice=ABOUT.notice,
    template="case-settled",
    case="case-basement",
    code="WG-2026-000018",
    station="wangfu",
    person="person-li",
    account=None,
    name="李某",
    phone="13800000000",
    rendered=CATALOGUE.render("case-settled", 1, {"code": "WG-2026-000018"}),
    planned_at=MONDAY,
)
QUICK = Patience(connect=1, read=0.2, whole=2)


def clock() -> datetime:
    return at(5)


def answers_with(*addresses: str) -> Resolver:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolve


@asynccontextmanager
async def to(
    url: str,
    secret: str = SECRET,
    *,
    allow_loopback: bool = True,
    resolver: Resolver = system_resolver,
    trust: ssl.SSLContext | None = None,
) -> AsyncIterator[Webhook]:
    channel = Webhook(
        url, secret, clock=clock, allow_loopback=allow_loopback, resolver=resolver, patience=QUICK, trust=trust
    )
    try:
        yield channel
    finally:
        await channel.aclose()


async def sent_to(it: Receiver, secret: str = SECRET) -> Outcome:
    async with to(it.url, secret) as channel:
        return await channel.send(MESSAGE)


def accepts(it: Receiver, key: bytes) -> bool:
    """A receiver's own check, after the specification of Standard Webhooks."""
    got = it.got[-1]
    signed = b".".join((got.headers["webhook-id"].encode(), got.headers["webhook-timestamp"].encode(), got.body))
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [entry.partition(",") for entry in got.headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(value, wanted) for version, _, value in given)


# The inbox


async def test_what_goes_to_the_inbox_is_there_at_once() -> None:
    assert await Inbox().send(MESSAGE) == Sent(provider_id=None, delivered=True)


def test_every_channel_is_one_and_says_whether_it_can_be_repeated() -> None:
    channels: list[Channel] = [Inbox(), Unusable("no address")]
    assert [(channel.name, channel.repeatable) for channel in channels] == [("inbox", True), ("webhook", True)]


def test_name_and_phone_are_not_printed() -> None:
    assert "李某" not in repr(MESSAGE)
    assert "13800000000" not in repr(MESSAGE)


# What leaves


async def test_a_message_leaves_signed_under_the_id_of_its_delivery() -> None:
    async with receiver(answering("200 OK", b'{"id": "sms-77"}')) as it:
        assert await sent_to(it) == Sent(provider_id="sms-77", delivered=True)
        got = it.got[0]
        assert got.line == "POST /hook HTTP/1.1"
        assert got.headers["webhook-id"] == ABOUT.delivery
        assert got.headers["webhook-timestamp"] == str(int(at(5).timestamp()))
        assert got.headers["host"] == f"127.0.0.1:{it.port}"
        assert accepts(it, KEY)
        assert not accepts(it, OLD_KEY)
        body = orjson.loads(got.body)
        assert body["type"] == "notice.deliver"
        assert body["data"]["phone"] == "13800000000"
        assert body["data"]["zh"]["title"] == "已化解（WG-2026-000018）"


async def test_a_repeated_attempt_has_the_same_id_and_the_same_bytes() -> None:
    async with receiver(answering("503 Busy"), answering("204 No Content")) as it, to(it.url) as channel:
        assert isinstance(await channel.send(MESSAGE), TemporaryFailure)
        assert await channel.send(MESSAGE) == Sent(provider_id=None, delivered=True)
        first, second = it.got
        assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)


async def test_while_secrets_change_both_the_old_and_the_new_are_accepted() -> None:
    async with receiver(answering("200 OK")) as it:
        await sent_to(it, f"{SECRET} {OLD_SECRET}")
        assert accepts(it, KEY)
        assert accepts(it, OLD_KEY)


async def test_a_changed_byte_spoils_the_signature() -> None:
    async with receiver(answering("200 OK")) as it:
        await sent_to(it)
        it.got[0].body += b" "
        assert not accepts(it, KEY)


def test_the_signature_is_that_of_a_published_example() -> None:
    signer = Signer.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signer.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_secret_is_not_printed() -> None:
    assert "kkk" not in repr(Signer.of(SECRET))


# What an answer means


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted", "204 No Content"])
async def test_taken_is_delivered(status: str) -> None:
    async with receiver(answering(status)) as it:
        assert await sent_to(it) == Sent(provider_id=None, delivered=True)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_busy_or_broken_receivers_are_tried_again(status: int) -> None:
    async with receiver(answering(f"{status} Later")) as it:
        assert await sent_to(it) == TemporaryFailure("answered", str(status))


@pytest.mark.parametrize("status", [400, 401, 404, 410, 413, 422])
async def test_a_receiver_that_will_not_have_it_is_not_asked_again(status: int) -> None:
    async with receiver(answering(f"{status} No")) as it:
        assert await sent_to(it) == PermanentFailure("answered", str(status))


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("0", timedelta()),
        ("99999999999999999999", timedelta(hours=1)),
        (format_datetime(at(7)), timedelta(minutes=2)),
        (format_datetime(at(-7)), timedelta()),
        (format_datetime(at(70_000)), timedelta(hours=1)),
        ("Mon, 23 Nov 2026 01:37:00 -0000", None),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
async def test_the_wait_that_a_receiver_asks_for_is_honoured_within_bounds(header: str, wait: timedelta | None) -> None:
    async with receiver(answering("429 Too Many Requests", Retry_After=header)) as it:
        assert await sent_to(it) == TemporaryFailure("answered", "429", wait)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
async def test_a_redirect_is_not_followed(status: str) -> None:
    async with receiver(answering("200 OK")) as elsewhere:
        async with receiver(answering(status, Location=elsewhere.url)) as it:
            assert await sent_to(it) == TechnicalFailure("redirected", status[:3])
        assert elsewhere.connections == 0


@pytest.mark.parametrize("raw", [b"\x00\xff garbage\r\n\r\n", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 99999 ?\r\n\r\n"])
async def test_garbage_is_tried_again(raw: bytes) -> None:
    async with receiver(saying(raw)) as it:
        assert await sent_to(it) == TemporaryFailure("unintelligible")


async def test_a_connection_closed_without_an_answer_is_tried_again() -> None:
    async with receiver(saying(b"")) as it:
        assert await sent_to(it) == TemporaryFailure("unintelligible")


async def test_a_receiver_that_is_not_there_is_tried_again() -> None:
    with nobody() as it:
        async with to(it.url) as channel:
            assert await channel.send(MESSAGE) == TemporaryFailure("unreachable")


async def test_a_slow_receiver_is_not_waited_for_without_end() -> None:
    async with receiver(silent_after()) as it:
        assert await sent_to(it) == TemporaryFailure("timed_out")


async def test_a_receiver_that_drips_its_answer_is_not_waited_for_without_end() -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    patience = Patience(connect=1, read=1, whole=0.4)
    async with receiver(drip) as it:
        channel = Webhook(it.url, SECRET, clock=clock, allow_loopback=True, patience=patience)
        assert await channel.send(MESSAGE) == TemporaryFailure("timed_out")
        await channel.aclose()


@pytest.mark.parametrize(
    "answer",
    [
        answering("200 OK", b'{"id": "sms-77"}' + b" " * LARGEST_ANSWER),
        answering("200 OK", b'{"id": "' + b"9" * 201 + b'"}'),
        answering("200 OK", '{"id": "李某"}'.encode()),
        answering("200 OK", b'{"id": 77}'),
        answering("200 OK", b'["id"]'),
        answering("200 OK", gzip.compress(b'{"id": "sms-77"}'), Content_Encoding="gzip"),
        saying(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut o"),
        silent_after(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"),
    ],
    ids=["too large", "long id", "a name as id", "a number as id", "a list", "packed", "cut off", "never ends"],
)
async def test_what_was_taken_stays_delivered_whatever_the_rest_of_the_answer(answer: object) -> None:
    async with receiver(answer) as it:  # type: ignore[arg-type]
        assert await sent_to(it) == Sent(provider_id=None, delivered=True)


# Where it may go


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "::ffff:127.0.0.1",
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "2002:a9fe:a9fe::1",
        "fe80::1%eth0",
        "100.100.100.200",
        "fd00:ec2::254",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1",
        "240.0.0.1",
        "64:ff9b::7f00:1",
    ],
)
@pytest.mark.parametrize("beside", [(), ("10.20.30.40",)], ids=["alone", "beside a good one"])
async def test_no_message_goes_to_an_address_that_is_none_of_a_gateway(address: str, beside: tuple[str, ...]) -> None:
    resolver = answers_with(*beside, address)
    async with to("https://gateway.test/hook", allow_loopback=False, resolver=resolver) as channel:
        outcome = await channel.send(MESSAGE)
    assert isinstance(outcome, TechnicalFailure)
    assert outcome.reason == "forbidden_target"


async def test_the_address_is_checked_anew_for_each_message() -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])

    async def rebinding(host: str, port: int) -> Sequence[str]:
        return next(answers)

    async with receiver(answering("200 OK")) as it:
        async with to(f"http://gateway.test:{it.port}/hook", resolver=rebinding) as channel:
            assert isinstance(await channel.send(MESSAGE), Sent)
            assert isinstance(await channel.send(MESSAGE), TechnicalFailure)
        assert len(it.got) == 1
        assert it.got[0].headers["host"] == f"gateway.test:{it.port}"


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "localhost"])
async def test_loopback_by_another_name_is_loopback(host: str) -> None:
    async with to(f"https://{host}/hook", allow_loopback=False) as channel:
        assert await channel.send(MESSAGE) == TechnicalFailure("forbidden_target", "loopback")


async def test_plain_http_does_not_leave_the_machine() -> None:
    async with to("http://gateway.test/hook", resolver=answers_with("10.20.30.40")) as channel:
        assert await channel.send(MESSAGE) == TechnicalFailure("forbidden_target", "plain http beyond loopback")


async def test_a_name_without_an_address_is_tried_again() -> None:
    async with to("https://gateway.test/hook", resolver=answers_with()) as channel:
        assert await channel.send(MESSAGE) == TemporaryFailure("unreachable", "name not found")
    async with to(f"https://{'a' * 70}.test/hook") as channel:
        assert await channel.send(MESSAGE) == TemporaryFailure("unreachable", "name not found")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "gateway.test/hook",
        "ftp://gateway.test/",
        "file:///etc/passwd",
        "gopher://gateway.test/",
        "https://",
        "https://user:secret@gateway.test/",
        "https://gateway.test:0/",
        "https://gateway.test:99999/",
        "https://gateway.test:port/",
        "https://[::1/",
        "https://bad host/",
        "http://gateway.test/",
    ],
)
def test_an_address_that_cannot_be_meant_is_refused_with_the_name_of_the_setting(url: str) -> None:
    with pytest.raises(Misconfigured, match="WANGGE_NOTIFY_WEBHOOK_URL") as refused:
        Target.of(url, allow_loopback=False)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("secret", ["", "  ", "whsec_", "whsec_short", "whsec_" + "!" * 40, "whsec_" + "AAAA" * 30])
async def test_faulty_settings_fail_each_message_and_lose_none(secret: str) -> None:
    channel = webhook("https://gateway.test/hook", secret, clock=clock)
    assert isinstance(channel, Unusable)
    assert "WANGGE_NOTIFY_WEBHOOK_SECRET" in channel.why
    assert await channel.send(MESSAGE) == TechnicalFailure("misconfigured")
    await channel.aclose()


async def test_good_settings_give_a_channel() -> None:
    channel = webhook("https://[2001:db8::7]:8443/hook?station=wangfu", SECRET, clock=clock)
    assert isinstance(channel, Webhook)
    assert (channel.name, channel.repeatable) == ("webhook", True)
    await channel.aclose()


@pytest.mark.parametrize(
    "outcome",
    [
        TemporaryFailure("unreachable", "name not found"),
        TechnicalFailure("forbidden_target", "link-local, multicast, reserved"),
        TechnicalFailure("forbidden_target", "plain http beyond loopback"),
    ],
)
def test_every_failure_fits_the_delivery_that_records_it(outcome: TemporaryFailure | TechnicalFailure) -> None:
    Fail(attempt=1, kind="temporary", reason=outcome.reason, detail=outcome.detail, now=MONDAY)


# Certificates


@pytest.fixture
def identity(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server that is gateway.test, and a client that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("gateway.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    both = tmp_path / "server.pem"
    both.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + pem
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(both)
    return server, ssl.create_default_context(cadata=pem.decode())


async def test_the_certificate_must_be_for_the_name_and_not_for_the_address(
    identity: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    server, trust = identity
    resolver = answers_with("127.0.0.1")
    async with receiver(answering("200 OK"), tls=server) as it:
        async with to(f"https://gateway.test:{it.port}/hook", resolver=resolver, trust=trust) as channel:
            assert isinstance(await channel.send(MESSAGE), Sent)
        async with to(f"https://other.test:{it.port}/hook", resolver=resolver, trust=trust) as channel:
            assert await channel.send(MESSAGE) == TechnicalFailure("untrusted")
        async with to(f"https://127.0.0.1:{it.port}/hook", trust=trust) as channel:
            assert await channel.send(MESSAGE) == TechnicalFailure("untrusted")
        assert len(it.got) == 1


async def test_a_certificate_of_nobody_known_is_not_trusted(
    identity: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    server, _ = identity
    async with (
        receiver(answering("200 OK"), tls=server) as it,
        to(f"https://gateway.test:{it.port}/hook", resolver=answers_with("127.0.0.1")) as channel,
    ):
        assert await channel.send(MESSAGE) == TechnicalFailure("untrusted")
        assert it.got == []


def test_the_machine_resolves_addresses_to_themselves() -> None:
    found = asyncio.run(system_resolver("127.0.0.1", 443))
    assert [ipaddress.ip_address(text) for text in found] == [ipaddress.ip_address("127.0.0.1")]
