"""Spellings of victims: whatever a URL does to hide where it leads, nobody there is dialled; errors are typed."""

from urllib.parse import quote

import pytest

from monitor.errors import FetchError, FetchKind
from tests.fetch.conftest import a_fetcher, a_request
from tests.fetch.recorder import record, resolve
from tests.fetch.server import INTERNET, Server

NAMES = {
    "localhost": ["127.0.0.1", "::1"],
    "localhost_localdomain": ["127.0.0.1"],
    "localhost6": ["::1"],
    "ip6-localhost": ["::1"],
    "ip6-loopback": ["::1"],
    "ip6-allnodes": ["ff02::1"],
    "gazette_localhost": ["127.0.0.1"],
    "a_b_localhost": ["127.0.0.1"],
    "broadcasthost": ["255.255.255.255"],
    "host_docker_internal": ["172.17.0.1"],
    "gateway_docker_internal": ["172.17.0.1"],
    "kubernetes_default_svc": ["10.96.0.1"],
    "metadata": ["169.254.169.254"],
    "metadata_google_internal": ["169.254.169.254"],
    "metadata_goog": ["169.254.169.254"],
    "instance-data": ["169.254.169.254"],
    "instance-data_ec2_internal": ["169.254.169.254", "fd00:ec2::254"],
    "metadata_azure_internal": ["168.63.129.16"],
    "printer_local": ["169.254.9.9"],
    "router_lan": ["192.168.1.1"],
    "intranet": ["10.1.2.3"],
    "intranet_corp": ["172.20.1.1"],
    "127_0_0_1_nip_io": ["127.0.0.1"],
    "169-254-169-254_sslip_io": ["169.254.169.254"],
    "localtest_me": ["127.0.0.1", "::1"],
    "spoofed_burpcollaborator_net": ["127.0.0.1"],
    "xn--6dbij2e_example": ["127.0.0.1"],
    "gazette_example": ["127.0.0.1"],
    "xn--nxasmm1c_example": ["::ffff:127.0.0.1"],
    "1_example": ["127.0.0.1"],
}
"""What a name server might say, of names with "_" for their dots; the dots of 127.0.0.1.nip.io are among them."""

