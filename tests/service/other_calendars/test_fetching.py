"""Fetching an address outside: what is never asked, what is never believed, and that nothing lasts."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
from datetime import UTC, datetime

import pytest

from calendars.reading_lines import MOST_BYTES
from service.remote_addresses import NotFetched, address_of, is_public
from service.remote_fetch import Limits, Outside, fetch
from tests.service.other_calendars.outside import ADDRESS, NAME, OTHER, Internet, by_path, saying

NOW = datetime(2027, 1, 4, 7, tzinfo=UTC)
URL = f"https://{NAME}/prive/secret.ics?x=1"
CALENDAR = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"

REFUSED_ADDRESSES = [
    "",
    "   ",
    "agenda.ics",
    "//agenda.example.org/a.ics",
    "http:agenda.example.org",
    "https:",
    "https://",
    "https:///a.ics",
    "https://?x",
    "ftp://agenda.example.org/a.ics",
    "file:///etc/passwd",
    "gopher://agenda.example.org/",
    "data:text/calendar,BEGIN:VCALENDAR",
    "javascript:alert(1)",
    "unix:///run/docker.sock",
    "https+unix://agenda.example.org/",
    "caldav://agenda.example.org/",
    # users and ports
    "https://anne@agenda.example.org/a.ics",
    "https://anne:secret@agenda.example.org/a.ics",
    "https://agenda.example.org@127.0.0.1/a.ics",
    "https://@agenda.example.org/",
    "https://agenda.example.org:80/a.ics",
    "https://agenda.example.org:8443/a.ics",
    "https://agenda.example.org:22/",
    "https://agenda.example.org:0/",
    "https://agenda.example.org:99999/",
    "https://agenda.example.org:４４３/",
    "https://agenda.example.org:443:443/",
    "https://agenda.example.org:-443/",
    # machines by their numbers, in every spelling
    "https://127.0.0.1/",
    "https://93.184.215.14/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.0.0.1./",
    "https://１２７.０.０.１/",
    "https://127。0。0。1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://[2606:4700::1111]/",
    "https://[::1/",
    # names that are none
    "https://localhost/",
    "https://localhost./",
    "https://LOCALHOST/",
    "https://a.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://agenda.example.org./a.ics",
    "https://agenda..example.org/",
    "https://.example.org/",
    "https://-agenda.example.org/",
    "https://agenda_b.example.org/",
    "https://agenda%2eexample.org/",
    "https://agenda.example.org%00/",
    f"https://{'a' * 64}.example.org/",
    f"https://{'.'.join(['abcdefgh'] * 30)}.org/",
    "https://faß.example.org/",
    "https://a\u200db.example.org/",
    # what does not belong into an address
    "https://agenda.example.org/a.ics\r\nHost: 127.0.0.1",
    "https://agenda.example.org/a.ics\nX: y",
    "https://agenda.example.org/a b.ics",
    "https://agenda.example.org/\ta.ics",
    "https://agenda.example.org/\x00",
    "https://agenda.example.org\\@127.0.0.1/",
    "https://agenda.example.org/\u2028",
    f"https://agenda.example.org/{'a' * 2000}",
]

NOT_PUBLIC = [
    "0.0.0.0",  # noqa: S104
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.1.2.3",
    "::ffff:169.254.169.254",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::1",
    "2001:db8::1",
    "2001:10::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2002:c0a8:101::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2606:4700::1111%eth0",
    "not an address",
    "",
]


def refusal(url: str, outside: Outside, limits: Limits | None = None, **known: str) -> str:
    with pytest.raises(NotFetched) as refused:
        fetch(url, NOW, outside=outside, limits=limits, **known)
    return refused.value.code


@pytest.mark.parametrize("url", REFUSED_ADDRESSES)
def test_an_address_that_is_none_is_refused_before_anything_is_asked(url: str, web: Internet):
    assert refusal(url, web.outside()) in ("BAD_ADDRESS", "NOT_HTTPS")
    assert (web.resolved, web.dialled, web.asked) == ([], [], [])


@pytest.mark.parametrize("url", ["http://agenda.example.org/a.ics", "HTTP://agenda.example.org:80/"])
def test_an_address_without_encryption_has_its_own_sentence(url: str, web: Internet):
    assert refusal(url, web.outside()) == "NOT_HTTPS"


@pytest.mark.parametrize(
    ("url", "host", "target"),
    [
        ("https://agenda.example.org", "agenda.example.org", "/"),
        ("webcal://Agenda.Example.ORG:443/a.ics#part", "agenda.example.org", "/a.ics"),
        ("webcals://agenda.example.org/a.ics?b=c%20d&e=é", "agenda.example.org", "/a.ics?b=c%20d&e=%C3%A9"),
        (" HTTPS://agenda.example.org:/a/é.ics\n", "agenda.example.org", "/a/%C3%A9.ics"),
        ("https://bücher.example/a", "xn--bcher-kva.example", "/a"),
        ("https://calendar.example/ical/anne%40mail.example/private-0/basic.ics", "calendar.example", None),
    ],
)
def test_addresses_that_people_are_given_are_taken(url: str, host: str, target: str | None):
    found = address_of(url)

    assert found.host == host
    assert target in (None, found.target)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_a_name_that_means_a_machine_of_a_closed_network_is_not_connected_to(address: str, web: Internet):
    web.names[NAME] = [address]

    assert refusal(URL, web.outside()) == "NOT_PUBLIC"
    assert web.dialled == []


@pytest.mark.parametrize("address", [ADDRESS, "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"])
def test_machines_of_the_open_internet_are_public(address: str):
    assert is_public(address)


def test_one_closed_machine_among_open_ones_is_enough_to_refuse(web: Internet):
    web.names[NAME] = [ADDRESS, "2606:4700::1111", "10.0.0.7"]

    assert refusal(URL, web.outside()) == "NOT_PUBLIC"
    assert web.dialled == []


def test_the_connection_goes_to_the_machine_that_was_checked_whatever_the_name_means_next(web: Internet):
    """The second look at the name would lead to this machine itself: there is none."""

    def rebinding(host: str) -> list[str]:
        web.resolved.append(host)
        return [ADDRESS] if len(web.resolved) == 1 else ["127.0.0.1"]

    web.says(CALENDAR)
    found = fetch(URL, NOW, outside=Outside(rebinding, web.dial, web.outside().tls))

    assert found.content == CALENDAR
    assert (web.resolved, web.dialled) == ([NAME], [ADDRESS])


def test_the_question_says_who_asks_and_nothing_more(web: Internet, monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    fetch(URL, NOW, outside=web.outside())
    lines = web.asked[0].split("\r\n")

    assert lines[0] == "GET /prive/secret.ics?x=1 HTTP/1.1"
    assert {line.partition(":")[0] for line in lines[1:] if line} == {
        *("Host", "User-Agent", "Accept", "Accept-Encoding", "Connection")
    }
    assert "Accept-Encoding: identity" in lines


def test_what_has_not_changed_is_not_sent_again(web: Internet):
    web.says(CALENDAR, ETag='"a1"', Last_Modified="Mon, 04 Jan 2027 06:00:00 GMT")
    first = fetch(URL, NOW, outside=web.outside())
    web.says(b"", "304 Not Modified")
    again = fetch(URL, NOW, etag=first.etag, last_modified=first.last_modified, outside=web.outside())

    assert (first.etag, first.last_modified) == ('"a1"', "Mon, 04 Jan 2027 06:00:00 GMT")
    assert again.content is None
    assert (again.etag, again.last_modified) == (first.etag, first.last_modified)
    assert 'If-None-Match: "a1"' in web.asked[1]
    assert "If-Modified-Since: Mon, 04 Jan 2027 06:00:00 GMT" in web.asked[1]


def test_unchanged_since_never_is_an_odd_answer(web: Internet):
    web.says(b"", "304 Not Modified")

    assert refusal(URL, web.outside()) == "ODD_ANSWER"


@pytest.mark.parametrize("etag", ['"' + "x" * 300 + '"', '"\x81"'])
def test_a_stamp_that_cannot_be_sent_back_is_forgotten(etag: str, web: Internet):
    web.answer = lambda connection, _: connection.sendall(
        f"HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
    )

    assert fetch(URL, NOW, outside=web.outside()).etag == ""


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("401 Unauthorized", "SIGN_IN"),
        ("403 Forbidden", "SIGN_IN"),
        ("404 Not Found", "GONE"),
        ("410 Gone", "GONE"),
        ("418 Teapot", "ODD_ANSWER"),
        ("204 No Content", "ODD_ANSWER"),
        ("206 Partial Content", "ODD_ANSWER"),
        ("300 Multiple Choices", "ODD_ANSWER"),
        ("302 Found", "ODD_ANSWER"),
        ("429 Too Many Requests", "ASKED_TOO_OFTEN"),
        ("500 Oh", "AWAY"),
        ("502 Bad Gateway", "AWAY"),
        ("503 Service Unavailable", "AWAY"),
    ],
)
def test_each_kind_of_refusal_of_the_other_side_has_its_code(status: str, code: str, web: Internet):
    web.says(b"<html>no</html>", status)

    assert refusal(URL, web.outside()) == code


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120),
        ("Mon, 04 Jan 2027 09:00:00 GMT", 7200),
        ("Mon, 04 Jan 2027 06:00:00 GMT", 0),
        ("99999999999999999999", 7 * 86400),
        ("soon", 0),
        ("-5", 0),
        ("", 0),
    ],
)
def test_the_other_side_may_ask_to_wait_a_week_at_most(asked: str, seconds: int, web: Internet):
    web.says(b"", "429 Too Many Requests", Retry_After=asked)
    with pytest.raises(NotFetched) as refused:
        fetch(URL, NOW, outside=web.outside())

    assert refused.value.retry_seconds == seconds


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_three_redirects_are_followed_each_with_its_own_look_at_the_name(status: int, web: Internet):
    web.answer = by_path(
        {
            "/0": saying(b"", f"{status} Moved", Location="/1"),
            "/1": saying(b"", f"{status} Moved", Location=f"//{OTHER}/2"),
            "/2": saying(b"", f"{status} Moved", Location=f"https://{NAME}:443/3#part"),
            "/3": saying(CALENDAR),
        }
    )

    assert fetch(f"https://{NAME}/0", NOW, outside=web.outside()).content == CALENDAR
    assert web.resolved == [NAME, NAME, OTHER, NAME]
    assert [question.split("\r\n")[1] for question in web.asked] == [f"Host: {name}" for name in web.resolved]


def test_a_fourth_redirect_and_a_loop_are_not_followed(web: Internet):
    web.says(b"", "302 Found", Location="/again")

    assert refusal(URL, web.outside()) == "TOO_MANY_REDIRECTS"
    assert len(web.asked) == 4


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://agenda.example.org/a.ics", "NOT_HTTPS"),
        ("https://127.0.0.1/a.ics", "BAD_ADDRESS"),
        ("https://[::ffff:127.0.0.1]/a.ics", "BAD_ADDRESS"),
        ("https://agenda.example.org:8443/a.ics", "BAD_ADDRESS"),
        ("https://inside.example.org/a.ics", "NOT_PUBLIC"),
        ("https://nobody.example.org/a.ics", "UNKNOWN_HOST"),
        ("file:///etc/passwd", "BAD_ADDRESS"),
        ("https://[", "ODD_ANSWER"),
    ],
)
def test_a_redirect_is_looked_at_like_an_address_that_somebody_typed(location: str, code: str, web: Internet):
    web.names["inside.example.org"] = ["192.168.0.10"]
    web.says(b"", "302 Found", Location=location)

    assert refusal(URL, web.outside()) == code
    assert len(web.dialled) == 1


def test_a_name_that_nobody_has_is_unknown(web: Internet):
    web.names[OTHER] = []

    assert refusal("https://nobody.example.org/", web.outside()) == "UNKNOWN_HOST"
    assert refusal(f"https://{OTHER}/", web.outside()) == "UNKNOWN_HOST"


def test_when_the_first_machine_of_a_name_is_away_the_next_one_answers(web: Internet):
    web.names[NAME] = ["1.1.1.1", ADDRESS]

    def dial(address: str, seconds: float) -> socket.socket:
        if address == "1.1.1.1":
            raise ConnectionRefusedError
        return web.dial(address, seconds)

    assert fetch(URL, NOW, outside=Outside(web.resolve, dial, web.outside().tls)).content is not None


def test_a_machine_that_refuses_gives_no_answer(web: Internet):
    def dial(_address: str, _seconds: float) -> socket.socket:
        raise ConnectionRefusedError

    assert refusal(URL, Outside(web.resolve, dial, web.outside().tls)) == "NO_ANSWER"


def test_a_certificate_of_nobody_or_for_another_name_is_refused(web: Internet):
    web.names["third.example.com"] = [ADDRESS]

    assert refusal(URL, web.outside(ssl.create_default_context)) == "BAD_CERTIFICATE"
    assert refusal("https://third.example.com/", web.outside()) == "BAD_CERTIFICATE"
    assert web.asked == []


def test_a_byte_now_and_then_does_not_put_the_end_off(web: Internet):
    """The server would go on for ever; each byte alone comes in time."""
    over = threading.Event()

    def drip(connection: ssl.SSLSocket, _question: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not over.wait(0.02):
            connection.sendall(b"B")

    web.answer = drip
    assert refusal(URL, web.outside(), Limits(seconds=0.5)) == "SLOW"
    over.set()


def test_a_head_that_never_ends_is_left_alone(web: Internet):
    over = threading.Event()

    def drip(connection: ssl.SSLSocket, _question: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while not over.wait(0.02):
            connection.sendall(b"y")

    web.answer = drip
    assert refusal(URL, web.outside(), Limits(seconds=0.5)) == "SLOW"
    over.set()


def test_whoever_says_nothing_is_not_waited_for(web: Internet):
    over = threading.Event()
    web.answer = lambda _connection, _question: over.wait() and None

    assert refusal(URL, web.outside(), Limits(seconds=0.5)) == "SLOW"
    over.set()


def test_names_that_take_for_ever_to_resolve_are_not_waited_for(web: Internet):
    over = threading.Event()

    def resolve(_host: str) -> list[str]:
        over.wait()
        return [ADDRESS]

    assert refusal(URL, Outside(resolve, web.dial, web.outside().tls), Limits(seconds=0.2)) == "SLOW"
    over.set()
    assert web.dialled == []


def test_ten_mebibytes_are_read_and_one_byte_more_is_not(web: Internet):
    web.says(b"x" * MOST_BYTES)
    assert fetch(URL, NOW, outside=web.outside(), limits=Limits(seconds=60)).content == b"x" * MOST_BYTES

    web.says(b"x" * (MOST_BYTES + 1))
    assert refusal(URL, web.outside(), Limits(seconds=60)) == "TOO_LARGE"


def test_a_body_without_end_is_not_read_to_its_end(web: Internet):
    def pour(connection: ssl.SSLSocket, _question: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")

    web.answer = pour
    assert refusal(URL, web.outside(), Limits(seconds=60, most_bytes=100_000)) == "TOO_LARGE"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Encoding": "gzip"},
        {"Content_Encoding": "br"},
        {"Content_Encoding": "identity, gzip"},
        {"Transfer_Encoding": "gzip, chunked"},
    ],
)
def test_what_is_compressed_is_not_unpacked(headers: dict[str, str], web: Internet):
    web.says(gzip.compress(CALENDAR), **headers)

    assert refusal(URL, web.outside()) == "COMPRESSED"


@pytest.mark.parametrize(
    "head",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"",
    ],
)
def test_what_is_no_http_gives_nothing(head: bytes, web: Internet):
    web.answer = lambda connection, _: connection.sendall(head)

    assert refusal(URL, web.outside()) in ("ODD_ANSWER", "NO_ANSWER")


@pytest.mark.parametrize("head", [b"Content-Length: 100", b"Transfer-Encoding: chunked"])
def test_half_an_answer_is_none(head: bytes, web: Internet):
    web.answer = lambda connection, _: connection.sendall(
        b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + (b"8\r\nBEG" if b"chunked" in head else b"BEGIN")
    )

    assert refusal(URL, web.outside()) == "NO_ANSWER"


def test_neither_the_secret_nor_the_answer_is_in_what_is_told(web: Internet):
    web.says(b"CANARY", "404 Not Found")
    with pytest.raises(NotFetched) as refused:
        fetch(URL, NOW, outside=web.outside())
    web.says(b"CANARY")
    found = fetch(URL, NOW, outside=web.outside())

    assert "CANARY" not in f"{refused.value!r} {refused.value} {found!r}"
    assert "secret" not in f"{refused.value!r} {found!r}"


def test_ten_seconds_and_ten_mebibytes_are_what_counts_without_a_word():
    assert (Limits().seconds, Limits().most_bytes) == (10, MOST_BYTES)