HOSTS = [
    # IPv4 as libc reads it: decimal, octal, hexadecimal, short, mixed
    *["127.0.0.1", "127.1", "127.0.1", "127.000.000.001", "0177.0.0.1", "0177.1", "017700000001", "00000177.0.0.1"],
    *["0x7f.0.0.1", "0x7f.1", "0x7f000001", "0X7F000001", "0x7f.0x0.0x0.0x1", "0x7f.0.01", "2130706433", "127.65535"],
    *["0", "0.0", "0.0.0.0", "0x0", "00", "127.255.255.254", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376"],
    *["169.254.43518", "169.16689662", "0xa9.254.0251.254", "169.254.169.254", "0xffffffff", "4294967295"],
    *["10.1", "0xa000001", "012.0.0.1", "192.168.257", "3232235777", "0xc0a80101", "172.1048577", "100.4194305"],
    *["4294967296", "99999999999", "256.256.256.256", "127.0.0.1.1", "0x7f.0.0.0x100", "08.0.0.1", "-1", "1e9"],
    # trailing dots, empty labels
    *["127.0.0.1.", "127.1.", "2130706433.", "localhost.", "127.0.0.1..", ".127.0.0.1", "localhost..", "127..1"],
    # IPv6: long, short, mapped, compatible, translated, 6to4, Teredo, NAT64, ISATAP, with zones
    *["[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"],
    *["[0:0:0:0:0:FFFF:7F00:0001]", "[::127.0.0.1]", "[::7f00:1]", "[::ffff:0:127.0.0.1]", "[::ffff:0:7f00:1]"],
    *["[2002:7f00:1::]", "[2002:7f00:1::1]", "[2001:0:7f00:1::]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]"],
    *[
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[fe80::5efe:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
    ],
    *[
        "[fe80::1]",
        "[fe80::1%25lo]",
        "[fe80::1%lo]",
        "[fe80::1%251]",
        "[::1%25lo]",
        "[::1%1]",
        "[::ffff:127.0.0.1%251]",
    ],
    *[
        "[fd00:ec2::254]",
        "[ff02::1]",
        "[fec0::1]",
        "[::ffff:0x7f.1]",
        "[::1.]",
        "[127.0.0.1]",
        "[localhost]",
        "[v1.::1]",
    ],
    *["[]", "[", "]", "[::1", "::1", "::1]", "[[::1]]", "[::1]x", "x[::1]", "[::ffff:127.0.0.1", "[0:0:0:0:0:0:0:0:1]"],
    # digits and dots of other alphabets, what compatibility makes of them
    *[
        "１２７.0.0.1",
        "127．0．0．1",
        "127。0。0。1",
        "127｡0｡0｡1",
        "１２７。０。０。１",
        "①②⑦.⓪.⓪.①",
        "⑫７.0.0.1",
        "②①③⓪⑦⓪⑥④③③",
    ],
    *[
        "𝟏𝟐𝟕.𝟎.𝟎.𝟏",
        "𝟙𝟚𝟟.𝟘.𝟘.𝟙",
        "127.0.0.₁",
        "127.0.0.¹",
        "⒈27.0.0.1",
        "０ｘ7f.1",
        "٠١٢٧.٠.٠.١",
        "۱۲۷.۰.۰.۱",
        "१२७.०.०.१",
    ],
    *[
        "ｌｏｃａｌｈｏｓｔ",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "𝐥𝐨𝐜𝐚𝐥𝐡𝐨𝐬𝐭",
        "LOCALHOST",
        "LocalHost",
        "locaℓhost",
        "loc\u00adalhost",
        "local\u200bhost",
        "ʟocalhost",
    ],
    *["loc\u200dalhost", "\u2060localhost", "localhost\ufeff", "ſ.localhost", "gazette。localhost", "127.0.0.1\u3000"],
    # percent signs
    *[
        "%31%32%37.0.0.1",
        "127%2e0%2e0%2e1",
        "127%2E1",
        "%6c%6f%63alhost",
        "localhost%00",
        "127.0.0.1%00.gazette.example",
    ],
    *[
        "127.0.0.1%20",
        "127.0.0.1%0d%0a",
        "%5B::1%5D",
        "127.0.0.1%2f",
        "127.0.0.1%3a80",
        "%EF%BC%9127.0.0.1",
        "127.0.0.1%23",
    ],
    # names that lead to victims
    *(name.replace("_", ".") for name in NAMES),
    *["METADATA.google.internal.", "Localhost.LocalDomain", "גזית.example", "xn--", "xn--a.localhost", "a..localhost"],
    *["localhost" + "." * 300, "a" * 64 + ".localhost", "xn--" + "9" * 60 + ".localhost", "_.localhost", "-.localhost"],
]

WHOLE = [
    # user names that look like hosts, and hosts that look like user names
    "http://gazette.example@127.0.0.1:{port}/",
    "http://gazette.example:80@127.0.0.1:{port}/",
    "http://gazette.example%2f@127.0.0.1:{port}/",
    "http://gazette.example%40@127.0.0.1:{port}/",
    "http://a@b@127.0.0.1:{port}/",
    "http://a:b@c:d@127.0.0.1:{port}/",
    "http://@127.0.0.1:{port}/",
    "http://:@127.0.0.1:{port}/",
    "http://:x@127.0.0.1:{port}/",
    "http://gazette.example:@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}@gazette.example/",
    "http://127.0.0.1:{port}#@gazette.example/",
    "http://127.0.0.1:{port}?@gazette.example/",
    "http://127.0.0.1:{port}/@gazette.example/",
    "http://127.0.0.1:{port};@gazette.example/",
    "http://gazette.example #@127.0.0.1:{port}/",
    "http://gazette.example\u00a0@127.0.0.1:{port}/",
    # slashes and backslashes
    "http:\\\\127.0.0.1:{port}\\",
    "http:/\\127.0.0.1:{port}/",
    "http:\\/127.0.0.1:{port}/",
    "http://gazette.example\\@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@gazette.example/",
    "http://127.0.0.1:{port}\\.gazette.example/",
    "http://\\127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
    "http:////127.0.0.1:{port}/",
    "http:127.0.0.1:{port}/",
    "http:/127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    "///127.0.0.1:{port}/",
    "http://127.0.0.1:{port}//gazette.example/..",
    "http://／127.0.0.1:{port}/",
    "http://gazette.example／@127.0.0.1:{port}/",
    "http://gazette.example＠127.0.0.1:{port}/",
    "http://gazette.example：80@127.0.0.1:{port}/",
    "http://127.0.0.1：{port}/",
    # blanks and control characters
    " http://127.0.0.1:{port}/ ",
    "\thttp://127.0.0.1:{port}/",
    "ht\ttp://127.0.0.1:{port}/",
    "http://127.0\t.0.1:{port}/",
    "http://127.0\n.0.1:{port}/",
    "http://127.0.0.1\r\n:{port}/",
    "http://127.0.0.1\x00:{port}/",
    "http://127.0.0.1\x0b:{port}/",
    "http://127.0.0.1\x7f:{port}/",
    "http://\x00127.0.0.1:{port}/",
    "http://127.0.0.1 :{port}/",
    "http:// 127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\x00.gazette.example/",
    "http://127.0.0.1:{port}/\r\nHost: gazette.example\r\n\r\n",
    "http://127.0.0.1:{port} gazette.example/",
    "http://127.0.0.1%09:{port}/",
    "\u200bhttp://127.0.0.1:{port}/",
    "\ufeffhttp://127.0.0.1:{port}/",
    "http://\ud800127.0.0.1:{port}/",
    # ports
    "http://127.0.0.1:0{port}/",
    "http://127.0.0.1:+{port}/",
    "http://127.0.0.1: {port}/",
    "http://127.0.0.1:{port}:80/",
    "http://127.0.0.1:80:{port}/",
    "http://127.0.0.1:/",
    "http://127.0.0.1:-1/",
    "http://127.0.0.1:65536/",
    "http://127.0.0.1:1e3/",
    "http://127.0.0.1:0x50/",
    "http://127.0.0.1:８０/",
    "http://127.0.0.1:٨٠/",
    "http://127.0.0.1:" + "0" * 5000 + "{port}/",
    # schemes
    "HTTP://127.0.0.1:{port}/",
    "hTtP://127.0.0.1:{port}/",
    "https://127.0.0.1:{port}/",
    "ws://127.0.0.1:{port}/",
    "http+unix://%2Frun%2Fdocker.sock/",
    "unix:///run/docker.sock",
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/_GET%20/",
    "dict://127.0.0.1:{port}/",
    "ldap://127.0.0.1:{port}/",
    "jar:http://127.0.0.1:{port}!/",
    "view-source:http://127.0.0.1:{port}/",
    "feed:http://127.0.0.1:{port}/",
    "feed://127.0.0.1:{port}/",
    "data:text/xml,<rss/>",
    "javascript:alert(1)",
    "127.0.0.1:{port}/",
    "localhost:{port}/",
    "www.127.0.0.1:{port}/",
    "",
    "http:",
    "http://",
    "http://:{port}/",
    "://127.0.0.1:{port}/",
]
SPELLINGS = [*(f"http://{host}:{{port}}/ok" for host in HOSTS), *WHOLE]


def test_there_are_enough_spellings() -> None:
    assert len(set(SPELLINGS)) == len(SPELLINGS) >= 250


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve(monkeypatch, **NAMES)


@pytest.mark.usefixtures("names")
async def test_no_spelling_dials_a_victim(victim: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = record(monkeypatch)
    async with a_fetcher() as fetcher:
        for spelling in SPELLINGS:
            url = spelling.replace("{port}", str(victim.port))
            with pytest.raises(FetchError) as caught:
                await fetcher.fetch(a_request(url))
            assert caught.value.kind in (FetchKind.ADDRESS, FetchKind.DNS), url
            assert recorder.dialled == [], url


@pytest.mark.usefixtures("names")
async def test_no_spelling_reaches_the_victim_over_the_real_network(victim: Server) -> None:
    async with a_fetcher() as fetcher:
        for spelling in SPELLINGS:
            with pytest.raises(FetchError):
                await fetcher.fetch(a_request(spelling.replace("{port}", str(victim.port))))
    assert victim.connections == 0


def is_header(text: str) -> bool:
    """Whether it can stand in a header as UTF-8."""
    return not any(character < " " or character in "\x7f\ud800" for character in text)


@pytest.mark.usefixtures("names")
async def test_no_spelling_in_a_redirect_reaches_the_victim(
    internet: Server, victim: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A spelling that is relative, or that nobody can read as an address, may lead to another page of the same host."""
    recorder = record(monkeypatch)
    async with a_fetcher() as fetcher:
        for spelling in filter(is_header, SPELLINGS):
            location = spelling.replace("{port}", str(victim.port))
            try:
                fetched = await fetcher.fetch(a_request(internet.url(f"to/302/{quote(location, safe='')}")))
            except FetchError:
                pass
            else:
                assert fetched.final_url.startswith(internet.url("")), location
            assert set(recorder.take()) <= {INTERNET}, location
    assert victim.connections == 0
